"""Generalised linear mechanisms, held against quadrature."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks import design
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.glm import glm
from ifonly.inference.conditioning.blocks.problem import Problem, Solution
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

DRAWS = 6_000
RNG = np.random.default_rng(3)
X = RNG.normal(size=40)
ETA = 0.3 + 0.5 * X
CHANCES = {
    "logit": lambda eta: 1 / (1 + np.exp(-eta)),
    "probit": stats.norm.cdf,
    "cloglog": lambda eta: -np.expm1(-np.exp(eta)),
}
# Each law as scipy has it, given the predictor.
LAWS: dict[str, Callable[[Any], Any]] = {
    "logit": lambda eta: stats.bernoulli(CHANCES["logit"](eta)),
    "probit": lambda eta: stats.bernoulli(CHANCES["probit"](eta)),
    "cloglog": lambda eta: stats.bernoulli(CHANCES["cloglog"](eta)),
    "of five": lambda eta: stats.binom(5, CHANCES["logit"](eta)),
    "probit of five": lambda eta: stats.binom(5, CHANCES["probit"](eta)),
    "counts": lambda eta: stats.poisson(np.exp(eta)),
    "softplus": lambda eta: stats.poisson(np.log1p(np.exp(eta))),
    "dispersed": lambda eta: stats.nbinom(2.5, 2.5 / (2.5 + np.exp(eta))),
}


def outcomes(name: str) -> np.ndarray:
    return LAWS[name](ETA).rvs(random_state=1)


def mechanism(name: str, eta: Any) -> None:
    if name in ("of five", "probit of five"):
        chance = pm.math.sigmoid if name == "of five" else pm.math.invprobit
        pm.Binomial("y", 5, chance(eta), dims="unit")
    elif name == "logit":
        pm.Bernoulli("y", logit_p=eta, dims="unit")
    elif name == "probit":
        pm.Bernoulli("y", pm.math.invprobit(eta), dims="unit")
    elif name == "cloglog":
        pm.Bernoulli("y", 1 - pm.math.exp(-pm.math.exp(eta)), dims="unit")
    elif name == "dispersed":
        pm.NegativeBinomial("y", mu=pm.math.exp(eta), alpha=2.5, dims="unit")
    else:
        mean = pm.math.exp(eta) if name == "counts" else pm.math.log1pexp(eta)
        pm.Poisson("y", pm.Deterministic("mean", mean, dims="unit"), dims="unit")


def model_of(name: str) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        mechanism(name, pm.Normal("a", 0.2, 1.0) + pm.Normal("b", 0.0, 0.7) * x)
    return model


def solved(model: pm.Model, data: dict[str, Any]) -> Solution | None:
    evidence = read_evidence(Equations(model), data)
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, set(data)) if "a" in b.unknowns]
    return glm(Problem(observed, equations, evidence, block), DRAWS, np.random.default_rng(1))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("repeats", [1, 30])
def test_moments_are_the_integrals(name: str, repeats: int) -> None:
    """Repeated rows are gathered, and count as often as they come."""
    y = outcomes(name)
    found = solved(model_of(name), {"x": np.tile(X, repeats), "y": np.tile(y, repeats)})
    assert found is not None
    # The posterior of thirty times the data is narrow.
    wide = 3.0 if repeats == 1 else 1.0
    side = np.linspace(-wide, wide, 161)
    a, b = np.meshgrid(0.3 + side, 0.5 + side, indexing="ij")
    log = stats.norm.logpdf(a, 0.2, 1.0) + stats.norm.logpdf(b, 0.0, 0.7)
    for xi, yi in zip(X, y, strict=True):
        log += repeats * LAWS[name](a + b * xi).logpmf(yi)
    mass = np.exp(log - log.max())
    mass /= mass.sum()
    for variable, grid in (("a", a), ("b", b)):
        mean = (mass * grid).sum()
        sd = np.sqrt((mass * grid**2).sum() - mean**2)
        draws = found.values[variable]
        # A few draws come twice, so the error is a little above that of independent ones.
        assert draws.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(DRAWS))
        assert draws.std() == pytest.approx(sd, rel=0.06)


def test_separated_data_are_the_prior_s_own() -> None:
    """All outcomes are one: the mode exists because the prior does, and the law is skewed."""
    found = solved(model_of("logit"), {"x": X, "y": np.ones(40, int)})
    assert found is not None
    assert found.khat < 0.5
    assert found.values["a"].mean() > 1.5


def test_an_unknown_dispersion_is_the_integral() -> None:
    """Negative binomial with LogNormal dispersion: moments by quadrature over three dimensions."""
    y = outcomes("dispersed")
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a", 0.2, 1.0) + pm.Normal("b", 0.0, 0.7) * x
        alpha = pm.LogNormal("alpha", np.log(3.0), 0.6)
        pm.NegativeBinomial("y", mu=pm.math.exp(eta), alpha=alpha, dims="unit")
    found = solved(model, {"x": X, "y": y})
    assert found is not None
    side = np.linspace(-1.5, 1.5, 49)
    a, b, t = np.meshgrid(0.3 + side, 0.5 + side, np.log(3.0) + 1.7 * side, indexing="ij")
    log = stats.norm.logpdf(a, 0.2, 1.0) + stats.norm.logpdf(b, 0.0, 0.7)
    log += stats.norm.logpdf(t, np.log(3.0), 0.6)
    size = np.exp(t)
    for xi, yi in zip(X, y, strict=True):
        log += stats.nbinom.logpmf(yi, size, size / (size + np.exp(a + b * xi)))
    mass = np.exp(log - log.max())
    mass /= mass.sum()
    draws = {"a": found.values["a"], "b": found.values["b"], "t": np.log(found.values["alpha"])}
    for name, grid in (("a", a), ("b", b), ("t", t)):
        mean = (mass * grid).sum()
        sd = np.sqrt((mass * grid**2).sum() - mean**2)
        assert draws[name].mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(DRAWS))
        assert draws[name].std() == pytest.approx(sd, rel=0.06)


def test_other_links_are_left_to_others() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a") + pm.Normal("b") * x
        pm.Poisson("y", eta**2, dims="unit")
    assert solved(model, {"x": X, "y": outcomes("counts")}) is None


def test_unknown_spreads_of_the_prior_are_left_to_others() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a") + pm.Normal("b", 0.0, pm.HalfNormal("s")) * x
        pm.Bernoulli("y", logit_p=eta, dims="unit")
    assert solved(model, {"x": X, "y": outcomes("logit")}) is None


def test_rows_gathered_batch_by_batch_give_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six distinct covariates in 600 rows; the draws of a problem that holds each of them once."""
    x = np.random.default_rng(4).integers(0, 6, 600) / 2.0
    y = stats.poisson(np.exp(0.3 + 0.2 * x)).rvs(random_state=1)
    found = {}
    for step in (50, 1_000):
        monkeypatch.setattr(design, "BATCH", step)
        with pm.Model(coords={"unit": range(1)}) as model:
            cause = pm.Data("x", [0.0], dims="unit")
            eta = pm.Normal("level") + pm.Normal("slope") * cause
            pm.Poisson("y", pm.math.exp(eta), dims="unit")
        evidence = read_evidence(Equations(model), {"x": x, "y": y})
        observed, equations = observe(model, evidence, "unit")
        [block] = [b for b in blocks_of(equations, {"y"}) if b.unknowns]
        problem = Problem(observed, equations, evidence, block)
        solution = glm(problem, 500, np.random.default_rng(1))
        assert solution is not None
        found[step] = solution.values
    for name in ("level", "slope"):
        np.testing.assert_allclose(found[50][name], found[1_000][name], rtol=1e-8)
