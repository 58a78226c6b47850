"""Margins: from values to normal scores and back."""

import numpy as np
import pytest
from scipy.stats import norm

from ifonly.inference.generators.margins import margin_of


def test_a_shared_value_has_its_share_of_the_scores() -> None:
    values = np.array([0.0] * 6 + [3.0] * 3 + [8.0])
    low, high = margin_of(values, 0).intervals(np.array([0.0, 3.0]))
    # By the normal law, six tenths are below the first border, and nine tenths below the second.
    assert low == pytest.approx([-np.inf, norm.ppf(0.6)])
    assert high == pytest.approx([norm.ppf(0.6), norm.ppf(0.9)])


def test_a_value_of_one_unit_is_known_and_a_gap_is_not() -> None:
    low, high = margin_of(np.array([1.0, 2.0, 3.0, 4.0]), 0).intervals(np.array([2.0, np.nan]))
    assert low[0] == high[0] == pytest.approx(norm.ppf(1.5 / 4))
    assert (low[1], high[1]) == (-np.inf, np.inf)


def test_values_come_back() -> None:
    rng = np.random.default_rng(1)
    values = np.round(rng.gamma(2.0, 3.0, 300), 1)
    margin = margin_of(values, 1)
    low, high = margin.intervals(values)
    middle = norm.ppf((norm.cdf(low) + norm.cdf(high)) / 2)
    # A value of one unit stands for all to halfway to its neighbours.
    inner = values < np.quantile(values, 0.95)
    assert margin.column(middle)[inner] == pytest.approx(values[inner], abs=0.3)
    shared = np.isin(values, margin.values[margin.counts > 1])
    assert np.array_equal(margin.column(middle)[shared], values[shared])


def test_nothing_is_beyond_the_bounds_or_between_the_decimals() -> None:
    rng = np.random.default_rng(2)
    values = np.round(rng.uniform(0.5, 9.5, 200), 2)
    drawn = margin_of(values, 2).column(rng.normal(scale=3.0, size=5_000))
    assert drawn.min() == values.min()
    assert drawn.max() == values.max()
    assert np.array_equal(drawn, np.round(drawn, 2))
    # Values of single units are not the only ones that come out.
    assert not set(drawn) <= set(values)


def test_shares_of_drawn_values_are_those_of_the_table() -> None:
    values = np.array([0.0] * 50 + [1.0] * 30 + [2.0] * 20)
    rng = np.random.default_rng(3)
    drawn = margin_of(values, 0).column(rng.standard_normal(40_000))
    shares = np.array([np.mean(drawn == v) for v in (0.0, 1.0, 2.0)])
    expected = np.array([0.5, 0.3, 0.2])
    assert np.all(np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / 40_000))
