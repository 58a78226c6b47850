"""Counts that share a total, against scipy's binomials."""

import numpy as np
import pymc as pm
import pytest
from scipy import special, stats

from ifonly.inference.families.form import structural_form

from .one_family import (
    noise_of,
    numbers,
    predicted,
    transported,
)

CHANCES = np.array([0.1, 0.4, 0.2, 0.3])
SHAPES = np.array([1.5, 2.0, 0.7, 3.0])
VALUE = np.array([[3, 10, 5, 2], [0, 20, 0, 0], [20, 0, 0, 0]])
DRAWS = np.array([[0.3, -1.0, 2.0, 0.1]] * 3)
CASES = {
    "Multinomial": (
        pm.Multinomial.dist(20, CHANCES),
        lambda k, left: stats.binom(left, CHANCES[k] / CHANCES[k:].sum()),
    ),
    "DirichletMultinomial": (
        pm.DirichletMultinomial.dist(20, SHAPES),
        lambda k, left: stats.betabinom(left, SHAPES[k], SHAPES[k + 1 :].sum()),
    ),
}
every = pytest.mark.parametrize("family", CASES)


@every
def test_each_count_has_its_rank_among_what_is_left(family):
    rv, law = CASES[family]
    noise = noise_of(rv, VALUE, DRAWS)
    for row, value in enumerate(VALUE):
        left = 20
        for k in range(3):
            expected = DRAWS[row, k]  # where nothing is left, the draw
            if left:
                here = law(k, left)
                rank = here.cdf(value[k] - 1) + special.expit(expected) * here.pmf(value[k])
                above = here.sf(value[k]) + special.expit(-expected) * here.pmf(value[k])
                expected = np.log(rank) - np.log(above)
            np.testing.assert_allclose(noise[row, k], expected, rtol=1e-7, atol=1e-9)
            left -= value[k]
        assert noise[row, 3] == DRAWS[row, 3]


@every
def test_noise_gives_the_counts_back(family):
    rv, _ = CASES[family]
    found = predicted(rv, noise_of(rv, VALUE, DRAWS))
    np.testing.assert_array_equal(found, VALUE)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(transported(rv, rv, VALUE, DRAWS), VALUE)


@every
def test_other_chances_share_the_same_total(family):
    rv, _ = CASES[family]
    other = type(rv.owner.op)
    new = {
        "Multinomial": lambda: pm.Multinomial.dist(20, CHANCES[::-1]),
        "DirichletMultinomial": lambda: pm.DirichletMultinomial.dist(20, SHAPES[::-1]),
    }[family]()
    assert type(new.owner.op) is other
    found = transported(rv, new, VALUE, DRAWS)
    np.testing.assert_array_equal(found.sum(axis=1), 20)
    assert (found >= 0).all()
    assert found[0, 0] >= VALUE[0, 0]  # the first category has become likelier, and keeps its rank


@every
def test_bounds_and_width(family):
    rv, _ = CASES[family]
    form = structural_form.of(rv)
    least, greatest = form.bounds(*form.parameters(rv))
    assert (least, int(numbers(greatest).item())) == (0, 20)
    assert int(numbers(form.width(*form.parameters(rv)))) == 4
