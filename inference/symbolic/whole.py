"""Whether an expression can only be whole numbers, though it is held as floats."""

from __future__ import annotations

import numpy as np
from pytensor.graph.basic import Constant, Variable
from pytensor.scalar import basic as scalar
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor

__all__ = ["is_whole"]

ROUNDED = (scalar.Floor, scalar.Ceil, scalar.Trunc, scalar.RoundHalfToEven, scalar.Sign)
KEEPING = (
    scalar.Add, scalar.Sub, scalar.Mul, scalar.Cast, scalar.Neg, scalar.Abs, scalar.Maximum,
    scalar.Minimum, scalar.Clip, scalar.Identity,
)  # fmt: skip
OF_THE_FIRST = (DimShuffle, Alloc, Subtensor, AdvancedSubtensor)


def is_whole(value: Variable) -> bool:
    """Return whether every value of an expression is a whole number, as its graph shows.

    Parameters
    ----------
    value : Variable

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x")
    >>> is_whole(pt.switch(x > 0, 1.0, 0.0)), is_whole(2.0 * (x > 0)), is_whole(0.5 * (x > 0))
    (True, True, False)
    """
    if np.dtype(value.type.dtype).kind in "iub":
        return True
    if isinstance(value, Constant):
        return bool(np.all(np.isfinite(value.data) & (np.floor(value.data) == value.data)))
    if value.owner is None:
        return False
    op, inputs = value.owner.op, value.owner.inputs
    if isinstance(op, OF_THE_FIRST):
        return is_whole(inputs[0])
    if not isinstance(op, Elemwise):
        return False
    if isinstance(op.scalar_op, ROUNDED):
        return True
    if isinstance(op.scalar_op, scalar.Switch | scalar.Second):
        return all(map(is_whole, inputs[1:]))
    return isinstance(op.scalar_op, KEEPING) and all(map(is_whole, inputs))
