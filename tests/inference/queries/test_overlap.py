"""Overlap-weighted and trimmed effects, held against their formulas draw by draw."""

from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ATO, Posterior, QueryError, TrimmedATE, World, condition

DO: dict[str, Any] = {"do": {"t": 1}, "versus": {"t": 0}}
TRUTH = {"a": -0.3, "b": 1.2, "effect": 1.0, "slope": 0.5}


def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as made:
        x = pm.Normal("x", 0, 1, dims="unit")
        a, b = pm.Normal("a"), pm.Normal("b")
        t = pm.Bernoulli("t", logit_p=a + b * x, dims="unit")
        effect = pm.Normal("effect") + pm.Normal("slope") * x
        pm.Normal("y", x + effect * t, 1, dims="unit")
    return made


@pytest.fixture(scope="module")
def world() -> World:
    return World.simulate(model(), TRUTH, units=300, seed=4)


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(model(), world.data, draws=250, chains=2, seed=1, progress=False)


def parts(drawn: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The propensity and the effect of each unit, by the algebra; draws first."""
    a, b, effect, slope = (np.asarray(drawn[n])[..., None] for n in TRUTH)
    return 1 / (1 + np.exp(-(a + b * x))), effect + slope * x


def weighted(effect: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return (effect * weight).sum(axis=-1) / weight.sum(axis=-1)


def test_units_are_weighted_by_overlap_draw_by_draw(posterior: Posterior, world: World) -> None:
    x = world.data["x"].to_numpy()
    for drawn, asked in ((posterior.idata["posterior"], posterior), (TRUTH, world)):
        e, effect = parts(drawn, x)
        found = asked.ask(ATO("y", **DO))
        np.testing.assert_allclose(found, weighted(effect, e * (1 - e)), rtol=1e-9)
        assert abs(float(found.mean()) - float(asked.ask(ATE("y", **DO)).mean())) > 0.02


@pytest.mark.parametrize("margin", [0.1, 0.3])
def test_units_beyond_the_margin_are_left_out_draw_by_draw(
    posterior: Posterior, world: World, margin: float
) -> None:
    x = world.data["x"].to_numpy()
    for drawn, asked in ((posterior.idata["posterior"], posterior), (TRUTH, world)):
        e, effect = parts(drawn, x)
        inside = ((e >= margin) & (e <= 1 - margin)).astype(float)
        assert 0 < inside.mean() < 1
        found = asked.ask(TrimmedATE("y", **DO, margin=margin))
        np.testing.assert_allclose(found, weighted(effect, inside), rtol=1e-9)


def test_some_units_are_asked_about(posterior: Posterior, world: World) -> None:
    x = world.data["x"].to_numpy()
    e, effect = parts(posterior.idata["posterior"], x)
    found = posterior.ask(ATO("y", **DO, where=lambda v: v["x"] > 0))
    np.testing.assert_allclose(found, weighted(effect, e * (1 - e) * (x > 0)), rtol=1e-9)


def test_new_units_have_a_monte_carlo_error_that_is_right(world: World) -> None:
    """The population's value by quadrature; 60 answers of 500 units have the error they state."""
    x = np.linspace(-8, 8, 20_001)
    e, effect = parts(TRUTH, x)
    expected = weighted(effect, np.exp(-(x**2) / 2) * e * (1 - e))
    many = [world.ask(ATO("y", **DO, units="new", size=500, seed=k)) for k in range(60)]
    error = np.mean([a.attrs["monte_carlo_error"] for a in many])
    values = np.array([float(a) for a in many])
    assert abs(values.mean() - expected) < 4.5 * error / np.sqrt(60)
    assert values.std(ddof=1) == pytest.approx(error, rel=4.5 / np.sqrt(2 * 60))


def test_who_is_meant_is_said() -> None:
    assert "weighted by e (1 - e)" in ATO("y", **DO).sentence()
    assert "propensity of 0.2 to 0.8" in TrimmedATE("y", **DO, margin=0.2).sentence()
    assert "`where` selects" in TrimmedATE("y", **DO, where=lambda v: v["x"] > 0).sentence()


@pytest.mark.parametrize("margin", [0.0, 0.5, -1, True, "a"])
def test_a_margin_that_is_none_is_refused(margin: Any) -> None:
    with pytest.raises(QueryError, match="margin is a number above 0"):
        TrimmedATE("y", **DO, margin=margin)


@pytest.mark.parametrize(
    ("do", "message"),
    [
        ({"t": 1, "x": 0.0}, "propensity of one treatment"),
        ({"x": 1.0}, "not binary"),
        ({"a": 1.0}, "not binary"),
    ],
)
def test_what_has_no_propensity_is_refused(world: World, do: dict, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        world.ask(ATO("y", do=do, versus=dict.fromkeys(do, 0)))


def test_a_margin_that_leaves_nobody_is_refused(world: World) -> None:
    with pytest.raises(QueryError, match="over no unit"):
        world.ask(TrimmedATE("y", **DO, margin=0.49999))
