"""A CustomDist by the steps of its function, against algebra."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import special

from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form

from .one_family import (
    bounds_of,
    moved,
    noise_of,
    predicted,
    transported,
)


def test_a_custom_dist_keeps_the_noise_of_what_it_is_made_of():
    def shifted(mu, size):
        return pm.math.exp(pm.Normal.dist(mu, 2.0, size=size)) + 1.0

    old, new = (pm.CustomDist.dist(mu, dist=shifted) for mu in (0.0, 0.5))
    value = np.array([1.1, 2.0, 7.0])
    np.testing.assert_allclose(moved(old, new, value), 1 + (value - 1) * np.exp(0.5), rtol=1e-12)


def made(function, *parameters):
    return pm.CustomDist.dist(*parameters, dist=function)


# What a function does with a variable x of a given size, and how NumPy does it.
STEPS = {
    "exp": (pt.exp, np.exp),
    "log1p exp": (lambda x: pt.log1p(pt.exp(x)), lambda x: np.log1p(np.exp(x))),
    "expm1": (pt.expm1, np.expm1),
    "tanh": (lambda x: pt.tanh(0.1 * x), lambda x: np.tanh(0.1 * x)),
    "sigmoid": (pt.sigmoid, special.expit),
    "less": (lambda x: 3.0 - x, lambda x: 3.0 - x),
    "over": (lambda x: 2.0 / pt.exp(x), lambda x: 2.0 / np.exp(x)),
    "square of exp": (lambda x: pt.exp(x) ** 2, lambda x: np.exp(x) ** 2),
    "root": (lambda x: pt.sqrt(pt.exp(x)), lambda x: np.sqrt(np.exp(x))),
    "scaled": (lambda x: 5.0 + 2.0 * x / 4.0, lambda x: 5.0 + 2.0 * x / 4.0),
}


@pytest.mark.parametrize("step", STEPS)
def test_steps_are_taken_back(step):
    """The noise is that of the normal inside, and moves with its mean."""
    there, numpy = STEPS[step]
    old, new = (
        made(lambda m, size: there(pm.Normal.dist(m, 2.0, size=size)), m) for m in (0.5, 1.5)
    )
    noise = np.array([-0.7, 0.0, 0.4])
    value = numpy(0.5 + 2.0 * noise)
    np.testing.assert_allclose(noise_of(old, value), noise, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(predicted(old, noise), value, rtol=1e-12)
    found = transported(old, new, value, np.zeros(3))
    np.testing.assert_allclose(found, numpy(1.5 + 2.0 * noise), rtol=1e-9)
    np.testing.assert_array_equal(transported(old, old, value, np.zeros(3)), value)


REFUSED = {
    "draws nothing at random": lambda m, size: 2.0 * m,
    "several random variables": lambda m, size: (
        pm.Normal.dist(m, 1.0, size=size) + pm.Gamma.dist(2.0, 1.0, size=size)
    ),
    "a step that cannot be taken back": lambda m, size: pt.abs(pm.Normal.dist(m, 1.0, size=size)),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_taken_back_says_why(reason):
    with pytest.raises(ModelError, match=reason):
        structural_form.of(made(REFUSED[reason], 1.0))


def test_a_square_of_what_may_be_negative_is_refused():
    with pytest.raises(ModelError, match="cannot be taken back"):
        structural_form.of(made(lambda m, size: pm.Normal.dist(m, 1.0, size=size) ** 2, 0.0))
    squared = made(lambda m, size: pm.Exponential.dist(m, size=size) ** 2, 2.0)
    np.testing.assert_allclose(noise_of(squared, [9.0]), [6.0])


def test_bounds_and_whether_it_rises():
    falling = made(lambda m, size: 1.0 - 2.0 * pm.Beta.dist(m, 2.0, size=size), 1.5)
    assert bounds_of(falling) == [-1.0, 1.0]
    assert not structural_form.of(falling).rising
    rising = made(lambda m, size: 1.0 + pm.Exponential.dist(m, size=size), 1.5)
    assert bounds_of(rising) == [1.0, np.inf]
    assert structural_form.of(rising).rising
    endless = made(lambda m, size: pt.log(pm.Beta.dist(m, 2.0, size=size)), 1.5)
    assert bounds_of(endless) == [None, None]
