"""What symbols are multiplied by in an expression, read off the operations that it is made of."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import add, mul

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.traversal import ancestors, toposort
from pytensor.tensor import TensorVariable
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.math import Dot

__all__ = ["coefficients"]

# Coefficients by symbol, that of None being what no symbol multiplies.
type _Form = dict[TensorVariable | None, TensorVariable]


def coefficients(
    expression: TensorVariable,
    scalars: Collection[TensorVariable],
    vectors: Collection[TensorVariable] = (),
) -> tuple[dict[TensorVariable, TensorVariable], TensorVariable]:
    """Return the coefficients of symbols in an expression that is affine in them, and the rest.

    Parameters
    ----------
    expression : TensorVariable
    scalars : collection of TensorVariable
        Scalars, or vectors of which each element of the expression reads its own alone.
    vectors : collection of TensorVariable
        Those that matrices are multiplied by, as in ``x @ w``.

    Returns
    -------
    dict of TensorVariable to TensorVariable
        Of the symbols whose coefficient the operations show; each broadcasts to the expression,
        that of a vector with one more axis, of its elements.
    TensorVariable
        What is left, which reads the others.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> a, b, x = pt.scalar("a"), pt.scalar("b"), pt.vector("x")
    >>> found, rest = coefficients(a + b * x + x**2, [a, b])
    >>> found[b] is x, rest.eval({x: [1.0, 3.0]}).tolist()
    (True, [1.0, 9.0])
    """
    forms: dict[TensorVariable, _Form] = {
        s: {s: pt.constant(np.ones((1,) * s.ndim))} for s in scalars
    }
    for node in toposort([expression], blockers=[*scalars, *vectors]):
        if (product := _product(node, vectors)) is not None:
            forms[node.outputs[0]] = product
        elif any(v in forms for v in node.inputs):
            form = _form(node, [forms.get(v, {None: v}) for v in node.inputs])
            forms |= {node.outputs[0]: form} if form else {}
    form = dict(forms.get(expression, {None: expression}))
    rest = form.pop(None, pt.zeros(()))
    found = {s: v for s, v in form.items() if s is not None}
    if set(found) & set(ancestors([rest])):  # it stands elsewhere too
        return {}, expression
    return found, rest


def _product(node: Apply, vectors: Collection[TensorVariable]) -> _Form | None:
    """Return the form of a matrix times one of the vectors; None of another node.

    The vector is made a column, and the product is a vector again.
    """
    if not isinstance(node.op, DimShuffle) or tuple(node.op.new_order) != (0,):
        return None
    inner = node.inputs[0].owner
    op = getattr(inner, "op", None)
    if not isinstance(op.core_op if isinstance(op, Blockwise) else op, Dot):
        return None
    matrix, column = inner.inputs
    made = getattr(column.owner, "op", None)
    if not isinstance(made, DimShuffle) or tuple(made.new_order) != (0, "x"):
        return None
    vector = column.owner.inputs[0]
    if vector not in set(vectors) or not set(vectors).isdisjoint(ancestors([matrix])):
        return None
    return {vector: matrix}


def _form(node: Apply, inside: list[_Form]) -> _Form | None:
    """Return the form of what a node gives; None where it is not made of the forms `inside`."""
    op = node.op
    if isinstance(op, DimShuffle):
        if any(v.ndim > op.input_ndim for v in inside[0].values()):
            return None
        return {s: op(v) for s, v in inside[0].items()}
    if op == pt.add:
        return _sum(inside)
    if op == pt.neg:
        return _negative(inside[0])
    if op == pt.sub:
        return _sum([inside[0], _negative(inside[1])])
    moving = [f for f in inside if set(f) != {None}]
    if op == pt.mul and len(moving) == 1:
        return _times(moving[0], reduce(mul, [f[None] for f in inside if f is not moving[0]]))
    if op == pt.true_div and moving == inside[:1]:
        return {s: v / _beside(inside[1][None], v) for s, v in inside[0].items()}
    return None


def _sum(forms: list[_Form]) -> _Form:
    found: _Form = {}
    for form in forms:
        for symbol, value in form.items():
            found[symbol] = add(found[symbol], value) if symbol in found else value
    return found


def _times(form: _Form, factor: TensorVariable) -> _Form:
    return {s: factor if _is_one(v) else v * _beside(factor, v) for s, v in form.items()}


def _beside(factor: TensorVariable, value: TensorVariable) -> TensorVariable:
    """Return a factor as it stands beside a coefficient, which may have one more axis."""
    return factor[..., None] if factor.ndim < value.ndim else factor


def _negative(form: _Form) -> _Form:
    return {s: pt.neg(v) for s, v in form.items()}


def _is_one(value: TensorVariable) -> bool:
    """Return whether it is 1 throughout, whatever its axes."""
    while value.owner is not None and isinstance(value.owner.op, DimShuffle):
        value = value.owner.inputs[0]
    return isinstance(value, Constant) and value.data.size == 1 and value.data.item() == 1
