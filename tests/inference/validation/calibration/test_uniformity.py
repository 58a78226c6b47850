"""The band and the p-value of uniform numbers: their size, their agreement, odd input."""

import numpy as np
import pytest
from scipy.stats import binom

from ifonly.inference import DataError, QueryError
from ifonly.inference.validation.calibration.uniformity import band, p_value

REPEATS = 1_000


def leaves(values: np.ndarray, level: float) -> bool:
    """Whether the share of the numbers below some point is outside the band."""
    limits = band(len(values), level)
    share = (values[:, None] <= limits.points).mean(axis=0)
    return bool(((share < limits.low - 1e-12) | (share > limits.high + 1e-12)).any())


def test_uniform_numbers_leave_the_band_as_rarely_as_it_says():
    """And just where the p-value is below the level."""
    rng = np.random.default_rng(1)
    samples = rng.random((REPEATS, 50))
    outside = np.array([leaves(s, 0.9) for s in samples])
    low, high = binom.ppf([0.0001, 0.9999], REPEATS, 0.1)
    assert outside.sum() <= high  # discrete, so that it may be rarer
    assert outside.sum() >= low / 2
    p = np.array([p_value(s) for s in samples])
    np.testing.assert_array_equal(
        outside[np.abs(p - 0.1) > 0.01], (p < 0.1)[np.abs(p - 0.1) > 0.01]
    )


def test_numbers_that_are_not_uniform():
    assert p_value(np.random.default_rng(2).beta(2, 2, 200)) < 0.01
    assert np.isnan(p_value([]))


@pytest.mark.parametrize("numbers", [[0.5, np.nan], [2.0], [-0.1], ["a"], [[0.5]], None])
def test_what_is_no_share_is_refused(numbers):
    with pytest.raises(DataError, match="values between 0 and 1"):
        p_value(numbers)


def test_counts_and_levels():
    with pytest.raises(QueryError, match="count is a positive whole number"):
        band(0)
    with pytest.raises(QueryError, match="level is a probability"):
        band(10, level=2)
