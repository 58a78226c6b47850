"""A posterior by blocks: what it is made of, whatever is asked first, and beside NUTS."""

from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ITE, Posterior, condition, shift
from ifonly.inference.errors import ConvergenceWarning, QueryError

RNG = np.random.default_rng(8)
UNITS = 60
SHORT: dict[str, Any] = {"method": "auto", "seed": 4, "progress": False, "draws": 500}


def mixed_model() -> pm.Model:
    """Four blocks: a conjugate pair, a logistic and a linear mechanism, and one for NUTS."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", pm.Beta("t_p", 1, 1), dims="unit")
        s = pm.Bernoulli("s", logit_p=pm.Normal("s_0") + pm.Normal("s_t") * t, dims="unit")
        effect = pm.Normal("effect", 0, 2)
        y = pm.Normal("y", effect * t + s, pm.HalfNormal("y_sd"), dims="unit")
        pm.StudentT("z", nu=4, mu=pm.Normal("z_y") * y, sigma=1.0, dims="unit")
        pm.Deterministic("twice", 2 * effect)
        pm.Normal("unused")
    return model


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    t = RNG.integers(0, 2, UNITS)
    s = RNG.integers(0, 2, UNITS)
    y = t + s + RNG.normal(size=UNITS)
    return {"t": t, "s": s, "y": y, "z": 0.5 * y + RNG.standard_t(4, UNITS)}


@pytest.fixture(scope="module")
def posterior(data: dict[str, Any]) -> Posterior:
    return condition(mixed_model(), data, tune=500, **SHORT)


def test_each_block_by_its_method(posterior: Posterior) -> None:
    facts = posterior.facts
    found = dict(part.split(": ") for part in facts["blocks"].split("; "))
    assert {m: set(names.split(", ")) for m, names in found.items()} == {
        "conjugate": {"t_p"},
        "glm": {"s_0", "s_t"},
        "linear": {"effect", "y_sd"},
        "nutpie": {"z_y"},
        "prior": {"unused"},
    }
    assert (facts["method"], facts["sampler"]) == ("auto", "nutpie")


def test_one_tree_as_ever(posterior: Posterior) -> None:
    group = posterior.idata["posterior"]
    names = {"t_p", "s_0", "s_t", "effect", "y_sd", "z_y", "unused", "twice"}
    assert set(group.data_vars) == names
    assert dict(group.sizes) == {"chain": 4, "draw": 500}
    np.testing.assert_array_equal(group["twice"], 2 * group["effect"])
    assert "diverging" in posterior.idata["sample_stats"]


def test_diagnostics_are_of_what_was_sampled(posterior: Posterior) -> None:
    assert posterior.diagnostics.converged
    assert 400 < posterior.diagnostics.ess_bulk <= 4_000


def test_the_same_draws_whatever_is_asked_first(data: dict[str, Any], posterior: Posterior) -> None:
    query = ATE("y", do={"t": 1}, versus={"t": 0})
    some = condition(mixed_model(), data, tune=500, asked=[query], **SHORT)
    assert set(some.idata["posterior"].data_vars) == {"effect", "y_sd", "s_0", "s_t", "twice"}
    for asked in (query, ATE("z", do={"y": shift(1.0)}), ATE("y", do={"t": 1}, units="new")):
        np.testing.assert_array_equal(some.ask(asked, "jax"), posterior.ask(asked, "jax"))


def two_peaked() -> tuple[pm.Model, dict[str, Any]]:
    """A mixed model whose last block has two peaks, of either sign of `root`."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", pm.Beta("t_p", 1, 1), dims="unit")
        y = pm.Normal("y", pm.Normal("effect", 0, 2) * t, pm.HalfNormal("y_sd"), dims="unit")
        pm.Normal("z", pm.Normal("root", 0, 3) ** 2 * y, 0.1, dims="unit")
    rng = np.random.default_rng(2)
    t = rng.integers(0, 2, UNITS)
    y = t + rng.normal(size=UNITS)
    return model, {"t": t, "y": y, "z": 4.0 * y + 0.1 * rng.normal(size=UNITS)}


def test_an_answer_is_warned_of_by_its_own_blocks() -> None:
    """What does not converge is said where it is read, and nowhere else."""
    model, values = two_peaked()
    found = condition(model, values, tune=300, **SHORT)
    assert not found.diagnostics.converged
    answer = found.ask(ATE("y", do={"t": 1}, versus={"t": 0}))  # warnings are errors
    assert set(answer.attrs["reads"].split(", ")) <= {"effect", "y_sd"}
    assert answer.attrs["blocks"] in ("linear: effect, y_sd", "linear: y_sd, effect")
    assert (answer.attrs["converged"], answer.attrs["ess_bulk"]) == (1, 2_000)
    assert answer.attrs["sampler"] == "independent draws"
    with pytest.warns(ConvergenceWarning, match="R-hat"):
        answer = found.ask(ATE("z", do={"t": 1}, versus={"t": 0}))
    assert "nutpie: root" in answer.attrs["blocks"].split("; ")
    assert answer.attrs["r_hat"] == found.diagnostics.r_hat


def test_blocks_that_are_asked_later_are_diagnosed_too() -> None:
    model, values = two_peaked()
    found = condition(model, values, tune=300, asked=[ATE("y", do={"t": 1})], **SHORT)
    assert found.diagnostics.converged
    with pytest.warns(ConvergenceWarning, match="R-hat"):
        found.ask(ATE("z", do={"t": 1}))


def test_the_same_draws_with_a_file_in_between(
    data: dict[str, Any], posterior: Posterior, tmp_path: Path
) -> None:
    """A file keeps the blocks that are there, also those that were asked later."""
    first = ATE("y", do={"t": 1}, versus={"t": 0})
    second = ATE("z", do={"y": shift(1.0)})
    some = condition(mixed_model(), data, tune=500, asked=[first], **SHORT)
    some.save(tmp_path / "first.nc")
    before = Posterior.load(tmp_path / "first.nc", mixed_model())
    np.testing.assert_array_equal(before.ask(first, "jax"), posterior.ask(first, "jax"))
    with pytest.raises(QueryError, match=r"'z_y'.*asked="):
        before.ask(second)
    some.ask(second)
    some.save(tmp_path / "both.nc")
    after = Posterior.load(tmp_path / "both.nc", mixed_model())
    for query in (first, second):
        answer, whole = after.ask(query, "jax"), posterior.ask(query, "jax")
        np.testing.assert_array_equal(answer, whole)
        assert answer.attrs["blocks"] == whole.attrs["blocks"]
        assert answer.attrs["ess_bulk"] == whole.attrs["ess_bulk"]


def test_two_sampled_blocks_stand_side_by_side() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.StudentT("x", nu=4, mu=pm.Normal("a"), sigma=1.0, dims="unit")
        pm.Laplace("y", pm.Normal("b") * x, pm.HalfNormal("s"), dims="unit")
    values = {"x": RNG.normal(size=UNITS), "y": RNG.normal(size=UNITS)}
    found = condition(model, values, tune=500, **SHORT)
    stats = found.idata["sample_stats"]
    assert dict(stats["diverging"].sizes) == {"block": 2, "chain": 4, "draw": 500}
    assert found.diagnostics.bfmi > 0.3
    assert set(found.idata["posterior"].data_vars) == {"a", "b", "s"}


def test_a_transform_of_the_user_s_own_is_heeded() -> None:
    """`ordered` keeps two intercepts in order, which the plain normal posterior would not."""
    ordered = pm.distributions.transforms.ordered
    with pm.Model(coords={"unit": range(1), "side": range(2)}) as model:
        a = pm.Normal("a", 0, 1, dims="side", transform=ordered, initval=np.array([-1.0, 1.0]))
        pm.Normal("y", a[0] - a[1], 1.0, dims="unit")
    found = condition(model, {"y": np.full(4, 2.0)}, tune=500, **SHORT)
    assert "linear" not in found.facts["blocks"]
    draws = found.idata["posterior"]["a"]
    assert (draws.isel(side=0) < draws.isel(side=1)).all()


def test_asked_goes_with_blocks(data: dict[str, Any]) -> None:
    with pytest.raises(QueryError, match="asked goes with method='auto'"):
        condition(mixed_model(), data, method="nuts", asked=[ITE("y", do={"t": 1})])


def test_a_potential_joins_all_blocks() -> None:
    """Each of its terms is known to one model only, so all are sampled together."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b = pm.Normal("a"), pm.Normal("b")
        pm.Normal("x", a, 1, dims="unit")
        pm.Normal("y", b, 1, dims="unit")
        pm.Potential("near", -50.0 * (a - b) ** 2)
    found = condition(model, {"x": [0.0, 0.2], "y": [2.0, 2.2]}, tune=500, **SHORT)
    group = found.idata["posterior"]
    # The mean of b - a: the posterior precision of (a, b) is [[103, -100], [-100, 103]].
    precision = np.array([[103.0, -100.0], [-100.0, 103.0]])
    mean = np.linalg.solve(precision, np.array([0.2, 4.2]))
    assert float(group["a"].mean()) == pytest.approx(mean[0], abs=0.1)
    assert float(group["b"].mean()) == pytest.approx(mean[1], abs=0.1)


def test_missing_values_stay_with_their_block() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("x_mean"), 1, dims="unit")
        pm.Normal("y", pm.Normal("slope") * x, 1, dims="unit")
        pm.Bernoulli("t", pm.Beta("t_p", 1, 1), dims="unit")
    x = RNG.normal(size=UNITS)
    y = 2.0 * x + RNG.normal(size=UNITS)
    gaps = np.where(np.arange(UNITS) < 5, np.nan, x)
    found = condition(model, {"x": gaps, "y": y, "t": RNG.integers(0, 2, UNITS)}, tune=500, **SHORT)
    assert "conjugate: t_p" in found.facts["blocks"]
    latents = found.latents["x"]
    assert dict(latents.sizes) == {"chain": 4, "draw": 500, "unit": UNITS}
    np.testing.assert_allclose(latents.mean(("chain", "draw"))[:5], x[:5], atol=1.5)
    np.testing.assert_array_equal(latents.isel(chain=0, draw=0)[5:], x[5:])


@pytest.mark.slow
def test_blocks_agree_with_nuts_on_everything_at_once(data: dict[str, Any]) -> None:
    options = {"seed": 4, "progress": False, "draws": 2_000, "tune": 1_000}
    blocks = condition(mixed_model(), data, method="auto", **options).idata["posterior"]
    joint = condition(mixed_model(), data, method="nuts", **options).idata["posterior"]
    for name in blocks.data_vars:
        one, two = blocks[name].to_numpy(), joint[name].to_numpy()
        # At least 2,000 effective draws each: five standard errors of a difference.
        assert abs(one.mean() - two.mean()) < 5 * two.std() * np.sqrt(2 / 2_000), name
        assert one.std() == pytest.approx(two.std(), rel=0.1), name
