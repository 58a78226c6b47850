"""What is put in is there, and what does not read it is not copied."""

import numpy as np
import pytensor.tensor as pt

from ifonly.inference.symbolic.replace import substituted

X, Y, Z = pt.vectors("xyz")


def test_several_at_once():
    """Values are not looked into: a swap is a swap."""
    [swapped] = substituted([X - 2.0 * Y], {X: Y, Y: X})
    numbers = {X: np.array([3.0]), Y: np.array([5.0])}
    np.testing.assert_array_equal(swapped.eval(numbers), [-1.0])


def test_the_rest_is_the_very_same():
    """By which two worlds know that a part of an equation is equal in both."""
    rest = pt.exp(Y)
    whole = X * rest
    whole.name = "whole"
    [found] = substituted([whole], {X: Z})
    assert found.owner.inputs[1] is rest
    assert found.name == "whole"
    assert substituted([rest, X], {X: Z}) == [rest, Z]


def test_inside_and_whole():
    """A key that others compute stays out of the way of what they are computed from."""
    middle = X + Y
    found = substituted([middle, middle * X], {middle: Z, X: Y})
    numbers = {Y: np.array([2.0]), Z: np.array([7.0])}
    assert found[0] is Z
    np.testing.assert_array_equal(found[1].eval(numbers), [14.0])


def test_other_shapes():
    """A number for all units stands where there was one for each."""
    one = pt.constant([4.0])
    [found] = substituted([X + Y], {X: one})
    np.testing.assert_array_equal(found.eval({Y: np.arange(3.0)}), [4.0, 5.0, 6.0])
