"""How long a graph takes in Python, node by node: whether a compiler would pay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import inf, prod
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.graph.traversal import toposort
from pytensor.raise_op import CheckAndRaise
from pytensor.scalar import Cast, Second
from pytensor.tensor import TensorVariable, basic, subtensor
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.extra_ops import CumOp
from pytensor.tensor.math import Argmax, Dot
from pytensor.tensor.shape import Reshape, Shape, Shape_i, SpecifyShape
from pytensor.tensor.sort import ArgSortOp, SortOp
from pytensor.tensor.special import LogSoftmax, Softmax

from ..families.special.kernel import Kernel
from ..families.special.rows import RowKernel
from ..symbolic.evaluate import UFUNCS

__all__ = ["HELD", "heavy", "nanoseconds"]

# What the compiler takes, in nanoseconds: half a second at the least, even from its cache; and for
# each node, where nothing is compiled yet, ten times this. Which of the two it is, is not known.
LEAST, COMPILED = 5e8, 3e7
# For each kernel two seconds: the compiler takes up to 20 with one that is new to it, and a half
# with one in its cache.
KERNEL = 2e9
# Nanoseconds for each value, in or out, of what NumPy does; of a kernel called from Python; and of
# those that NumPy has.
VALUE, CALL = 1.5, 1_000.0
BY_NUMPY = {"gamma_quantile": 500.0, "gumbel_move": 150.0, "poisson_process": 100.0}
# For each product in a product of matrices; for each row of what is called from Python row by row.
PRODUCT, ROW = 1.0, 20_000.0
# Of each node, each time that it runs, on at most so many values.
NODE, HELD = 2e4, 2**16
VIEWS: tuple[type, ...] = (DimShuffle, Shape, Shape_i, SpecifyShape, Reshape, CheckAndRaise)
VIEWS += (basic.TensorFromScalar, basic.ScalarFromTensor, subtensor.Subtensor)
NUMPY: tuple[type, ...] = (Elemwise, CAReduce, Dot, Softmax, LogSoftmax, Argmax, CumOp)
NUMPY += (SortOp, ArgSortOp, basic.Alloc, basic.AllocEmpty, basic.Join, basic.Split, basic.Eye)
NUMPY += (basic.MakeVector, basic.ARange, basic.ExtractDiag, basic.Nonzero)
NUMPY += (subtensor.AdvancedSubtensor, subtensor.IncSubtensor, subtensor.AdvancedIncSubtensor)


def nanoseconds(
    outputs: Sequence[TensorVariable],
    drawn: Collection[TensorVariable],
    *,
    draws: int,
    units: int,
    varied: Collection[TensorVariable] = (),
    settings: int = 1,
) -> float:
    """Return about how long `outputs` take in Python; infinite where that cannot be told.

    Parameters
    ----------
    outputs : sequence of TensorVariable
        For one draw.
    drawn : collection of TensorVariable
        The symbols whose numbers differ from draw to draw.
    draws, units : int
        How many there are. An axis of unknown length is taken for one of units.
    varied : collection of TensorVariable
        The symbols whose numbers differ from setting to setting.
    settings : int

    Returns
    -------
    float
        In nanoseconds.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> a, x = pt.scalar("a"), pt.vector("x")
    >>> nanoseconds([pt.exp(a * x)], [a], draws=10, units=100)
    4665.0
    """
    along = [(set(drawn), draws), (set(varied), settings)]
    total = 0.0
    for node in toposort(outputs):
        for reached, _ in along:
            if any(v in reached for v in node.inputs):
                reached.update(node.outputs)
        read, written = (
            sum(_size(v, units) * prod(n for r, n in along if v in r) for v in variables)
            for variables in (node.inputs, node.outputs)
        )
        total += _cost(node, read, written, units) + NODE * (written // HELD)
    return total


def heavy(outputs: Sequence[TensorVariable]) -> float:
    """Return from how many nanoseconds in Python on a graph is worth compiling."""
    nodes = list(toposort(outputs))
    kernels = {op.name for node in nodes if (op := _kernel(node)) is not None}
    return LEAST + COMPILED * len(nodes) + KERNEL * len(kernels)


def _kernel(node: Apply) -> Kernel | RowKernel | None:
    """Return the kernel that a node runs, if any."""
    op = getattr(node.op, "scalar_op", getattr(node.op, "core_op", None))
    return op if isinstance(op, Kernel | RowKernel) else None


def _size(variable: Any, units: int) -> int:
    lengths = getattr(variable.type, "shape", ())
    return prod(units if n is None else n for n in lengths)


def _cost(node: Apply, read: int, written: int, units: int) -> float:
    op = node.op
    if isinstance(op, VIEWS):
        return 0.0
    if (kernel := _kernel(node)) is not None and kernel.name in BY_NUMPY:
        return BY_NUMPY[kernel.name] * written
    if isinstance(op, Elemwise) and _is_called(op):
        return CALL * written
    if isinstance(op, Blockwise) and isinstance(op.core_op, Dot):
        inner = node.inputs[0].type.shape[-1]
        return PRODUCT * written * (units if inner is None else inner)
    if isinstance(op, NUMPY):
        return VALUE * (read + written)
    if isinstance(op, Blockwise):
        [first, *_] = node.outputs
        core = first.type.shape[op.batch_ndim(node) :]
        return ROW * written / prod(units if n is None else n for n in core)
    return inf


def _is_called(op: Elemwise) -> bool:
    """Return whether Python is called for each value, there being no ufunc."""
    scalar_op = op.scalar_op
    if isinstance(scalar_op, Cast | Second) or type(scalar_op) in UFUNCS:
        return False
    return op.nfunc_spec is None
