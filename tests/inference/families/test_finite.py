"""Counts drawn without return, of trials that share a chance, and Weibull's, against scipy."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.families.form import structural_form

from .one_family import (
    NOISE,
    bounds_of,
    noise_of,
    predicted,
    transported,
)

RANKS = np.array([0.0123, 0.2345, 0.5432, 0.8765, 0.9987])


class WeibullCount(stats.rv_discrete):
    """P(Y > k) = q^((k + 1)^beta)."""

    def _cdf(self, k, q, beta):
        return -np.expm1(np.log(q) * (np.floor(k) + 1.0) ** beta)

    def _pmf(self, k, q, beta):
        return self._cdf(k, q, beta) - self._cdf(k - 1.0, q, beta)

    def _ppf(self, p, q, beta):
        return np.ceil((np.log1p(-p) / np.log(q)) ** (1.0 / beta)) - 1.0


CASES = {
    "BetaBinomial": (pm.BetaBinomial.dist(2.0, 3.5, 12), stats.betabinom(12, 2.0, 3.5)),
    "HyperGeometric": (pm.HyperGeometric.dist(40, 15, 12), stats.hypergeom(40, 15, 12)),
    "most of few": (pm.HyperGeometric.dist(20, 15, 12), stats.hypergeom(20, 15, 12)),
    "DiscreteWeibull": (
        pm.DiscreteWeibull.dist(0.8, 1.3),
        WeibullCount(a=0, name="weibull", shapes="q, beta")(0.8, 1.3),
    ),
}
every = pytest.mark.parametrize("family", CASES)


@every
def test_values_are_the_quantiles(family):
    rv, law = CASES[family]
    noise = NOISE[structural_form.of(rv, "monotone").law].ppf(RANKS)
    found = predicted(rv, noise, "monotone")
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, law.ppf(RANKS))


@every
def test_noise_lies_in_the_interval_of_the_value(family):
    rv, law = CASES[family]
    noise = NOISE[structural_form.of(rv, "monotone").law]
    value = law.ppf(RANKS).astype(int)
    for rank in (0.1, 0.5, 0.95):
        found = noise_of(rv, value, np.full(len(value), noise.ppf(rank)), "monotone")
        expected = law.cdf(value - 1) + rank * law.pmf(value)
        np.testing.assert_allclose(noise.cdf(found), expected, rtol=1e-7)
        np.testing.assert_array_equal(predicted(rv, found, "monotone"), value)


@every
def test_bounds_are_the_ends_of_the_law(family):
    rv, law = CASES[family]
    low, high = law.support()
    assert bounds_of(rv, "monotone") == [low, None if np.isinf(high) else high]


@every
def test_the_same_law_gives_the_value(family):
    rv, law = CASES[family]
    value = law.ppf(RANKS).astype(int)
    for coupling in structural_form.couplings(rv):
        found = transported(rv, rv, value, np.full(len(value), 0.4), coupling)
        np.testing.assert_array_equal(found, value)
        assert found.dtype == np.int64
