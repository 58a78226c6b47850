"""What the forms share: what is known to be equal, exact returns, columns of noise."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from scipy import stats

from ifonly.inference.families.common import kept, kept_rows, logistic, same, stacked
from ifonly.inference.families.form import structural_form

from .one_family import (
    couple,
    numbers,
)

N = 40_000


def test_independent_worlds_are_independent():
    value = np.random.default_rng(5).binomial(1, 0.5, N)
    worlds = couple(pm.Bernoulli.dist(0.5), "independent", value, (0.5,), [(0.4,), (0.6,), (0.5,)])
    for moved in worlds[:2]:
        assert abs(np.corrcoef(value, moved)[0, 1]) < 4.5 / np.sqrt(N)
    assert abs(np.corrcoef(worlds[0], worlds[1])[0, 1]) < 4.5 / np.sqrt(N)
    np.testing.assert_array_equal(worlds[2], value)


def test_what_is_known_to_be_equal():
    x, y = pt.scalar("x"), pt.scalar("y")
    assert same(x, x)
    assert same(x + 1.0, x + 1.0)
    assert not same(x, y)
    assert not same(x, pt.vector("x"))


def test_a_value_is_kept_where_no_parameter_changed():
    value, moved = pt.constant([1.0, 2.0, 3.0]), pt.constant([10.0, 20.0, 30.0])
    x, y = pt.constant([0.0, 1.0, 2.0]), pt.constant([0.0, 1.0, 5.0])
    assert kept(value, moved, [x], [x]) is value
    np.testing.assert_array_equal(numbers(kept(value, moved, [x], [y])), [1.0, 2.0, 30.0])


def test_a_row_is_kept_as_a_whole():
    value, moved = pt.constant(np.zeros((3, 2))), pt.constant(np.ones((3, 2)))
    a, b = pt.constant([[1.0, 2.0]] * 3), pt.constant([[1.0, 2.0], [1.0, 9.0], [1.0, 2.0]])
    n, m = pt.constant([4.0, 4.0, 4.0]), pt.constant([4.0, 4.0, 5.0])
    found = numbers(kept_rows(value, moved, [n, a], [m, b], (0, 1)))
    np.testing.assert_array_equal(found, [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    assert kept_rows(value, moved, [n, a], [n, a], (0, 1)) is value


def test_a_uniform_number_as_a_logistic_one():
    uniform = np.array([1e-300, 0.2, 0.5, 1 - 1e-12])
    np.testing.assert_allclose(numbers(logistic(pt.constant(uniform))), stats.logistic.ppf(uniform))


def test_columns_are_broadcast_and_stacked():
    found = numbers(stacked(pt.constant(7), pt.constant([1, 2])))
    np.testing.assert_array_equal(found, [[7.0, 1.0], [7.0, 2.0]])


def test_fresh_noise_of_columns_has_seen_nothing():
    form = structural_form.of(pm.Poisson.dist(3.0), "independent")
    value, mean, draws = pt.constant([4, 0]), pt.constant(3.0), pt.constant([0.25, 0.5])
    unseen = numbers(form.embed(draws))
    np.testing.assert_array_equal(unseen[:, 1], [np.nan, np.nan])
    seen = numbers(form.abduct(value, mean, draws=draws))
    np.testing.assert_array_equal(seen, [[4.0, 3.0, 0.25], [0.0, 3.0, 0.5]])
    assert form.count(mean) == 3
    np.testing.assert_array_equal(numbers(form.predict(pt.constant(seen), mean)), [4, 0])
