"""Numbers that come one after the other, against linear algebra and scipy's counts."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.families.special.rows import ROWS

from .plain import plain

SHOCKS = np.array([0.5, -1.0, 2.0, 0.25, -3.0, 1.5])


def run(name, *inputs):
    return plain(ROWS[name].function)(*map(np.asarray, inputs))


@pytest.mark.parametrize("weights", [[0.8], [0.5, -0.3], [0.1, 0.0, 0.9], []])
def test_a_series_solves_its_equations(weights):
    """(I - W) series = shocks, where the first rows, as many as weights, have no past."""
    matrix, order = np.eye(len(SHOCKS)), len(weights)
    for t in range(order, len(SHOCKS)):
        for lag, weight in enumerate(weights, 1):
            matrix[t, t - lag] -= weight
    series = run("recursion", SHOCKS, np.array(weights, float))
    np.testing.assert_allclose(series, np.linalg.solve(matrix, SHOCKS), rtol=1e-12)
    shocks = run("innovations", series, np.array(weights, float))
    np.testing.assert_allclose(shocks, matrix @ series, rtol=1e-12)


def test_a_garch_series_by_hand():
    omega, alpha, beta, first = 0.5, 0.3, 0.4, 2.0
    spreads, values = [first], [first * SHOCKS[0]]
    for noise in SHOCKS[1:]:
        spreads.append(np.sqrt(omega + alpha * values[-1] ** 2 + beta * spreads[-1] ** 2))
        values.append(spreads[-1] * noise)
    found = run("garch_values", SHOCKS, omega, alpha, beta, first)
    np.testing.assert_allclose(found, values, rtol=1e-13)
    back = run("garch_noise", found, omega, alpha, beta, first)
    np.testing.assert_allclose(back, SHOCKS, rtol=1e-12)


NOISE = np.array([-0.7, 1.2, 0.3, 5.0])
RANK = stats.logistic.cdf(NOISE)


def test_multinomial_counts_are_binomials_of_what_is_left():
    chances, left, expected = np.array([0.1, 0.4, 0.2, 0.3]), 30, []
    for k in range(3):
        count = stats.binom(left, chances[k] / chances[k:].sum()).ppf(RANK[k])
        expected.append(count)
        left -= int(count)
    found = run("binomials", NOISE, 30.0, chances)
    np.testing.assert_array_equal(found, [*expected, left])


def test_dirichlet_multinomial_counts_are_beta_binomials_of_what_is_left():
    shapes, left, expected = np.array([1.5, 2.0, 0.7, 3.0]), 30, []
    for k in range(3):
        count = stats.betabinom(left, shapes[k], shapes[k + 1 :].sum()).ppf(RANK[k])
        expected.append(count)
        left -= int(count)
    found = run("betabinomials", NOISE, 30.0, shapes)
    np.testing.assert_array_equal(found, [*expected, left])


def test_a_category_that_nothing_follows_takes_all():
    np.testing.assert_array_equal(run("binomials", NOISE, 7.0, [0.0, 1.0, 0.0, 0.0]), [0, 7, 0, 0])
    np.testing.assert_array_equal(run("binomials", NOISE, 0.0, [0.2, 0.3, 0.1, 0.4]), [0, 0, 0, 0])
