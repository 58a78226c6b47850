"""Shares broken off a stick, each by its rank. Truth from scipy's beta."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import special

from ifonly.inference.families.form import structural_form
from ifonly.inference.families.simplex import beyond

from .one_family import (
    bounds_of,
    noise_of,
    numbers,
    predicted,
    transported,
)

A, B = np.array([2.0, 0.7, 3.0]), np.array([1.0, 4.0, 0.5])
VALUE = np.array([[0.2, 0.3, 0.5], [0.9, 0.05, 0.05], [1e-3, 0.499, 0.5]])
DRAWS = np.full((3, 3), 0.7)


def parts_of(value):
    """Each share as a part of what the shares before it left."""
    return value[:, :-1] / (1.0 - np.cumsum(value, axis=1)[:, :-1] + value[:, :-1])


def shares_of(part):
    left = np.cumprod(1.0 - part, axis=1)
    before = np.column_stack([np.ones(len(part)), left[:, :-1]])
    return np.column_stack([part * before, left[:, -1]])


def test_the_sum_of_what_comes_after():
    np.testing.assert_allclose(numbers(beyond(pt.constant(A))), [3.7, 3.0])


@pytest.mark.parametrize(
    ("rv", "a", "b"),
    [
        (pm.Dirichlet.dist(A), [2.0, 0.7], [3.7, 3.0]),
        (pm.StickBreakingWeights.dist(alpha=2.0, K=2), [1.0, 1.0], [2.0, 2.0]),
    ],
    ids=["Dirichlet", "StickBreakingWeights"],
)
def test_the_noise_has_the_ranks_of_the_parts(rv, a, b):
    noise = noise_of(rv, VALUE, DRAWS)
    rank = special.betainc(a, b, parts_of(VALUE))
    np.testing.assert_allclose(noise[:, :-1], special.logit(rank), rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(noise[:, -1], 0.7)
    np.testing.assert_allclose(predicted(rv, noise), VALUE, rtol=1e-9)
    form = structural_form.of(rv)
    assert int(numbers(form.width(*form.parameters(rv)))) == 3
    assert bounds_of(rv) == [0.0, 1.0]


def test_shares_move_part_by_part():
    rank = special.betainc([2.0, 0.7], [3.7, 3.0], parts_of(VALUE))
    expected = shares_of(special.betaincinv([1.0, 4.0], [4.5, 0.5], rank))
    found = transported(pm.Dirichlet.dist(A), pm.Dirichlet.dist(B), VALUE, DRAWS)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12)
    still = transported(pm.Dirichlet.dist(A), pm.Dirichlet.dist(A), VALUE, DRAWS)
    np.testing.assert_array_equal(still, VALUE)
