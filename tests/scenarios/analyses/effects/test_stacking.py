"""Stacking weights, held against parts whose shares are known."""

import numpy as np
import pytest
from scipy import stats

from ifonly.scenarios.analyses.effects.stacking import mixed, stacked


def test_weights_are_the_shares_of_a_mixture() -> None:
    """Of 20,000 outcomes 70 % come from one predictive law and 30 % from another."""
    rng = np.random.default_rng(1)
    y = np.where(rng.random(20_000) < 0.7, rng.normal(0, 1, 20_000), rng.normal(4, 1, 20_000))
    of = {
        name: stats.norm.logpdf(y, at, 1)[None].repeat(20, 0) for name, at in (("a", 0), ("b", 4))
    }
    weights = stacked(of)
    assert weights["a"] == pytest.approx(0.7, abs=4 * np.sqrt(0.21 / 20_000) * 1.2)
    assert sum(weights.values()) == pytest.approx(1.0)


def test_units_are_left_out() -> None:
    """A mean of one unit's own outcome predicts it best in sample, and worst left out."""
    rng = np.random.default_rng(2)
    y = rng.normal(size=200)
    pooled = stats.norm.logpdf(y, rng.normal(0, 0.07, (400, 1)), 1)
    own = stats.norm.logpdf(y, y / 1.1 + rng.normal(0, 0.95, (400, 200)), 1)
    assert stacked({"pooled": pooled, "own": own})["pooled"] > 0.9


def test_mixed_draws_have_the_weights() -> None:
    parts = {"a": np.zeros((1_000, 2)), "b": np.ones((500, 2))}
    average = mixed(parts, {"a": 0.25, "b": 0.75})
    assert average.shape == (500, 2)
    np.testing.assert_allclose(average.mean(axis=0), 0.75)
