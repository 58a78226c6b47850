"""Affine expressions are told from others by their operations."""

import numpy as np
import pytensor.tensor as pt
import pytest

from ifonly.inference.symbolic.affine import is_affine

A, B, W, X = pt.scalar("a"), pt.scalar("b"), pt.vector("w"), pt.matrix("x")
CODES = pt.lvector("codes")
ROW = pt.vector("row")

AFFINE = {
    "sum": A + B * ROW + 2.0,
    "difference over a number": (A - B) / 3.0,
    "matrix product": X @ W,
    "group effects": A + W[CODES] * ROW,
    "negative of an element": -W[0] + W[1:].sum(),
    "stacked": pt.stack([A, B, A + B]),
    "joined": pt.concatenate([W, W * 2.0]),
    "a choice by data": pt.where(ROW > 0, A, B),
    "mean": W.mean() + A,
    "outer": W[:, None] * ROW[None, :],
}
OTHER = {
    "product": A * B,
    "square": W**2,
    "exponential": pt.exp(A),
    "quotient": ROW / A,
    "choice by itself": pt.where(A > 0, A, 0.0),
    "inner product": W @ W,
    "index by itself": ROW[pt.cast(A, "int64")],
    "rounded": pt.cast(A, "int64"),
    "maximum": pt.maximum(A, 0.0),
}


@pytest.mark.parametrize("name", AFFINE)
def test_affine(name: str) -> None:
    assert is_affine(AFFINE[name], [A, B, W])


@pytest.mark.parametrize("name", OTHER)
def test_not_affine(name: str) -> None:
    assert not is_affine(OTHER[name], [A, B, W])


def test_what_does_not_vary_may_be_anything() -> None:
    assert is_affine(pt.exp(B) * A + pt.sin(ROW), [A])
    assert not is_affine(pt.exp(B) * A, [A, B])


def test_definitions_are_looked_into() -> None:
    named = pt.scalar("named")
    assert is_affine(named * ROW, [A], {named: A + 1.0})
    assert is_affine(named, [A], {named: A + 1.0})
    assert not is_affine(named * ROW, [A], {named: pt.exp(A)})
    assert not is_affine(named, [A], {named: pt.exp(A)})
    assert not is_affine(named * A, [A], {named: A + 1.0})


def test_affine_expressions_are_affine_in_numbers() -> None:
    rng = np.random.default_rng(1)
    given = {X: rng.normal(size=(3, 4)), ROW: rng.normal(size=3), CODES: np.array([0, 3, 1])}
    one, two = ({A: rng.normal(), B: rng.normal(), W: rng.normal(size=4)} for _ in range(2))
    middle = {k: (one[k] + two[k]) / 2 for k in one}
    for expression in AFFINE.values():
        ends = [expression.eval({**given, **v}, on_unused_input="ignore") for v in (one, two)]
        value = expression.eval({**given, **middle}, on_unused_input="ignore")
        np.testing.assert_allclose(value, (ends[0] + ends[1]) / 2, rtol=1e-12)
