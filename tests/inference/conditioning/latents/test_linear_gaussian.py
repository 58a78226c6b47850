"""Latents of linear-Gaussian units, against SciPy's multivariate normal."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import Counterfactual, condition, set_to
from ifonly.inference.conditioning.latents.integrated import Without, without_latents
from ifonly.inference.conditioning.latents.lacking import recover
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe
from ifonly.inference.symbolic.evaluate import in_python

UNITS = 6
RNG = np.random.default_rng(8)
DRAWN = 4_000


def units(**coords: Any) -> pm.Model:
    return pm.Model(coords={"unit": range(UNITS), **coords})


def without(model: pm.Model, data: Any) -> tuple[Without, pm.Model, Any]:
    """Return a model without its latents, with the data in it."""
    evidence = read_evidence(Equations(model), data, allow_missing=True)
    sized, _ = observe(model, evidence, "unit")
    found = without_latents(sized, evidence, "unit", 1)
    nodes = found.nodes(sized, evidence, 2, seed=3)
    return found, found.model_at(nodes), nodes


def log_density(model: pm.Model, names: str) -> tuple[Callable[[Any], float], Callable[[Any], Any]]:
    """Return the log-density of the scalar parameters called `names`, and its slope."""
    values = [model.rvs_to_values[model[n]] for n in names]
    value = in_python(values, [model.logp()], stable=True)
    slope = in_python(values, [model.dlogp([model[n] for n in names])], stable=True)
    return (lambda x: float(value(*x)[0])), (lambda x: slope(*x)[0])


def instrument() -> pm.Model:
    with units() as model:
        a, c, b = (pm.Normal(n) for n in "acb")
        u = pm.Normal("u", 0.3, 1.2, dims="unit")
        z = pm.Normal("z", dims="unit")
        t = pm.Normal("t", 0.8 * z + a * u, 0.6, dims="unit")
        pm.Normal("y", b * t - c * u, 0.55, dims="unit")
    return model


Z, T, Y = RNG.normal(size=(3, UNITS))
SEEN = {"z": Z, "t": T, "y": Y}
A, C, B = AT = (0.7, -0.9, 1.5)
# What u adds to t and to y, and the law of both given z.
LOAD = np.array([A, B * A - C])
ALONE = np.array([[0.6**2, B * 0.6**2], [B * 0.6**2, B**2 * 0.6**2 + 0.55**2]])
COVARIANCE = 1.2**2 * np.outer(LOAD, LOAD) + ALONE
CENTRE = np.stack([0.8 * Z, B * 0.8 * Z], axis=-1) + 0.3 * LOAD


@pytest.fixture(scope="module")
def found() -> tuple[Without, pm.Model, Any]:
    return without(instrument(), SEEN)


def test_a_hidden_confounder_adds_to_the_covariance(found: Any) -> None:
    value, _ = log_density(found[1], "acb")
    law = stats.multivariate_normal(np.zeros(2), COVARIANCE)
    expected = law.logpdf(np.stack([T, Y], axis=-1) - CENTRE).sum()
    expected += stats.norm.logpdf(Z).sum() + stats.norm.logpdf(AT).sum()
    assert value(AT) == pytest.approx(expected, rel=1e-12)
    assert not found[0].parts  # no quadrature


def test_its_slope_is_that_of_the_integral(found: Any) -> None:
    value, slope = log_density(found[1], "acb")
    step = 1e-5
    ahead, behind = ([value(np.array(AT) + sign * step * e) for e in np.eye(3)] for sign in (1, -1))
    differences = (np.array(ahead) - behind) / (2 * step)
    np.testing.assert_allclose(slope(AT), differences, rtol=1e-6)


def test_the_latent_is_drawn_from_its_law_given_the_unit(found: Any) -> None:
    integrated, _, nodes = found
    known = {n: np.full(DRAWN, v) for n, v in zip("acb", AT, strict=True)}
    drawn = recover(integrated, nodes, known, DRAWN)["u"]
    weights = 1.2**2 * np.linalg.solve(COVARIANCE, LOAD)
    mean = 0.3 + (np.stack([T, Y], axis=-1) - CENTRE) @ weights
    sd = np.sqrt(1.2**2 - 1.2**2 * LOAD @ weights)
    for k in range(UNITS):
        assert stats.kstest(drawn[:, k], stats.norm(mean[k], sd).cdf).pvalue > 1e-3
    between = np.corrcoef(drawn.T)[np.triu_indices(UNITS, 1)]
    assert np.abs(between).max() < 4 / np.sqrt(DRAWN)


def test_a_chain_of_three_latents_with_an_effect_seen_between_them() -> None:
    """More than quadrature takes; each unit has a spread of its own."""
    spread = np.linspace(0.5, 1.5, UNITS)
    with units() as model:
        a = pm.Normal("a")
        own = pm.Data("own", spread, dims="unit")
        u = pm.Normal("u", 0, own, dims="unit")
        v = pm.Normal("v", u / 2 - 1.0, 1.1, dims="unit")
        x = pm.Normal("x", a - v, 0.7, dims="unit")
        w = pm.Normal("w", u + 0.4 * x, 0.9, dims="unit")
        pm.LogNormal("y", pm.Deterministic("sum", w - v, dims="unit"), 0.3, dims="unit")
    x, y = RNG.normal(size=(2, UNITS))
    _, alone, _ = without(model, {"x": x, "y": np.exp(y), "own": spread})
    expected = stats.norm.logpdf(0.2)
    for k, s in enumerate(spread):
        # By the noises of u, v, x, w, y, as NumPy's linear algebra has it.
        sds = np.diag([s, 1.1, 0.7, 0.9, 0.3])
        weights = np.zeros((5, 5))  # each row, what a variable reads of u, v, x, w, log y
        weights[1, 0], weights[2, 1], weights[3, [0, 2]], weights[4, [3, 1]] = (
            0.5,
            -1,
            (1, 0.4),
            (1, -1),
        )
        total = np.linalg.inv(np.eye(5) - weights)
        mean = total @ [0, -1.0, 0.2, 0, 0]
        covariance = total @ sds @ sds @ total.T
        some = np.ix_([2, 4], [2, 4])
        law = stats.multivariate_normal(mean[[2, 4]], covariance[some])
        expected += law.logpdf([x[k], y[k]]) - y[k]
    assert log_density(alone, "a")[0]([0.2]) == pytest.approx(expected, rel=1e-12)


def test_a_factor_behind_items_of_which_some_are_missing() -> None:
    load, a = np.array([1.0, -0.5, 2.0]), 0.3
    with units(item=range(3)) as model:
        u = pm.Normal("u", pm.Normal("a"), 1, dims="unit")
        pm.Normal("y", (-u)[:, None] * load, [0.5, 0.6, 0.7], dims=("unit", "item"))
    y = RNG.normal(size=(UNITS, 3))
    y[0, 1] = y[2, 0] = y[2, 2] = np.nan
    _, alone, _ = without(model, {"y": y})
    expected = stats.norm.logpdf(a)
    for row in y:
        there = np.isfinite(row)
        covariance = np.outer(load, load) + np.diag([0.25, 0.36, 0.49])
        law = stats.multivariate_normal(-a * load[there], covariance[np.ix_(there, there)])
        expected += law.logpdf(row[there])
    assert log_density(alone, "a")[0]([a]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    "outcome",
    [
        lambda u, a: pm.Normal("y", a * u**2, 1.0, dims="unit"),
        lambda u, a: pm.Normal("y", a, pm.math.exp(u), dims="unit"),
        lambda u, a: pm.StudentT("y", nu=5, mu=a + u, sigma=1.0, dims="unit"),
        lambda u, a: pm.Normal("y", a + pm.math.switch(u > 0, u, 0.0), 1.0, dims="unit"),
    ],
)
def test_what_is_not_linear_and_normal_is_left_to_quadrature(outcome: Any) -> None:
    with units() as model:
        outcome(pm.Normal("u", dims="unit"), pm.Normal("a"))
    found, _, _ = without(model, {"y": np.zeros(UNITS)})
    assert (len(found.parts), found.exact) == (1, ())


def test_a_counterfactual_reads_the_latent_given_the_unit_s_evidence() -> None:
    """Without its confounder a unit has y - (c + 0.7 b) u, u as evidence and parameters have it."""
    with pm.Model(coords={"unit": range(1)}) as model:
        c, b = pm.Normal("c", 1, 0.3), pm.Normal("b")
        u = pm.Normal("u", dims="unit")
        z = pm.Data("z", np.zeros(1), dims="unit")
        t = pm.Normal("t", z + 0.7 * u, 0.6, dims="unit")
        pm.Normal("y", b * t + c * u, 0.5, dims="unit")
    data = {"t": np.array([1.0, -2.0, 0.4, 0.0]), "y": np.array([0.3, -1.0, 2.0, 0.5])}
    data["z"] = np.array([0.9, -2.1, 0.5, 0.1])
    posterior = condition(model, data, draws=400, tune=400, chains=2, seed=4, progress=False)
    answer = posterior.ask(Counterfactual("y", do={"u": set_to(0.0)}))
    b, c = (posterior.idata["posterior"][n].to_numpy()[..., None] for n in "bc")
    precision = 1 + 0.7**2 / 0.6**2 + c**2 / 0.5**2
    mean = (
        0.7 * (data["t"] - data["z"]) / 0.6**2 + c * (data["y"] - b * data["t"]) / 0.5**2
    ) / precision
    drawn = (data["y"] - answer.transpose("chain", "draw", "unit").to_numpy()) / (c + 0.7 * b)
    z = (drawn - mean) * np.sqrt(precision)
    assert stats.kstest(z.ravel(), "norm").pvalue > 1e-3
