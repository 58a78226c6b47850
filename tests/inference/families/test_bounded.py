"""Families on an interval, against scipy."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import integrate, stats

from ifonly.inference.families.form import structural_form

from .one_family import (
    bounds_of,
    has_ranks_of,
    noise_of,
    predicted,
    transported,
)

POINTS, DENSITY = np.array([0.0, 1.0, 2.0, 4.0, 5.0]), np.array([0.0, 2.0, 1.0, 1.0, 0.0])


@pytest.mark.parametrize("backend", ["NUMBA", "JAX"])
def test_given_points_of_a_density(backend):
    form = structural_form.of(pm.Interpolated.dist(POINTS, DENSITY, shape=3))
    parameters = form.parameters(pm.Interpolated.dist(POINTS, DENSITY, shape=3))
    grid = np.concatenate([np.linspace(0.01, 4.99, 400), [1e-9, 5 - 1e-9, 1.0, 2.0, 4.0]])
    value, noise = pt.vectors("value", "noise")
    there = form.abduct(value, *parameters, draws=value)
    function = pytensor.function(
        [value, noise],
        [there, form.predict(there, *parameters), form.predict(noise, *parameters)],
        mode=backend,
    )
    rng = np.random.default_rng(2)
    found, back, fresh = map(np.asarray, function(grid, rng.logistic(size=405)))
    np.testing.assert_allclose(back, grid, rtol=1e-12, atol=1e-13)
    whole = np.trapezoid(DENSITY, POINTS)
    exact = [
        integrate.quad(np.interp, 0.0, x, (POINTS, DENSITY), points=POINTS[1:-1])[0] / whole
        for x in grid[:400:40]
    ]
    np.testing.assert_allclose(1.0 / (1.0 + np.exp(-found[:400:40])), exact, rtol=1e-9)
    ranks = np.interp(fresh, np.sort(grid), np.sort(1.0 / (1.0 + np.exp(-found))))
    assert stats.kstest(ranks, "uniform").pvalue > 1e-3


CASES = {
    "Uniform": (pm.Uniform.dist(-1.0, 3.0), stats.uniform(-1.0, 4.0)),
    "Triangular": (
        pm.Triangular.dist(lower=-1.0, c=0.4, upper=2.0),
        stats.triang(1.4 / 3.0, -1.0, 3.0),
    ),
    "Beta": (pm.Beta.dist(2.0, 3.5), stats.beta(2.0, 3.5)),
    "TruncatedNormal": (
        pm.TruncatedNormal.dist(0.2, 2.0, lower=-1.0, upper=2.5),
        stats.truncnorm(-0.6, 1.15, 0.2, 2.0),
    ),
}
# The same in another world.
NEW = {
    "Uniform": (pm.Uniform.dist(0.0, 2.0), stats.uniform(0.0, 2.0)),
    "Triangular": (pm.Triangular.dist(lower=0.0, c=0.4, upper=1.0), stats.triang(0.4)),
    "Beta": (pm.Beta.dist(0.6, 1.5), stats.beta(0.6, 1.5)),
    "TruncatedNormal": (
        pm.TruncatedNormal.dist(2.0, 2.0, lower=-0.5, upper=3.0),
        stats.truncnorm(-1.25, 0.5, 2.0, 2.0),
    ),
}
RANKS = np.array([1e-6, 0.01, 0.3, 0.5, 0.8, 0.999])
every = pytest.mark.parametrize("family", CASES)


@every
def test_the_noise_has_the_rank_of_the_value(family):
    rv, law = CASES[family]
    has_ranks_of(rv, law, law.ppf(RANKS))


@every
def test_a_value_keeps_its_rank(family):
    (old, before), (new, after) = CASES[family], NEW[family]
    value = before.ppf(RANKS)
    found = transported(old, new, value, np.zeros(6))
    np.testing.assert_allclose(found, after.ppf(RANKS), rtol=1e-7, atol=1e-12)
    np.testing.assert_array_equal(transported(old, old, value, np.zeros(6)), value)


@every
def test_bounds_are_the_ends_of_the_law(family):
    rv, law = CASES[family]
    np.testing.assert_allclose(bounds_of(rv), law.support())


def test_kumaraswamy_s_law():
    """P(V <= v) = 1 - (1 - v^a)^b."""
    rv, value = pm.Kumaraswamy.dist(2.0, 3.5), np.array([1e-6, 0.2, 0.9])
    np.testing.assert_allclose(noise_of(rv, value), -3.5 * np.log1p(-(value**2)), rtol=1e-12)
    np.testing.assert_allclose(predicted(rv, noise_of(rv, value)), value, rtol=1e-12)
