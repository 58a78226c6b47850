"""Whether an expression has one row for each row of some columns, whatever the other rows hold."""

from __future__ import annotations

from collections.abc import Collection

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import toposort
from pytensor.tensor import TensorVariable
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor

__all__ = ["is_rowwise"]


def is_rowwise(expression: TensorVariable, columns: Collection[Variable]) -> bool:
    """Return whether an expression is certainly computed row by row from some columns.

    Parameters
    ----------
    expression : TensorVariable
    columns : collection of TensorVariable
        Of shape (row, ...).

    Returns
    -------
    bool
        True also of a number that is the same for all rows.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x, slope = pt.vector("x"), pt.scalar("slope")
    >>> is_rowwise(slope * x, [x]), is_rowwise(x - x.mean(), [x])
    (True, False)
    """
    along = set(columns)
    for node in toposort([expression], blockers=along):
        if not along.isdisjoint(node.inputs):
            if not _keeps_rows(node, along):
                return False
            along.update(node.outputs)
    return expression in along or _is_same_for_all(expression)


def _is_same_for_all(variable: Variable) -> bool:
    """Return whether something has no axis of rows, or one of length 1 that stands for all."""
    return variable.type.shape[:1] in ((), (1,))


def _keeps_rows(node: Apply, along: Collection[Variable]) -> bool:
    """Return whether the first axis of what a node gives is that of its inputs `along` the rows."""
    op, (first, *others) = node.op, node.inputs
    if isinstance(op, Elemwise):
        return all(v in along or _is_same_for_all(v) for v in node.inputs)
    if isinstance(op, AdvancedSubtensor):  # a table that is looked up by a column of codes
        return first not in along and bool(op.idx_list == (0,))
    if not along.isdisjoint(others):
        return False
    if isinstance(op, DimShuffle):
        return tuple(op.new_order[:1]) == (0,)
    if isinstance(op, Subtensor):
        return bool(op.idx_list[0] == slice(None, None, None))
    if isinstance(op, CAReduce):
        return op.axis is not None and 0 not in op.axis
    core = op.core_op if isinstance(op, Blockwise) else op
    return isinstance(core, Dot) and first.type.ndim == 2 and node.outputs[0].type.ndim == 2
