"""The band and the p-value of uniform numbers: their size, their agreement, odd input."""

import numpy as np
import pytest
from scipy.stats import binom

from ifonly.inference import DataError, QueryError
from ifonly.inference.validation.calibration.uniformity import band, p_value

REPEATS = 1_000


def leaves(values: np.ndarray, ci_prob: float) -> bool:
    """Whether the share of the numbers below some point is outside the band."""
    limits = band(len(values), ci_prob)
    share = (values[:, None] <= limits.points).mean(axis=0)
    return bool(((share < limits.low - 1e-12) | (share > limits.high + 1e-12)).any())


def test_uniform_numbers_leave_the_band_as_rarely_as_it_says():
    """And just where the p-value is below one less the probability."""
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
    with pytest.raises(QueryError, match="ci_prob is a probability"):
        band(10, ci_prob=2)


def test_the_p_value_is_right_under_uniformity_and_agrees_with_the_band() -> None:
    rng = np.random.default_rng(3)
    limits = band(60)
    values, outside = [], []
    for _ in range(400):
        sample = rng.random(60)
        share = np.searchsorted(np.sort(sample), limits.points, side="right") / 60
        values.append(p_value(sample))
        outside.append(bool(((share < limits.low) | (share > limits.high)).any()))
    error = np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(np.array(values) < 0.05) == pytest.approx(0.05, abs=4 * error)
    assert np.mean(outside) == pytest.approx(0.05, abs=4 * error)
    assert np.mean((np.array(values) < 0.05) == np.array(outside)) > 0.97


def test_the_band_is_that_of_arviz() -> None:
    from arviz_stats.ecdf_utils import ecdf_pit

    limits = band(50)
    points, _, low, high = ecdf_pit(np.linspace(0, 1, 50), 0.95, 5_000)
    np.testing.assert_allclose(points[1:-1], limits.points)
    np.testing.assert_allclose(low[1:-1], limits.low, atol=1 / 50 + 1e-9)
    np.testing.assert_allclose(high[1:-1], limits.high, atol=1 / 50 + 1e-9)
