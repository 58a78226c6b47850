"""Coefficients read off an expression give it back, and are what its derivatives are."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.tensor import TensorVariable

from ifonly.inference.symbolic.coefficients import coefficients

A, B, C, W, X, G, M = (
    pt.scalar("a"), pt.scalar("b"), pt.scalar("c"), pt.vector("w"), pt.vector("x"),
    pt.lvector("g"), pt.matrix("m"),
)  # fmt: skip
AT = {A: 0.7, B: -1.3, C: 2.1, W: np.array([0.4, -0.9]), X: np.array([1.0, 2.0, 4.0])}
AT[G], AT[M] = np.array([1, 0, 1]), np.array([[0.3, -2.0], [1.1, 0.6], [-0.7, 1.9]])

EXPRESSIONS = {
    "a line": A + B * X,
    "products": A + B * X + C * X * X**2,
    "a difference": A - B * (X - 1.0),
    "a quotient": (A + B * X) / X,
    "a factor of a sum": X * (A + B * X - C),
    "twice": A * X + A,
    "with levels of groups": W[G] + B * X,
    "nothing but data": X**2,
    "the sign turned": -(A * X) + 3.0,
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_the_sum_is_the_expression(name: str) -> None:
    expression = EXPRESSIONS[name]
    found, rest = coefficients(expression, [A, B, C])
    total = sum((s * v for s, v in found.items()), start=rest)
    np.testing.assert_allclose(_at(total), _at(expression), rtol=1e-13)
    for symbol, value in found.items():
        step = _at(expression, {symbol: AT[symbol] + 1.0}) - _at(expression)
        np.testing.assert_allclose(np.broadcast_to(_at(value), 3), step, rtol=1e-12)
    assert all(s in found for s in (A, B, C) if name != "nothing but data" and _reads(name, s))


def test_what_stands_within_another_operation_is_left_whole() -> None:
    expression = A * X + pt.switch(X > 1.0, A, 0.0)
    found, rest = coefficients(expression, [A])
    assert not found
    assert rest is expression


@pytest.mark.parametrize(
    "expression",
    [A + M @ W, A * X - (X - 1.0) * (M @ W + A), -pt.dot(M * 2.0, W) / X, X * (M @ W - M @ W * X)],
)
def test_what_multiplies_a_vector_is_a_matrix(expression: TensorVariable) -> None:
    found, rest = coefficients(expression, [A], [W])
    columns = np.broadcast_to(_at(found[W]), (3, 2))
    total = columns @ AT[W] + _at(rest) + (_at(found[A]) * AT[A] if A in found else 0.0)
    np.testing.assert_allclose(total, _at(expression), rtol=1e-13)
    for k, column in enumerate(columns.T):
        step = _at(expression, {W: AT[W] + np.eye(2)[k]}) - _at(expression)
        np.testing.assert_allclose(column, step, rtol=1e-12)


@pytest.mark.parametrize(
    "expression", [M @ W + W[G], (M @ W)[None, :] + X, pt.exp(M @ W), (M * W[0]) @ W]
)
def test_a_vector_that_stands_otherwise_is_left_whole(expression: TensorVariable) -> None:
    found, rest = coefficients(expression, [A], [W])
    assert W not in found
    np.testing.assert_allclose(_at(rest), _at(expression))


def _reads(name: str, symbol: TensorVariable) -> bool:
    from pytensor.graph.traversal import ancestors

    return symbol in set(ancestors([EXPRESSIONS[name]]))


def _at(expression: TensorVariable, other: dict[TensorVariable, float] | None = None) -> np.ndarray:
    given = {**AT, **(other or {})}
    return np.asarray(expression.eval(given, on_unused_input="ignore", mode="FAST_COMPILE"))
