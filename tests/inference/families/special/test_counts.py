"""Quantiles of counts, and noise from inside a count's interval. Truth from scipy's counts."""

import math

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import counts
from ifonly.inference.families.special.counts import (
    BINOMIAL,
    NEGATIVE,
    POISSON,
    binomial_noise,
    binomial_quantile,
    negative_noise,
    negative_quantile,
    poisson_noise,
    poisson_quantile,
)

from .plain import plain

# Kind, quantile, noise, parameters, and the law in scipy.
LAWS = {
    "small Poisson": (POISSON, poisson_quantile, poisson_noise, (3.2,), stats.poisson(3.2)),
    "large Poisson": (POISSON, poisson_quantile, poisson_noise, (800.0,), stats.poisson(800.0)),
    "binomial": (BINOMIAL, binomial_quantile, binomial_noise, (12.0, 0.3), stats.binom(12, 0.3)),
    "likely": (BINOMIAL, binomial_quantile, binomial_noise, (500.0, 0.9), stats.binom(500, 0.9)),
    "negative": (NEGATIVE, negative_quantile, negative_noise, (2.5, 0.4), stats.nbinom(2.5, 0.4)),
    "wide": (NEGATIVE, negative_quantile, negative_noise, (0.7, 0.01), stats.nbinom(0.7, 0.01)),
}
every = pytest.mark.parametrize("name", LAWS)


def both(parameters):
    return parameters if len(parameters) == 2 else (*parameters, 0.0)


@every
def test_quantiles_are_scipy_s(name):
    _, quantile, _, parameters, law = LAWS[name]
    for p in (1e-12, 1e-4, 0.03, 0.4123, 0.77, 0.995):
        z = math.log(p) - math.log1p(-p)
        assert plain(quantile)(z, *parameters) == law.ppf(p)
        assert plain(quantile)(-z, *parameters) == law.isf(p)


@every
def test_quantiles_are_exact_at_the_steps(name):
    """Just below and just above each value of the cdf."""
    _, quantile, _, parameters, law = LAWS[name]
    for y in law.ppf([0.05, 0.3, 0.6]):
        p = law.cdf(y)
        z = math.log(p) - math.log1p(-p)
        assert plain(quantile)(z - 1e-9, *parameters) == y
        assert plain(quantile)(z + 1e-9, *parameters) == y + 1


@every
@pytest.mark.parametrize("draw", [-40.0, -1.0, 0.0, 2.5, 40.0])
def test_noise_lies_in_the_interval_of_the_count(name, draw):
    _, quantile, noise, parameters, law = LAWS[name]
    for y in (law.ppf(1e-9), law.ppf(0.2), law.median(), law.isf(1e-9)):
        z = plain(noise)(float(y), *parameters, draw)
        assert plain(quantile)(z, *parameters) == y
        if abs(draw) < 3.0:
            lower = special.expit(draw) if y <= law.median() else special.expit(-draw)
            rest = law.cdf(y - 1) if y <= law.median() else law.sf(y)
            found = special.expit(z if y <= law.median() else -z)
            np.testing.assert_allclose(found, rest + lower * law.pmf(y), rtol=1e-8)


@every
def test_interval_mass_and_ratio(name):
    kind, *_, parameters, law = LAWS[name]
    a, b = both(parameters)
    for y in (0.0, law.ppf(0.1), law.ppf(0.9)):
        if law.pmf(y) < 1e-290:
            continue
        expected = [law.cdf(y - 1), law.pmf(y), law.sf(y)]
        np.testing.assert_allclose(
            plain(counts.interval)(kind, y, a, b), expected, rtol=1e-8, atol=1e-13
        )
        np.testing.assert_allclose(plain(counts.count_mass)(kind, y, a, b), expected[1], rtol=1e-9)
        below, above = plain(counts.count_tails)(kind, y, a, b)
        np.testing.assert_allclose([below, above], [law.cdf(y), law.sf(y)], rtol=1e-9)
        step = law.pmf(y + 1) / law.pmf(y)
        np.testing.assert_allclose(plain(counts.ratio)(kind, y, a, b), step, rtol=1e-8)


@every
def test_moments(name):
    kind, *_, parameters, law = LAWS[name]
    a, b = both(parameters)
    mean, variance, skewness, kurtosis = map(float, law.stats("mvsk"))
    sd = math.sqrt(variance)
    found = plain(counts.moments)(kind, a, b)
    np.testing.assert_allclose(found, [mean, sd, skewness * sd], rtol=1e-9)
    np.testing.assert_allclose(plain(counts.bend)(kind, b), kurtosis * variance, rtol=1e-9)


def test_the_greatest_count_of_trials_is_their_number():
    assert plain(binomial_quantile)(700.0, 12.0, 0.3) == 12
    assert plain(binomial_quantile)(-700.0, 12.0, 0.3) == 0
    assert plain(counts.count_tails)(BINOMIAL, 12.0, 12.0, 0.3) == (1.0, 0.0)
    assert plain(counts.count_tails)(POISSON, -1.0, 3.0, 0.0) == (0.0, 1.0)


def test_a_point_is_kept_away_from_the_edges():
    """By 1e-11 of the nearer side, so that rounding cannot move the count."""
    low, high = plain(counts.placed)(0.2, 0.3, 0.5, -100.0)
    assert 0.2 + 4e-12 < low < 0.2 + 6e-12
    np.testing.assert_allclose(low + high, 1.0, rtol=1e-15)
    np.testing.assert_allclose(plain(counts.placed)(0.2, 0.3, 0.5, 0.0), [0.35, 0.65], rtol=1e-14)


@pytest.mark.parametrize("search", [counts.upper_search, counts.upper_search_slow])
def test_searches_from_above_agree(search):
    law = stats.poisson(50.0)
    for q in (1e-3, 1e-14):
        guess = 30.0 if search is counts.upper_search_slow else law.isf(q) + 2.0
        assert plain(search)(POISSON, q, 50.0, 0.0, guess) == law.isf(q)


@pytest.mark.parametrize("mean", [1e6, 1e9, 1e12])
@pytest.mark.parametrize("z", [-4.0, -1.0, 0.0, 3.0, 9.0])
def test_skewed_counts_of_any_size_are_found_in_few_steps(mean, z):
    """The least count whose cdf, an incomplete beta function, reaches the rank."""
    n, p = 2.0, 2.0 / (2.0 + mean)
    found = float(negative_quantile.scalar(z, n, p))
    rank = special.expit(z)
    assert special.betainc(n, found + 1.0, p) >= rank * (1.0 - 1e-9)
    assert special.betainc(n, found, p) <= rank * (1.0 + 1e-9)


def test_a_mean_beyond_whole_numbers_is_the_greatest_number():
    for count in (poisson_quantile.scalar(0.0, 1e26), negative_quantile.scalar(0.0, 2.0, 1e-26)):
        assert count == 2**63 - 1024
