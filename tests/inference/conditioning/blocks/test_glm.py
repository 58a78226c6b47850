"""Generalised linear mechanisms, held against quadrature."""

from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.glm import glm
from ifonly.inference.conditioning.blocks.problem import Problem, Solution
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

DRAWS = 6_000
RNG = np.random.default_rng(3)
X = RNG.normal(size=40)
LAWS = {
    "logit": (stats.bernoulli(1 / (1 + np.exp(0.5 - X))).rvs(random_state=1), "bernoulli"),
    "of five": (stats.binom(5, 1 / (1 + np.exp(0.5 - X))).rvs(random_state=1), "binomial"),
    "counts": (stats.poisson(np.exp(0.3 + 0.5 * X)).rvs(random_state=1), "poisson"),
}


def model_of(kind: str) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a", 0.2, 1.0) + pm.Normal("b", 0.0, 0.7) * x
        if kind == "bernoulli":
            pm.Bernoulli("y", logit_p=eta, dims="unit")
        elif kind == "binomial":
            pm.Binomial("y", 5, pm.math.sigmoid(eta), dims="unit")
        else:
            pm.Poisson("y", pm.math.exp(eta), dims="unit")
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
    y, kind = LAWS[name]
    x = np.tile(X, repeats)
    found = solved(model_of(kind), {"x": x, "y": np.tile(y, repeats)})
    assert found is not None
    a, b = np.meshgrid(np.linspace(-3, 3, 601), np.linspace(-2, 3, 601), indexing="ij")
    log = stats.norm.logpdf(a, 0.2, 1.0) + stats.norm.logpdf(b, 0.0, 0.7)
    for xi, yi in zip(X, y, strict=True):
        eta = a + b * xi
        p = 1 / (1 + np.exp(-eta))
        log += (
            repeats
            * {
                "bernoulli": lambda p=p, yi=yi: stats.bernoulli.logpmf(yi, p),
                "binomial": lambda p=p, yi=yi: stats.binom.logpmf(yi, 5, p),
                "poisson": lambda eta=eta, yi=yi: stats.poisson.logpmf(yi, np.exp(eta)),
            }[kind]()
        )
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
    found = solved(model_of("bernoulli"), {"x": X, "y": np.ones(40, int)})
    assert found is not None
    assert found.khat < 0.5
    assert found.values["a"].mean() > 1.5


def test_other_links_are_left_to_others() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a") + pm.Normal("b") * x
        pm.Poisson("y", pm.math.softplus(eta), dims="unit")
    assert solved(model, {"x": X, "y": LAWS["counts"][0]}) is None


def test_unknown_spreads_of_the_prior_are_left_to_others() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a") + pm.Normal("b", 0.0, pm.HalfNormal("s")) * x
        pm.Bernoulli("y", logit_p=eta, dims="unit")
    assert solved(model, {"x": X, "y": LAWS["logit"][0]}) is None
