"""Latents summed over nodes: the log-likelihood against closed forms and SciPy's quadrature."""

import numpy as np
import pymc as pm
import pytest
from scipy import integrate, stats

from ifonly.inference import ModelError, condition
from ifonly.inference.conditioning.latents.integrated import integrated
from ifonly.inference.conditioning.latents.placement import located
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

UNITS = 6
RNG = np.random.default_rng(8)


def one_unit():
    return pm.Model(coords={"unit": range(UNITS)})


def log_likelihood(model, data, free):
    """Return the marginal log-likelihood at unbounded parameters, nodes placed by the climb."""
    evidence = read_evidence(Equations(model), data, allow_missing=True)
    names = Equations(model).parameters
    found = integrated(model, evidence, "unit", names, seed=1, exact=False)
    place = located(found, found.nodes(model, evidence, 31, seed=1))
    density = found.at(place.nodes)
    prior = sum(stats.norm.logpdf(value) for value in free)
    # The vector's order is its own.
    sizes = [(v.name, v.ndim, v.size.eval()) for v in model.free_RVs if v.name in names]
    names = [f"{n}[{k}]" if ndim else n for n, ndim, size in sizes for k in range(size)]
    order = [names.index(density.label(k)) for k in range(len(free))]
    return density.value(np.array(free, dtype=float)[order]) - prior


def test_a_normal_latent_adds_its_variance():
    with one_unit() as model:
        a, b = pm.Normal("a"), pm.Normal("b")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("x", a + 0.8 * u, 0.5, dims="unit")
        pm.Normal("y", b - 1.5 * u, 2.0, dims="unit")
    x, y = RNG.normal(size=(2, UNITS))
    covariance = [[0.5**2 + 0.8**2, -0.8 * 1.5], [-0.8 * 1.5, 2.0**2 + 1.5**2]]
    expected = stats.multivariate_normal([0.1, -0.2], covariance).logpdf(np.c_[x, y]).sum()
    found = log_likelihood(model, {"x": x, "y": y}, [0.1, -0.2])
    assert found == pytest.approx(expected, rel=1e-9)


def test_a_count_with_a_gamma_mean_is_negative_binomial():
    with one_unit() as model:
        a = pm.Normal("a")
        w = pm.Gamma("w", 2.0, 1.0, dims="unit")
        pm.Poisson("n", w * pm.math.exp(a), dims="unit")
    n = np.array([0, 1, 2, 3, 5, 9])
    m = np.exp(0.3)
    expected = stats.nbinom(2.0, 1 / (1 + m)).logpmf(n).sum()
    assert log_likelihood(model, {"n": n}, [0.3]) == pytest.approx(expected, rel=1e-6)


def test_a_binary_latent_is_a_mixture():
    with one_unit() as model:
        a = pm.Normal("a")
        t = pm.Bernoulli("t", 0.3, dims="unit")
        pm.Normal("y", a + 2.0 * t, 0.7, dims="unit")
    y = RNG.normal(size=UNITS)
    parts = 0.7 * stats.norm(0.4, 0.7).pdf(y) + 0.3 * stats.norm(2.4, 0.7).pdf(y)
    found = log_likelihood(model, {"y": y}, [0.4])
    assert found == pytest.approx(np.log(parts).sum(), rel=1e-12)


def test_a_category_and_a_continuous_latent_together():
    weights = np.array([0.2, 0.5, 0.3])
    with one_unit() as model:
        a = pm.Normal("a")
        k = pm.Categorical("k", weights, dims="unit")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("y", a + 3.0 * k + 0.6 * u, 0.8, dims="unit")
    y = RNG.normal(2.0, 3.0, size=UNITS)
    parts = sum(w * stats.norm(3.0 * j - 0.1, 1.0).pdf(y) for j, w in enumerate(weights))
    found = log_likelihood(model, {"y": y}, [-0.1])
    assert found == pytest.approx(np.log(parts).sum(), rel=1e-9)


def test_no_closed_form_agrees_with_scipy_s_quadrature():
    with one_unit() as model:
        a, b = pm.Normal("a"), pm.Normal("b")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Bernoulli("c", logit_p=a + 2.0 * u, dims="unit")
        pm.Poisson("n", pm.math.exp(b + 0.5 * u), dims="unit")
    c, n = np.array([0, 1, 0, 1, 1, 0]), np.array([0, 2, 1, 4, 0, 3])

    def chance(ci, ni):
        def joint(u):
            p = 1 / (1 + np.exp(-(0.2 + 2.0 * u)))
            count = stats.poisson(np.exp(-0.3 + 0.5 * u)).pmf(ni)
            return stats.norm.pdf(u) * (p if ci else 1 - p) * count

        return integrate.quad(joint, -9, 9, epsabs=1e-13)[0]

    expected = sum(np.log(chance(ci, ni)) for ci, ni in zip(c, n, strict=True))
    found = log_likelihood(model, {"c": c, "n": n}, [0.2, -0.3])
    assert found == pytest.approx(expected, rel=1e-7)


def test_two_latents_of_one_unit():
    with one_unit() as model:
        a = pm.Normal("a")
        u = pm.Normal("u", 0, 1, dims="unit")
        v = pm.Normal("v", 0.5 * u, 1, dims="unit")
        pm.Normal("x", a + u, 0.6, dims="unit")
        pm.Normal("y", v - u, 0.9, dims="unit")
    x, y = RNG.normal(size=(2, UNITS))
    # v - u = -0.5 u + e
    covariance = [[1 + 0.36, -0.5], [-0.5, 0.25 + 1 + 0.81]]
    expected = stats.multivariate_normal([0.7, 0.0], covariance).logpdf(np.c_[x, y]).sum()
    assert log_likelihood(model, {"x": x, "y": y}, [0.7]) == pytest.approx(expected, rel=1e-8)


def test_one_latent_behind_a_vector_of_outcomes():
    """Each unit's outcomes share u, so that their covariance is that of the noise plus one."""
    with pm.Model(coords={"unit": range(UNITS), "item": range(3)}) as model:
        a = pm.Normal("a", dims="item")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("y", a + u[:, None], 0.5, dims=("unit", "item"))
    y = RNG.normal(size=(UNITS, 3))
    means = [0.3, -0.1, 0.2]
    law = stats.multivariate_normal(means, 0.25 * np.eye(3) + 1)
    found = log_likelihood(model, {"y": y}, means)
    assert found == pytest.approx(law.logpdf(y).sum(), rel=1e-8)


def test_a_missing_cause_is_integrated_and_a_missing_effect_says_nothing():
    with one_unit() as model:
        a, b = pm.Normal("a"), pm.Normal("b")
        x = pm.Normal("x", a, 1.5, dims="unit")
        pm.Normal("y", b + 0.8 * x, 0.5, dims="unit")
    x = np.array([0.3, np.nan, -0.4, np.nan, 1.0, 0.2])
    y = np.array([0.1, 0.9, np.nan, np.nan, 1.2, -0.3])
    expected = 0.0
    for xi, yi in zip(x, y, strict=True):
        if np.isfinite(xi):
            expected += stats.norm(0.4, 1.5).logpdf(xi)
            expected += 0.0 if np.isnan(yi) else stats.norm(-0.1 + 0.8 * xi, 0.5).logpdf(yi)
        elif np.isfinite(yi):
            expected += stats.norm(-0.1 + 0.8 * 0.4, np.hypot(0.5, 0.8 * 1.5)).logpdf(yi)
    found = log_likelihood(model, {"x": x, "y": y}, [0.4, -0.1])
    # The nodes stand at the mode, some way from these parameters.
    assert found == pytest.approx(expected, rel=1e-7)


def test_a_potential_on_units_is_refused():
    """It says something of the latents, which the integral would leave out."""
    with one_unit() as model:
        a = pm.Normal("a")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Potential("positive", pm.math.switch(u > 0, 0.0, -np.inf), dims="unit")
        pm.Normal("y", a + u, 1.0, dims="unit")
    with pytest.raises(ModelError, match=r"Potential 'positive' is about units.*method='nuts'"):
        condition(model, {"y": np.zeros(UNITS)}, method="marginal", seed=1, progress=False)


def test_a_truncated_outcome_of_a_latent():
    with one_unit() as model:
        a = pm.Normal("a")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Truncated("y", pm.Normal.dist(a + u, 1.0), 0, None, dims="unit")
    y = np.abs(RNG.normal(size=UNITS))

    def unit(u, y):
        return stats.norm.pdf(u) * stats.norm.pdf(y, 0.4 + u) / stats.norm.sf(0, 0.4 + u)

    expected = np.log([integrate.quad(unit, -9, 9, args=(v,))[0] for v in y]).sum()
    assert log_likelihood(model, {"y": y}, [0.4]) == pytest.approx(expected, rel=1e-5)
