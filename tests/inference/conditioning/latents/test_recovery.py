"""Each unit's latents given what is seen of it, against their closed-form posteriors."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.latents.integrated import integrated
from ifonly.inference.conditioning.latents.lacking import recover
from ifonly.inference.conditioning.latents.placement import located
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

UNITS, DRAWS = 40, 200
RNG = np.random.default_rng(11)


def recovered(model, data, **parameters):
    """Return draws, all at the same parameters, of what the units lack."""
    evidence = read_evidence(Equations(model), data, allow_missing=True)
    found = integrated(model, evidence, "unit", Equations(model).parameters, seed=3, exact=False)
    place = located(found, found.nodes(model, evidence, 15, seed=3))
    return recover(found, place.nodes, {n: np.full(DRAWS, v) for n, v in parameters.items()}, DRAWS)


def units():
    return pm.Model(coords={"unit": range(UNITS)})


def is_standard(z, law="norm"):
    """Draws of one unit are independent, and units are too, so that all may be pooled."""
    assert stats.kstest(np.ravel(z), law).pvalue > 1e-3


def test_a_normal_latent():
    with units() as model:
        a = pm.Normal("a")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("x", a + 0.8 * u, 0.5, dims="unit")
    x = RNG.normal(size=UNITS)
    found = recovered(model, {"x": x}, a=0.1)["u"]
    variance = 0.25 / (0.64 + 0.25)
    mean = 0.8 * (x - 0.1) / (0.64 + 0.25)
    is_standard((found - mean) / np.sqrt(variance))


def test_a_skewed_latent():
    with units() as model:
        a = pm.Normal("a")
        w = pm.Gamma("w", 2.0, 1.0, dims="unit")
        pm.Poisson("n", w * pm.math.exp(a), dims="unit")
    n = RNG.poisson(2.0, size=UNITS)
    found = recovered(model, {"n": n}, a=0.3)["w"]
    is_standard(stats.gamma(2.0 + n, scale=1 / (1 + np.exp(0.3))).cdf(found), "uniform")


def test_a_category_is_drawn_exactly():
    weights = np.array([0.2, 0.5, 0.3])
    with units() as model:
        a = pm.Normal("a")
        k = pm.Categorical("k", weights, dims="unit")
        pm.Normal("y", a + 1.0 * k, 0.8, dims="unit")
    y = RNG.normal(1.0, 1.0, size=UNITS)
    found = recovered(model, {"y": y}, a=0.2)["k"]
    chance = weights * stats.norm(0.2 + np.arange(3), 0.8).pdf(y[:, None])
    chance /= chance.sum(axis=1, keepdims=True)
    seen = np.stack([(found == j).mean(axis=0) for j in range(3)], axis=1)
    z = (seen - chance) / np.sqrt(chance * (1 - chance) / DRAWS)
    assert np.abs(z).max() < 5
    assert np.mean(z**2) == pytest.approx(1.0, abs=5 * np.sqrt(2 / z.size))


def test_missing_cause_missing_effect_and_what_is_seen():
    with units() as model:
        a, b = pm.Normal("a"), pm.Normal("b")
        x = pm.Normal("x", a, 1.5, dims="unit")
        pm.Normal("y", b + 0.8 * x, 0.5, dims="unit")
    x, y = RNG.normal(size=(2, UNITS))
    no_x, no_y = np.arange(UNITS) % 4 == 1, np.arange(UNITS) % 4 >= 2
    no_x[::8] = no_y[::8] = False
    no_x[3] = no_y[3] = True
    found = recovered(
        model, {"x": np.where(no_x, np.nan, x), "y": np.where(no_y, np.nan, y)}, a=0.4, b=-0.1
    )
    assert (found["x"][:, ~no_x] == x[~no_x]).all()
    assert (found["y"][:, ~no_y] == y[~no_y]).all()
    inferred = no_x & ~no_y
    variance = 1 / (1 / 1.5**2 + 0.8**2 / 0.5**2)
    mean = variance * (0.4 / 1.5**2 + 0.8 * (y + 0.1) / 0.5**2)
    is_standard((found["x"] - mean)[:, inferred] / np.sqrt(variance))
    is_standard((found["x"][:, 3] - 0.4) / 1.5)
    is_standard((found["y"] + 0.1 - 0.8 * found["x"])[:, no_y] / 0.5)
