"""Bernoulli: one threshold on logistic noise, against algebra."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from .one_family import (
    bounds_of,
    noise_of,
    predicted,
    transported,
)

# A thousand draws at equal steps of rank: shares of them are exact to a thousandth.
GRID = stats.logistic.ppf((np.arange(1000) + 0.5) / 1000)
ONES, ZEROS = np.ones(1000, int), np.zeros(1000, int)


def test_it_is_one_where_noise_exceeds_the_threshold():
    rv = pm.Bernoulli.dist(0.3)
    edge = np.log(0.7 / 0.3)
    np.testing.assert_array_equal(predicted(rv, [edge - 1e-9, edge + 1e-9]), [0, 1])
    assert abs(predicted(rv, GRID).mean() - 0.3) <= 1e-3
    assert predicted(rv, GRID).dtype == np.int64


@pytest.mark.parametrize("p", [0.3, 1e-12])
def test_noise_is_uniform_on_its_own_side(p):
    rv = pm.Bernoulli.dist(p)
    one, zero = noise_of(rv, ONES, GRID), noise_of(rv, ZEROS, GRID)
    np.testing.assert_allclose(stats.logistic.sf(one), p * stats.logistic.sf(GRID), rtol=1e-9)
    np.testing.assert_allclose(
        stats.logistic.cdf(zero), (1 - p) * stats.logistic.cdf(GRID), rtol=1e-9
    )
    assert predicted(rv, one).all()
    assert not predicted(rv, zero).any()


def test_as_few_move_as_can():
    """P(Y' = 1 | Y = 0) = (p' - p) / (1 - p) where p' > p, and nobody moves back."""
    old, new = pm.Bernoulli.dist(0.3), pm.Bernoulli.dist(0.55)
    assert abs(transported(old, new, ZEROS, GRID).mean() - 0.25 / 0.7) <= 1e-3
    assert transported(old, new, ONES, GRID).all()
    assert abs(transported(new, old, ONES, GRID).mean() - 0.3 / 0.55) <= 1e-3
    assert not transported(new, old, ZEROS, GRID).any()
    np.testing.assert_array_equal(transported(old, old, ONES, GRID), ONES)


def test_drawn_anew_it_tells_nothing():
    uniform = (np.arange(1000) + 0.5) / 1000
    old, new = pm.Bernoulli.dist(0.3), pm.Bernoulli.dist(0.55)
    once = transported(old, new, ONES, uniform, "independent")
    np.testing.assert_array_equal(transported(old, new, ZEROS, uniform, "independent"), once)
    assert abs(once.mean() - 0.55) < 4.5 * np.sqrt(0.55 * 0.45 / 1000)
    np.testing.assert_array_equal(transported(old, old, ONES, uniform, "independent"), ONES)


def test_bounds():
    assert bounds_of(pm.Bernoulli.dist(0.3)) == [0.0, 1.0]
