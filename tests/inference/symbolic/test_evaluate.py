"""Numbers of graphs that are computed once, against NumPy."""

from decimal import Decimal, localcontext

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import toposort
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import log1mexp

from ifonly.inference.symbolic.evaluate import STABLE, evaluated, folded, in_python, length


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


def exact_log1mexp(x):
    with localcontext(prec=400):
        return np.array([float((1 - Decimal(float(v)).exp()).ln()) for v in x])


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (pt.softplus, lambda x: np.logaddexp(0.0, x)),
        (lambda x: pt.log1p(pt.exp(x)), lambda x: np.logaddexp(0.0, x)),
        (lambda x: pt.clip(x, -1.0, 0.5), lambda x: np.clip(x, -1.0, 0.5)),
        (
            lambda x: log1mexp(-pt.abs(x) - 1e-9),
            lambda x: exact_log1mexp(-np.abs(x) - 1e-9),
        ),
    ],
    ids=["softplus", "log1p-exp", "clip", "log1mexp"],
)
def test_no_value_is_computed_by_a_call_of_python(make, expected):
    x = pt.vector("x")
    values = np.array([-800.0, -30.0, -1e-3, 0.0, 0.7, 30.0, 800.0])
    function = in_python([x], [make(x)], stable=True)
    np.testing.assert_allclose(function(values)[0], expected(values), rtol=1e-12)
    nodes = pytensor.function([x], make(x), mode=STABLE).maker.fgraph.apply_nodes
    assert all(n.op.nfunc_spec for n in nodes if isinstance(n.op, Elemwise))


def test_what_no_input_reaches_is_folded_into_numbers():
    x, y = pt.vector("x"), pt.vector("y")
    level = pt.log(pt.constant(3.0)) + pt.zeros(())
    graph = [x * level + pt.exp(y), level, x]
    found = folded(graph, [x, y])
    numbers = {x: [1.0, 2.0], y: [0.0, 1.0]}
    for one, other in zip(evaluated(found, numbers), evaluated(graph, numbers), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(list(toposort(found))) == 3  # exp, times, plus
    assert folded([x], [x]) == [x]
