"""Margins: from values to scores and back."""

import numpy as np
import pytest
from scipy.stats import norm

from ifonly.inference.generators.margins import margin_of


def score(shares: np.ndarray, values: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Halfway between the normal score of a rank and the standardised value."""
    found: np.ndarray = (norm.ppf(shares) + (values - table.mean()) / table.std()) / 2
    return found


def test_a_shared_value_has_an_interval_of_its_own() -> None:
    values = np.array([0.0] * 6 + [3.0] * 3 + [8.0])
    low, high = margin_of(values, 0).intervals(np.array([0.0, 3.0]))
    # Six tenths are below the first border, halfway to 3, and nine tenths below the second.
    first, second = score(np.array([0.6, 0.9]), np.array([1.5, 5.5]), values)
    assert low == pytest.approx([-np.inf, first])
    assert high == pytest.approx([first, second])


def test_a_value_of_one_unit_is_known_and_a_gap_is_not() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    low, high = margin_of(values, 0).intervals(np.array([2.0, np.nan]))
    expected = score(np.array([1.5 / 4]), np.array([2.0]), values)
    assert low[0] == high[0] == pytest.approx(expected[0])
    assert (low[1], high[1]) == (-np.inf, np.inf)


def test_scores_rise_with_the_values_and_keep_gaps_and_tame_tails() -> None:
    rng = np.random.default_rng(4)
    values = np.concatenate([rng.normal(-5, 0.1, 50), rng.normal(5, 0.1, 50), [1e6]])
    low, high = margin_of(values, 15).intervals(np.sort(values))
    assert np.array_equal(low, high)
    assert np.all(np.diff(low) > 0)
    assert low[-1] < 4.0  # a value of a million is not far off
    low, _ = margin_of(values[:-1], 15).intervals(np.sort(values[:-1]))
    assert np.diff(low).argmax() == 49
    assert np.diff(low).max() > 0.9  # nearly two standard deviations, halved


def test_values_come_back() -> None:
    rng = np.random.default_rng(1)
    values = np.round(rng.gamma(2.0, 3.0, 300), 1)
    margin = margin_of(values, 1)
    ranks = np.searchsorted(np.sort(values), values) + np.array(
        [np.sum(values == v) / 2 for v in values]
    )
    found = margin.column(ranks / 300)
    shared = np.isin(values, margin.values[margin.counts > 1])
    assert np.array_equal(found[shared], values[shared])
    # A value of one unit stands for all to halfway to its neighbours.
    inner = values < np.quantile(values, 0.95)
    assert found[inner] == pytest.approx(values[inner], abs=0.3)


def test_nothing_is_beyond_the_bounds_or_between_the_decimals() -> None:
    rng = np.random.default_rng(2)
    values = np.round(rng.uniform(0.5, 9.5, 200), 2)
    drawn = margin_of(values, 2).column(rng.random(5_000))
    assert drawn.min() == values.min()
    assert drawn.max() == values.max()
    assert np.array_equal(drawn, np.round(drawn, 2))
    # Values of single units are not the only ones that come out.
    assert not set(drawn) <= set(values)


def test_shares_of_drawn_values_are_those_of_the_table() -> None:
    values = np.array([0.0] * 50 + [1.0] * 30 + [2.0] * 20)
    rng = np.random.default_rng(3)
    drawn = margin_of(values, 0).column(rng.random(40_000))
    shares = np.array([np.mean(drawn == v) for v in (0.0, 1.0, 2.0)])
    expected = np.array([0.5, 0.3, 0.2])
    assert np.all(np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / 40_000))
