"""Families on the positive half-line, against scipy and algebra."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from .one_family import (
    bounds_of,
    has_ranks_of,
    transported,
)

RANKS = np.array([1e-9, 0.01, 0.3, 0.5, 0.8, 0.999])
NONE = np.zeros(6)
# The family in one world and in another, the laws in scipy.
CASES = {
    "HalfNormal": (pm.HalfNormal, stats.halfnorm, ((2.0,), (0.0, 2.0)), ((3.0,), (0.0, 3.0))),
    "HalfCauchy": (pm.HalfCauchy, stats.halfcauchy, ((2.0,), (0.0, 2.0)), ((3.0,), (0.0, 3.0))),
    "Exponential": (pm.Exponential, stats.expon, ((2.0,), (0.0, 0.5)), ((0.5,), (0.0, 2.0))),
    "Weibull": (
        pm.Weibull, stats.weibull_min, ((1.7, 3.0), (1.7, 0.0, 3.0)), ((0.8, 2.0), (0.8, 0.0, 2.0)),
    ),
    "Pareto": (pm.Pareto, stats.pareto, ((2.5, 3.0), (2.5, 0, 3.0)), ((4.0, 2.0), (4.0, 0, 2.0))),
    "Gamma": (pm.Gamma, stats.gamma, ((2.5, 4.0), (2.5, 0, 0.25)), ((0.7, 2.0), (0.7, 0, 0.5))),
    "InverseGamma": (
        pm.InverseGamma, stats.invgamma, ((2.5, 3.0), (2.5, 0, 3.0)), ((4.0, 2.0), (4.0, 0, 2.0)),
    ),
}  # fmt: skip
every = pytest.mark.parametrize("family", CASES)


def worlds(family):
    kind, law, *sides = CASES[family]
    return [(kind.dist(*own), law(*scipy)) for own, scipy in sides]


@every
def test_the_noise_has_the_rank_of_the_value(family):
    (rv, law), _ = worlds(family)
    has_ranks_of(rv, law, law.ppf(RANKS))


@every
def test_a_value_keeps_its_rank(family):
    (old, before), (new, after) = worlds(family)
    value = before.ppf(RANKS)
    found = transported(old, new, value, NONE)
    np.testing.assert_allclose(found, after.ppf(RANKS), rtol=1e-7)
    np.testing.assert_array_equal(transported(old, old, value, NONE), value)


@pytest.mark.parametrize(
    ("old", "new", "factor"),
    [
        (pm.Weibull.dist(1.7, 3.0), pm.Weibull.dist(1.7, 4.5), 1.5),
        (pm.Pareto.dist(2.5, 3.0), pm.Pareto.dist(2.5, 6.0), 2.0),
        (pm.Gamma.dist(2.5, 4.0), pm.Gamma.dist(2.5, 2.0), 2.0),
        (pm.InverseGamma.dist(2.5, 3.0), pm.InverseGamma.dist(2.5, 4.5), 1.5),
    ],
    ids=lambda x: "",
)
def test_a_common_shape_is_scaled_without_a_cdf(old, new, factor):
    value = np.array([3.0, 7.0, 1e200])  # of which no cdf tells the last from infinity
    np.testing.assert_allclose(
        transported(old, new, value, np.zeros(3)), value * factor, rtol=1e-14
    )


@every
def test_bounds(family):
    (rv, law), _ = worlds(family)
    assert bounds_of(rv) == [law.support()[0], None]
