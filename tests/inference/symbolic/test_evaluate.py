"""Numbers of graphs that are computed once, against NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from ifonly.inference.symbolic.evaluate import evaluated, in_python, length


def test_numbers_are_those_of_numpy_and_cast_to_the_inputs_types():
    x, n = pt.vector("x"), pt.scalar("n", dtype="int64")
    found = evaluated([pt.exp(x).sum(), x[n:]], {x: [1, 2, 3], n: 1.0})
    np.testing.assert_allclose(found[0], np.exp([1.0, 2.0, 3.0]).sum(), rtol=1e-15)
    np.testing.assert_array_equal(found[1], [2.0, 3.0])
    assert evaluated([]) == []


def test_what_overflows_as_it_stands_is_stable_on_request():
    """log(1 + exp(800)) is 800; and nobody is warned of what lies beyond floats."""
    x = pt.vector("x")
    graph = [pt.log(1.0 + pt.exp(x))]
    assert np.isinf(evaluated(graph, {x: [800.0]}))
    np.testing.assert_allclose(evaluated(graph, {x: [800.0]}, stable=True), [[800.0]])


def test_more_terms_than_numpy_has_operands():
    xs = [pt.vector(f"x{k}") for k in range(100)]
    numbers = np.arange(100.0)
    for stable in (False, True):
        [total] = evaluated(
            [pt.add(*xs)], {x: [n] for x, n in zip(xs, numbers, strict=True)}, stable=stable
        )
        np.testing.assert_allclose(total, [numbers.sum()])


def test_a_function_is_kept_for_many_points():
    x, other = pt.scalar("x"), pt.scalar("other")
    square = in_python([x, other], [x**2])
    assert [float(square(np.array(v), np.array(0.0))[0]) for v in (1.0, 3.0)] == [1.0, 9.0]


def test_lengths():
    assert length(pytensor.shared(np.array(7))) == 7
    assert length(pt.constant(3)) == 3
