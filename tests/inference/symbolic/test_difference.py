"""A difference term by term is the difference, exact where nothing or little differs."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ifonly.inference.symbolic.difference import change

A, B, C = pt.vectors("abc")
X, NEW = pt.vectors("x", "new")
PLAIN = Mode(linker="py", optimizer=None)  # as it stands, without any rewriting
NUMBERS = {
    s: np.random.default_rng(k).uniform(0.5, 2.0, size=5) for k, s in enumerate((A, B, C, X, NEW))
}


def evaluate(expression: TensorVariable, **other: np.ndarray) -> np.ndarray:
    inputs = [s for s in NUMBERS if s in set(ancestors([expression]))]
    function = pytensor.function(inputs, expression, mode=PLAIN)
    return function(*(other.get(s.name, NUMBERS[s]) for s in inputs))


EQUATIONS = {
    "sum": lambda x: A + B * x + C,
    "difference": lambda x: A - x * C - (B - x),
    "products of both": lambda x: A + B * x * (x + C) * x,
    "division": lambda x: (A * x + B) / C + C / x,
    "nonlinear": lambda x: A + pt.exp(B * x) * C - pt.switch(x > 1.0, x, -x),
    "negative": lambda x: -(A - B * x),
    "stretched": lambda x: pt.broadcast_to(x[0] * A[0], (5,)) + B,
    "more axes": lambda x: (A[:, None] * x[None, :] + B[None, :]).sum(axis=1),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_is_the_difference(name):
    """Whatever the equation: NumPy's difference of the two values."""
    new, old = EQUATIONS[name](NEW), EQUATIONS[name](X)
    expected = evaluate(new) - evaluate(old)
    found = np.broadcast_to(evaluate(change(new, old)), expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("name", EQUATIONS)
def test_equal_numbers_give_exactly_zero(name):
    """Other symbols of equal value, as in a shift by zero."""
    new, old = EQUATIONS[name](X + NEW), EQUATIONS[name](X)
    found = evaluate(change(new, old), new=np.zeros(5))
    np.testing.assert_array_equal(found, 0.0)


def test_what_is_common_is_neither_read_nor_rounded():
    """A part of 1e16 would leave no digit of a difference by subtraction."""
    shifted = X + NEW
    found = change(A + B * shifted, A + B * X)
    assert A not in set(ancestors([found]))
    assert X not in set(ancestors([found]))
    huge = evaluate(found, a=np.full(5, 1e16))
    np.testing.assert_array_equal(huge, NUMBERS[B] * NUMBERS[NEW])


def test_two_sums_of_one_value():
    """Both worlds are intervened on: what is added differs, the value itself is common."""
    found = change(A * (X + B), A * (X + C))
    assert X not in set(ancestors([found]))
    np.testing.assert_allclose(evaluate(found), NUMBERS[A] * (NUMBERS[B] - NUMBERS[C]), rtol=1e-15)
    back = evaluate(change(X, X + B))
    np.testing.assert_array_equal(back, -NUMBERS[B])


def test_copies_of_one_expression_do_not_differ():
    """Equal constants and equal operations, though other nodes."""
    found = change(A * 2.0 + pt.exp(B), A * 2.0 + pt.exp(B))
    np.testing.assert_array_equal(evaluate(found), [0.0])


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8"])
def test_whole_numbers_do_not_wrap_round(dtype):
    """What is beyond the type's range when summed is compared as it is, with a sign."""
    small, other, more = (pt.vector(dtype=dtype) for _ in range(3))
    found = change(small + other, small + more)
    numbers = [np.array([1, 100]).astype(dtype), np.array([0, 100]).astype(dtype)]
    numbers.append(np.array([1, 20]).astype(dtype))
    value = pytensor.function([small, other, more], found, mode=PLAIN)(*numbers)
    one, two = numbers[0] + numbers[1], numbers[0] + numbers[2]
    np.testing.assert_array_equal(value, one.astype("int64") - two.astype("int64"))


def test_sums_of_two_and_of_three_terms_differ_as_wholes() -> None:
    """As the means of a category with two levels and of one with three."""
    two, three = pt.as_tensor(np.array([0.5, 0.5])), pt.as_tensor(np.array([0.2, 0.3, 0.5]))
    x = pt.scalar("x")
    found = change((two * x).cumsum()[-1] * x, (three * x).cumsum()[-1] * x)
    assert change((x * two).sum(), (x * three).sum() + x).eval({x: 3.0}) == pytest.approx(-3.0)
    assert found.eval({x: 3.0}) == pytest.approx(0.0)


@pytest.mark.parametrize(("dtype", "common"), [("int64", False), ("int8", True)])
def test_whole_numbers_cancel_where_they_wrap_round_alike(dtype, common):
    """In 64 bits, which the difference has too, (m - x) - (n - x) is m - n whatever wraps."""
    m, n, x = (pt.vector(name, dtype=dtype) for name in "mnx")
    found = change(m - x, n - x)
    assert (x in set(ancestors([found]))) is common
    info = np.iinfo(dtype)
    numbers = {m: [info.max, 3], n: [info.min, -4], x: [info.min, 100]}
    numbers = {s: np.array(v, dtype=dtype) for s, v in numbers.items()}
    worlds = numbers[m] - numbers[x], numbers[n] - numbers[x]
    expected = worlds[0].astype("int64") - worlds[1].astype("int64")
    assert found.eval(numbers, on_unused_input="ignore").tolist() == expected.tolist()
