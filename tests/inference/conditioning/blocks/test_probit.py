"""The probit link: how it is read, the latent outcomes, and the posterior against a grid."""

import numpy as np
import pymc as pm
from scipy import stats

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.gibbs import gibbs
from ifonly.inference.conditioning.blocks.probit import Choice
from ifonly.inference.conditioning.blocks.problem import Problem
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

RNG = np.random.default_rng(12)
X = RNG.normal(size=80)
Y = RNG.binomial(1, stats.norm.cdf(0.3 + X))


def test_latent_outcomes_have_the_truncated_law() -> None:
    choice = Choice(np.full((20_000, 1), 0.7), np.full(20_000, 0.2), np.zeros(20_000))
    drawn = choice.latent(np.array([1.0]), np.random.default_rng(1)) + 0.2
    assert (drawn < 0).all()
    law = stats.truncnorm(-np.inf, -0.9, loc=0.9)
    assert stats.kstest(drawn, law.cdf).statistic < 1.95 / np.sqrt(20_000)
    far = Choice(np.full((10, 1), 40.0), np.zeros(10), np.zeros(10))  # a surprise of 40 deviations
    assert np.isfinite(far.latent(np.array([1.0]), np.random.default_rng(1))).all()


def test_the_posterior_is_that_of_a_grid() -> None:
    with pm.Model(coords={"unit": range(80)}) as model:
        x = pm.Normal("x", dims="unit")
        a, b = pm.Normal("a", 0.0, 2.0), pm.Normal("b", 0.0, 1.0)
        pm.Bernoulli("y", pm.math.invprobit(a + b * x), dims="unit")
    evidence = read_evidence(Equations(model), {"x": X, "y": Y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"x", "y"}) if "a" in b.unknowns]
    problem = Problem(observed, equations, evidence, block, tune=200)
    found = gibbs(problem, 4_000, np.random.default_rng(1))
    assert found is not None
    grid = np.linspace(-3, 4, 281)
    a, b = np.meshgrid(grid, grid, indexing="ij")
    eta = a[..., None] + b[..., None] * X
    density = stats.norm.logcdf((2 * Y - 1) * eta).sum(axis=-1)
    density += stats.norm.logpdf(a, 0, 2) + stats.norm.logpdf(b)
    mass = np.exp(density - density.max())
    mass /= mass.sum()
    for name, value in (("a", a), ("b", b)):
        mean = (mass * value).sum()
        sd = np.sqrt((mass * value**2).sum() - mean**2)
        drawn = found.values[name]
        assert abs(float(drawn.mean()) - mean) < 4 * sd / np.sqrt(600)  # an ESS of 600
        assert abs(float(drawn.std()) / sd - 1) < 0.12
