"""Counts of a great spread, by the series of Cornish and Fisher. Truth from scipy."""

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import wide

from .plain import plain


def test_it_takes_spread_and_little_skewness():
    assert plain(wide.is_wide)(2e4, 1.0)
    assert not plain(wide.is_wide)(9e3, 1.0)
    assert not plain(wide.is_wide)(2e4, 1e4)  # a geometric: its skewness is 2 however wide


@pytest.mark.parametrize("p", [1e-200, 1e-12, 0.1, 0.5])
def test_normal_quantiles(p):
    expected = special.ndtri_exp(np.log(p))
    np.testing.assert_allclose(plain(wide.normal_quantile)(p, 1 - p), expected, atol=1e-9)
    np.testing.assert_allclose(plain(wide.normal_quantile)(1 - p, p), -expected, atol=1e-9)


@pytest.mark.parametrize("mean", [2e8, 1e10])
@pytest.mark.parametrize("p", [1e-9, 0.2, 0.7])
def test_a_poisson(mean, p):
    """Of a Poisson the variance is the mean, and skewness times deviation is one; so is bend."""
    sd, law = np.sqrt(mean), stats.poisson(mean)
    count = plain(wide.wide_quantile)(p, 1 - p, mean, sd, 1.0, 1.0)
    assert abs(count - law.ppf(p)) <= 1.0
    below, above = plain(wide.wide_tails)(count, mean, sd, 1.0, 1.0)
    np.testing.assert_allclose([below, above], [law.cdf(count), law.sf(count)], rtol=1e-6)


def test_the_series_is_the_published_one():
    """Abramowitz and Stegun 26.2.49, of skewness g and excess kurtosis k, in standard units."""
    x, sd, g, k = 1.7, 2e4, 0.003, 0.00002
    score = x + g * (x**2 - 1) / 6 + k * (x**3 - 3 * x) / 24 - g**2 * (2 * x**3 - 5 * x) / 36
    value, _ = plain(wide.series)(x, sd, g * sd, k * sd**2)
    np.testing.assert_allclose(value - x * sd, (score - x) * sd, rtol=1e-9)


def test_the_slope_of_the_series_is_its_derivative():
    h = 1e-4
    up, down = (plain(wide.series)(1.3 + s, 2e4, 7.0, 5.0)[0] for s in (h, -h))
    np.testing.assert_allclose(plain(wide.series)(1.3, 2e4, 7.0, 5.0)[1], (up - down) / (2 * h))


def test_a_count_beyond_64_bits_is_the_greatest_number():
    assert plain(wide.whole)(5.0) == 5
    assert plain(wide.whole)(wide.GREATEST) == 2**63 - 1024
    assert plain(wide.whole)(2.0**63) == 2**63 - 1024
    assert plain(wide.whole)(np.inf) == 2**63 - 1024
