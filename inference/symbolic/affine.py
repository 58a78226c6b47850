"""Whether an expression is affine in some variables, by the operations that it is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pytensor.graph.basic import Variable
from pytensor.graph.traversal import toposort
from pytensor.scalar import basic as scalar
from pytensor.tensor.basic import (
    Alloc,
    Join,
    MakeVector,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
)
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot, Sum
from pytensor.tensor.reshape import JoinDims, SplitDims
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor

__all__ = ["is_affine"]

# Affine in every input at once.
TERMWISE = (scalar.Add, scalar.Sub, scalar.Neg, scalar.Identity)
# Affine in the first input, if the others do not vary.
OF_FIRST = (
    Subtensor,
    AdvancedSubtensor,
    DimShuffle,
    Reshape,
    JoinDims,
    SplitDims,
    SpecifyShape,
    Alloc,
    Sum,
    TensorFromScalar,
    ScalarFromTensor,
    Split,
)


def is_affine(
    expression: Variable,
    variables: Collection[Variable],
    definitions: Mapping[Variable, Variable] | None = None,
) -> bool:
    """Return whether an expression is certainly affine in some variables taken together.

    Parameters
    ----------
    expression : TensorVariable
    variables : collection of TensorVariable
        What varies; all else is held.
    definitions : mapping of TensorVariable to TensorVariable, optional
        Symbols of the expression that stand for other expressions.

    Returns
    -------
    bool
        False also where it is affine for a reason that the operations do not show.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> a, b, x = pt.scalar("a"), pt.scalar("b"), pt.vector("x")
    >>> is_affine(a + b * x, [a, b]), is_affine(a * b * x, [a, b]), is_affine(a * x**2, [a])
    (True, False, True)
    """
    definitions = definitions or {}
    # Whether each variable varies; those that vary are affine so far.
    varies: dict[Variable, bool] = dict.fromkeys(variables, True)
    return _walk(expression, varies, definitions)


def _walk(
    expression: Variable, varies: dict[Variable, bool], definitions: Mapping[Variable, Variable]
) -> bool:
    stop = [*varies, *definitions]
    for node in toposort([expression], blockers=stop):
        for v in node.inputs:
            if v not in varies and v in definitions:
                if not _walk(definitions[v], varies, definitions):
                    return False
                varies[v] = varies.get(definitions[v], False)
        shape_only = isinstance(node.op, Shape | Shape_i)
        moving = [varies.get(v, False) and not shape_only for v in node.inputs]
        if any(moving) and not _keeps(node, moving):
            return False
        for v in node.outputs:
            varies.setdefault(v, any(moving))
    if expression in definitions and expression not in varies:
        if not _walk(definitions[expression], varies, definitions):
            return False
        varies[expression] = varies.get(definitions[expression], False)
    return True


def _keeps(node, moving: list[bool]) -> bool:  # type: ignore[no-untyped-def]
    """Return whether a node is affine in the inputs that move."""
    op = node.op
    if isinstance(op, Blockwise):
        op = op.core_op
    if isinstance(op, Elemwise):
        return _keeps_elementwise(op.scalar_op, moving)
    if isinstance(op, Dot) or type(op).__name__ == "BatchedDot":
        return sum(moving) == 1
    if isinstance(op, Join | MakeVector):
        return True
    if isinstance(op, OF_FIRST):
        return not any(moving[1:])
    return False


def _keeps_elementwise(op: scalar.ScalarOp, moving: list[bool]) -> bool:
    if isinstance(op, TERMWISE):
        return True
    if isinstance(op, scalar.Mul):
        return sum(moving) == 1
    if isinstance(op, scalar.TrueDiv):
        return not moving[1]
    if isinstance(op, scalar.Second):  # fills the shape of the first with the second
        return True
    if isinstance(op, scalar.Switch):
        return not moving[0]
    return isinstance(op, scalar.Cast) and "float" in op.o_type.dtype
