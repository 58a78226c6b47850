"""Counts by rejection: their laws are SciPy's, whatever the random numbers."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.families.special import bits, rejection
from ifonly.inference.families.special.rejection import halved, poisson_count

from .plain import plain

DRAWS = 20_000


@pytest.fixture(autouse=True)
def wrapping():
    """Products of 64 bits wrap, of which NumPy warns where numba does not."""
    with np.errstate(over="ignore"):
        yield


def drawn(sampler, parameter, stream):
    seeds = (np.arange(DRAWS) + 0.5) / DRAWS
    return np.array([sampler(parameter, plain(bits.state)(s, stream)) for s in seeds])


def chance_of(found, law):
    """Return the p-value of Pearson's test over some 40 intervals of the same mass."""
    ends = np.unique(law.ppf(np.linspace(0.025, 0.975, 39)))
    expected = np.diff(np.r_[0.0, law.cdf(ends), 1.0]) * DRAWS
    seen = np.histogram(found, np.r_[-np.inf, ends + 0.5, np.inf])[0]
    return stats.chisquare(seen, expected).pvalue


@pytest.mark.parametrize("count", [20.0, 33.0, 101.0, 5_000.0, 3e7])
def test_half_of_the_trials_succeed(count):
    found = drawn(halved, count, 1)
    assert chance_of(found, stats.binom(count, 0.5)) > 1e-3
    assert np.array_equal(found, np.floor(found))


@pytest.mark.parametrize("mean", [10.0, 64.0, 1_000.5, 1e8])
def test_counts_have_their_mean(mean):
    found = drawn(poisson_count, mean, 2)
    assert chance_of(found, stats.poisson(mean)) > 1e-3
    assert np.array_equal(found, np.floor(found))


def test_the_masses_of_halves_are_binomial():
    exact = [Fraction(math.comb(40, k), math.comb(40, 20)) for k in range(41)]
    ours = [plain(rejection.halves)(float(k), 40.0) for k in range(41)]
    np.testing.assert_allclose(np.array(ours) / ours[20], [float(f) for f in exact], rtol=1e-12)


@pytest.mark.parametrize("size", [1e12, 1e15])
def test_however_large(size):
    """The spread is that of the law, within 4.5 standard errors of itself."""
    for sampler, mean, sd in (
        (halved, 0.5 * size, 0.5 * math.sqrt(size)),
        (poisson_count, size, math.sqrt(size)),
    ):
        scores = (drawn(sampler, size, 3)[:4_000] - mean) / sd
        assert stats.kstest(scores, "norm").pvalue > 1e-3


def test_a_stream_fixes_the_count():
    start = plain(bits.state)(0.3, 1)
    assert plain(halved)(77.0, start) == halved(77.0, start)
    assert plain(poisson_count)(77.0, start) == poisson_count(77.0, start)


@pytest.mark.parametrize(("sampler", "part"), [(halved, 0.5), (poisson_count, 1.0)])
def test_what_no_computer_counts_is_its_mean(sampler, part):
    start = plain(bits.state)(0.3, 1)
    for found in (sampler, plain(sampler)):
        assert found(1e25, start) == part * 1e25
        assert found(math.inf, start) == math.inf
        assert math.isnan(found(math.nan, start))
    assert abs(sampler(4e18, start) / (part * 4e18) - 1.0) < 1e-8
