"""What scalars are multiplied by in an expression, read off the operations that it is made of."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import add, mul

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant
from pytensor.graph.traversal import ancestors, toposort
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle

__all__ = ["coefficients"]

# Coefficients by symbol, that of None being what no symbol multiplies.
type _Form = dict[TensorVariable | None, TensorVariable]


def coefficients(
    expression: TensorVariable, scalars: Collection[TensorVariable]
) -> tuple[dict[TensorVariable, TensorVariable], TensorVariable]:
    """Return the coefficients of scalars in an expression that is affine in them, and the rest.

    Parameters
    ----------
    expression : TensorVariable
    scalars : collection of TensorVariable
        Scalars, or vectors of which each element of the expression reads its own alone.

    Returns
    -------
    dict of TensorVariable to TensorVariable
        Of the scalars whose coefficient the operations show; each broadcasts to the expression.
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
    for node in toposort([expression], blockers=list(scalars)):
        if any(v in forms for v in node.inputs):
            form = _form(node, [forms.get(v, {None: v}) for v in node.inputs])
            forms |= {node.outputs[0]: form} if form else {}
    form = dict(forms.get(expression, {None: expression}))
    rest = form.pop(None, pt.zeros(()))
    found = {s: v for s, v in form.items() if s is not None}
    if set(scalars) & set(found) & set(ancestors([rest])):  # it stands elsewhere too
        return {}, expression
    return found, rest


def _form(node: Apply, inside: list[_Form]) -> _Form | None:
    """Return the form of what a node gives; None where it is not made of the forms `inside`."""
    op = node.op
    if isinstance(op, DimShuffle):
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
        return {s: v / inside[1][None] for s, v in inside[0].items()}
    return None


def _sum(forms: list[_Form]) -> _Form:
    found: _Form = {}
    for form in forms:
        for symbol, value in form.items():
            found[symbol] = add(found[symbol], value) if symbol in found else value
    return found


def _times(form: _Form, factor: TensorVariable) -> _Form:
    return {s: factor if _is_one(v) else v * factor for s, v in form.items()}


def _negative(form: _Form) -> _Form:
    return {s: pt.neg(v) for s, v in form.items()}


def _is_one(value: TensorVariable) -> bool:
    """Return whether it is 1 throughout, whatever its axes."""
    while value.owner is not None and isinstance(value.owner.op, DimShuffle):
        value = value.owner.inputs[0]
    return isinstance(value, Constant) and value.data.size == 1 and value.data.item() == 1
