"""Families that shift and stretch one law, against scipy and algebra."""

import numpy as np
import pymc as pm
import pytest
from scipy import special, stats

from .one_family import (
    bounds_of,
    has_ranks_of,
    noise_of,
    predicted,
    transported,
)

VALUES = np.array([-7.0, -1.0, 0.3, 2.0, 40.0])
# Of location 1 and scale 2, and of location .5 and scale 1.5.
CASES = {
    "Normal": (pm.Normal, stats.norm),
    "Laplace": (pm.Laplace, stats.laplace),
    "Logistic": (pm.Logistic, stats.logistic),
    "Gumbel": (pm.Gumbel, stats.gumbel_r),
    "Cauchy": (pm.Cauchy, stats.cauchy),
}
every = pytest.mark.parametrize("family", CASES)
NONE = np.zeros(5)


@every
def test_the_noise_is_the_standardised_value(family):
    rv = CASES[family][0].dist(1.0, 2.0)
    np.testing.assert_allclose(noise_of(rv, VALUES), (VALUES - 1.0) / 2.0, rtol=1e-15)
    np.testing.assert_allclose(predicted(rv, VALUES), 1.0 + 2.0 * VALUES, rtol=1e-15)


@every
def test_the_noise_has_the_rank_of_the_value(family):
    kind, law = CASES[family]
    has_ranks_of(kind.dist(1.0, 2.0), law(1.0, 2.0), VALUES)


@every
def test_a_value_is_shifted_and_stretched(family):
    kind, _ = CASES[family]
    old, new = kind.dist(1.0, 2.0), kind.dist(0.5, 1.5)
    found = transported(old, new, VALUES, NONE)
    np.testing.assert_allclose(found, 0.5 + 0.75 * (VALUES - 1.0), rtol=1e-14)
    shifted = transported(old, kind.dist(0.5, 2.0), VALUES, NONE)
    np.testing.assert_array_equal(shifted, VALUES - 0.5)
    np.testing.assert_array_equal(transported(old, kind.dist(1.0, 2.0), VALUES, NONE), VALUES)


def test_a_log_normal_is_multiplied():
    value = np.array([1e-5, 0.5, 3.0, 1e6, 2.0])
    old = pm.LogNormal.dist(0.1, 0.7)
    has_ranks_of(old, stats.lognorm(0.7, scale=np.exp(0.1)), value)
    found = transported(old, pm.LogNormal.dist(0.4, 0.7), value, NONE)
    np.testing.assert_allclose(found, value * np.exp(0.3), rtol=1e-14)
    found = transported(old, pm.LogNormal.dist(0.4, 1.4), value, NONE)
    np.testing.assert_allclose(found, np.exp(0.4 + 2.0 * (np.log(value) - 0.1)), rtol=1e-12)
    assert bounds_of(old) == [0.0, None]


def test_a_logit_normal_moves_by_its_logit():
    value = np.array([1e-9, 0.2, 0.5, 0.9, 0.999])
    old, new = pm.LogitNormal.dist(0.3, 0.8), pm.LogitNormal.dist(-0.2, 1.2)
    standard = (special.logit(value) - 0.3) / 0.8
    np.testing.assert_allclose(noise_of(old, value), standard, rtol=1e-12)
    found = transported(old, new, value, NONE)
    np.testing.assert_allclose(found, special.expit(1.2 * standard - 0.2), rtol=1e-12)
    assert bounds_of(old) == [0.0, 1.0]


def test_student_s_t_needs_no_cdf_where_its_freedom_is_common():
    old = pm.StudentT.dist(nu=3.5, mu=1.0, sigma=2.0)
    has_ranks_of(old, stats.t(3.5, 1.0, 2.0), VALUES)
    common = pm.StudentT.dist(nu=3.5, mu=0.5, sigma=1.5)
    found = transported(old, common, VALUES, NONE)
    np.testing.assert_allclose(found, 0.5 + 0.75 * (VALUES - 1.0), rtol=1e-14)
    other = transported(old, pm.StudentT.dist(nu=6.0, mu=0.0, sigma=1.0), VALUES, NONE)
    before, after = stats.t(3.5, 1.0, 2.0), stats.t(6.0)
    rank = np.where(VALUES < 1.0, after.ppf(before.cdf(VALUES)), after.isf(before.sf(VALUES)))
    np.testing.assert_allclose(other, rank, rtol=1e-9)
