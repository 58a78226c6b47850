"""Scale mixtures, held against quadrature and against sampling all unknowns together."""

from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import condition
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.gibbs import gibbs
from ifonly.inference.conditioning.blocks.problem import Problem, Solution
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

RNG = np.random.default_rng(5)
X = RNG.normal(size=(60, 4))
Y = X @ np.array([2.0, 0.0, 0.0, -1.0]) + RNG.normal(size=60)


def horseshoe(noise: Any = None, log: bool = False) -> pm.Model:
    with pm.Model(coords={"unit": range(60), "term": range(4)}) as model:
        columns = pm.Data("columns", X, dims=("unit", "term"))
        local = pm.HalfCauchy("local", 1.0, dims="term")
        shared = pm.HalfStudentT("shared", 3, 0.5)
        weight = pm.Normal("weight", 0.0, 2.0 * local * shared, dims="term")
        mean = pm.Normal("intercept", 0.0, 5.0) + columns @ weight
        spread = pm.HalfCauchy("noise", 2.0) if noise is None else noise
        (pm.LogNormal if log else pm.Normal)("y", mean, spread, dims="unit")
    return model


def solved(model: pm.Model, y: np.ndarray, draws: int = 4_000) -> Solution | None:
    evidence = read_evidence(Equations(model), {"y": y})
    observed, equations = observe(model, evidence, "unit")
    [block] = blocks_of(equations, {"y"})
    problem = Problem(observed, equations, evidence, block, chains=4, tune=200)
    return gibbs(problem, draws, np.random.default_rng(2))


def test_one_weight_is_the_integral_over_its_scales() -> None:
    """The margin of one weight, by quadrature over a half-Cauchy local and a half-t global."""
    y = np.array([0.9, 1.6, 0.4])
    with pm.Model(coords={"unit": range(3), "term": range(1)}) as model:
        local, shared = pm.HalfCauchy("local", 1.0, dims="term"), pm.HalfStudentT("shared", 3, 0.5)
        weight = pm.Normal("weight", 0.2, 2.0 * local * shared, dims="term")
        pm.Normal("y", weight[0], 0.7, dims="unit")
    found = solved(model, y, 4_000)
    assert found is not None
    # Points of equal mass under both priors; the weight integrated out in closed form.
    u = (np.arange(1_500) + 0.5) / 1_500
    a, b = stats.halfcauchy.ppf(u), 0.5 * stats.t(3).ppf(0.5 + u / 2)
    prior = (2.0 * a[:, None] * b) ** 2
    mean_y, var_y = y.mean(), 0.49 / 3
    mass = stats.norm.pdf(mean_y, 0.2, np.sqrt(prior + var_y))
    mean = 0.2 + (mean_y - 0.2) * prior / (prior + var_y)
    second = prior * var_y / (prior + var_y) + mean**2
    first, second = (mass * mean).sum() / mass.sum(), (mass * second).sum() / mass.sum()
    draws = found.values["weight"][:, 0]
    sd = np.sqrt(second - first**2)
    assert draws.mean() == pytest.approx(first, abs=4 * sd / np.sqrt(1_000))  # an ESS of 1,000
    assert draws.std() == pytest.approx(sd, rel=0.1)
    below = (mass * stats.norm.cdf(0.5, mean, np.sqrt(prior * var_y / (prior + var_y)))).sum()
    assert np.mean(draws < 0.5) == pytest.approx(below / mass.sum(), abs=4 * 0.5 / np.sqrt(1_000))


def test_weights_of_one_scale_are_the_integral_over_it() -> None:
    """Mean and variance of four weights, by quadrature over the scale that they share."""
    with pm.Model(coords={"unit": range(60), "term": range(4)}) as model:
        columns = pm.Data("columns", X, dims=("unit", "term"))
        shared = pm.HalfCauchy("shared", 0.3)
        pm.Normal("y", columns @ pm.Normal("weight", 0.0, shared, dims="term"), 2.0, dims="unit")
    found = solved(model, Y)
    assert found is not None
    scales = 0.3 * stats.halfcauchy.ppf((np.arange(400) + 0.5) / 400)
    mass, means, squares = [], [], []
    for s in scales:
        covariance = np.linalg.inv(X.T @ X / 4.0 + np.eye(4) / s**2)
        mean = covariance @ X.T @ Y / 4.0
        margin = stats.multivariate_normal(np.zeros(60), 4.0 * np.eye(60) + s**2 * X @ X.T)
        mass.append(margin.logpdf(Y))
        means.append(mean)
        squares.append(covariance.diagonal() + mean**2)
    weight = np.exp(np.array(mass) - max(mass))
    weight /= weight.sum()
    mean = weight @ np.array(means)
    sd = np.sqrt(weight @ np.array(squares) - mean**2)
    draws = found.values["weight"]
    np.testing.assert_array_less(np.abs(draws.mean(0) - mean), 4 * sd / np.sqrt(2_000))
    np.testing.assert_allclose(draws.std(0), sd, rtol=4 / np.sqrt(2 * 2_000))


def test_a_lognormal_is_a_normal_in_its_logarithm_and_chains_are_said() -> None:
    plain, logged = solved(horseshoe(), Y, 400), solved(horseshoe(log=True), np.exp(Y), 400)
    assert plain is not None
    assert logged is not None
    assert plain.chained
    np.testing.assert_allclose(plain.values["weight"], logged.values["weight"], rtol=1e-6)


def test_what_is_no_such_block_is_left() -> None:
    with pm.Model(coords={"unit": range(60), "term": range(4)}) as model:
        columns = pm.Data("columns", X, dims=("unit", "term"))
        own = pm.Exponential("own", 1.0, dims="term")  # no half-t
        pm.Normal("y", columns @ pm.Normal("weight", 0.0, own, dims="term"), 1.0, dims="unit")
    assert solved(model, Y) is None
    with pm.Model(coords={"unit": range(60), "term": range(4)}) as model:
        columns = pm.Data("columns", X, dims=("unit", "term"))
        own = pm.HalfCauchy("own", 1.0, dims="term")
        weight = pm.Normal("weight", 0.0, 1.0 + own, dims="term")  # no product
        pm.Normal("y", columns @ weight, 1.0, dims="unit")
    assert solved(model, Y) is None


def test_conditioning_names_it_and_diagnoses_its_chains() -> None:
    posterior = condition(horseshoe(), {"y": Y}, seed=1, progress=False, draws=300, tune=200)
    assert posterior.idata.attrs["sampler"] == "gibbs"
    found = posterior.diagnostics
    assert 1.0 <= found.r_hat < 1.06
    assert 50 < found.ess_bulk < 1_200  # those of chains, not of independent draws
    again = condition(horseshoe(), {"y": Y}, seed=1, progress=False, draws=300, tune=200)
    one, two = (p.idata["posterior"]["weight"].to_numpy() for p in (posterior, again))
    np.testing.assert_array_equal(one, two)


@pytest.mark.slow
def test_all_unknowns_sampled_together_agree() -> None:
    options = {"seed": 1, "progress": False, "draws": 4_000}
    ours = condition(horseshoe(), {"y": Y}, **options)
    nuts = condition(horseshoe(), {"y": Y}, method="nuts", target_accept=0.995, **options)
    for name in ("weight", "intercept", "noise", "shared", "local"):
        one, two = (p.idata["posterior"][name] for p in (ours, nuts))
        for q in (0.1, 0.5, 0.9):
            a, b = (v.quantile(q, ("chain", "draw")).to_numpy() for v in (one, two))
            spread = two.quantile(0.84, ("chain", "draw")) - two.quantile(0.16, ("chain", "draw"))
            # Five Monte Carlo errors of a quantile at an ESS of 1,000, in half the 68 % width.
            np.testing.assert_allclose(
                a, b, atol=5 * 1.5 / np.sqrt(1_000) * spread.max().item() / 2
            )
