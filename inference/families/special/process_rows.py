"""Poisson counts of a whole row of units: what `poisson_process` gives each, one number a round.

Units differ, so that one after the other a processor guesses wrong at most of their branches. Here
a round takes the next uniform number of all units and has no branch: one instruction does several
units. Those whose mean is as it was are left out first. Those that need more rounds than most, or
that take the long way, are left to `points`.
"""

import math
from typing import Any

import numpy as np
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.scalar.basic import Cast
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.extra_ops import broadcast_to

from .bits import FROM_UNIT, GOLDEN, mix, unit
from .kernel import Kernel, compiled
from .process import BLOCK, FEW, SAME, points
from .rows import row_kernel
from .wide import whole

__all__ = ["by_rows", "poisson_row"]

# Units that a round takes: their numbers stay in a core's nearest cache.
TOGETHER = 256
# Rounds end when no more than one unit in so many needs another.
ONE_IN = 16
# Of a shorter row each unit is done by itself.
SHORT = 16
EXACT = 9007199254740992.0
TWICE = np.uint64(2 * int(GOLDEN) % 2**64)
SERIES = tuple(1.0 / math.factorial(k) for k in range(10, -1, -1))


@compiled
def falling(x: float) -> float:
    """Return exp(-x), to a 1e-13 part, for x from 0 to `BLOCK`.

    By a series at x / 256, and squares of it: the library's exp would be called unit by unit.
    """
    r, total = x * (-1.0 / 256.0), 0.0
    for term in SERIES:
        total = total * r + term
    for _ in range(8):
        total *= total
    return total


@compiled
def moved(units: tuple[Any, Any, Any, Any], found: Any, pick: Any, held: Any) -> int:
    """Write the counts that stay, and gather the other units; return how many these are.

    Of two worlds one is often the one that was seen: half of the units have nothing to draw. Of the
    others `held` has the count, mean, anchor and seed, in whose place `begun` writes.
    """
    count, anchor, seed, mean = units
    total, edge, last, product = held[0], held[1], held[2], held[3]
    left = 0
    for i in range(count.size):
        found[i] = count[i]
        pick[left] = i
        total[left], edge[left] = float(count[i]), mean[i]
        last[left], product[left] = anchor[i], seed[i]
        left += int(not abs(mean[i] - anchor[i]) <= SAME * anchor[i])
    return left


@compiled
def begun(start: Any, held: Any, size: int) -> None:
    """Write where each gathered unit begins: its stream, and what `held` is of.

    Its count so far; the edge, or the part of the points that is kept; how many points there are
    to keep, which is -1 for a unit that takes the long way; and the product of its numbers, which
    adds points while it is above the edge, and is NaN where none are added.
    """
    total, edge, last, product = held[0], held[1], held[2], held[3]
    for i in range(size):
        y, mean, anchor = total[i], edge[i], last[i]
        gap = mean - anchor
        down, up = gap < 0.0, (gap > 0.0) & (gap <= BLOCK)
        bits = np.uint64(np.int64(abs(product[i]) * FROM_UNIT))
        start[i] = mix(mix(bits + GOLDEN) + (GOLDEN if down else TWICE))
        part, beyond = mean / anchor, falling(min(max(gap, 0.0), BLOCK))
        total[i] = 0.0 if down else y
        product[i] = 1.0 if up else math.nan
        edge[i] = part if down else beyond
        short = (up | (down & (y <= FEW))) & (y <= EXACT)
        last[i] = (y if down else 0.0) if short else -1.0


@compiled
def rounds(start: Any, held: Any, size: int) -> int:
    """Add the points that each unit gets to its count, and return after how many rounds."""
    total, edge, last, product = held[0], held[1], held[2], held[3]
    done, left = 0, size
    while left * ONE_IN > size:
        left = 0
        for i in range(size):
            u = unit(start[i], done)
            product[i] *= u
            grows = product[i] >= edge[i]
            keeps = (u < edge[i]) & (done >= 1) & (done <= last[i])
            total[i] += 1.0 if grows | keeps else 0.0
            left += int(grows | (done < last[i]))
        done += 1
    return done


@row_kernel("(n),(n),(n),(n)->(n)")
def poisson_row(count: Any, anchor: Any, seed: Any, mean: Any, out: Any = None) -> Any:
    """Return what `poisson_process` gives for each unit of a row.

    Parameters
    ----------
    count : ndarray
        Points that were seen.
    anchor : ndarray
        Mean at which they were seen.
    seed : ndarray
        Of the stream of uniform numbers.
    mean : ndarray
        Of the count.
    out : ndarray
        Where the result is written; made where there is none.
    """
    if out is None:
        out = np.empty(count.size, np.int64)
    start, held = np.empty(TOGETHER, np.uint64), np.empty((4, TOGETHER))
    pick = np.empty(TOGETHER, np.int64)
    for low in range(0, count.size, TOGETHER):
        here = slice(low, min(low + TOGETHER, count.size))
        y, a, s, m, found = count[here], anchor[here], seed[here], mean[here], out[here]
        size = moved((y, a, s, m), found, pick, held)
        begun(start, held, size)
        done = rounds(start, held, size)
        total, edge, last, product = held[0], held[1], held[2], held[3]
        undone = 0
        for k in range(size):
            i = pick[k]
            found[i] = np.int64(total[k])
            pick[undone] = i
            undone += int((last[k] < 0.0) | (last[k] >= done) | (product[k] >= edge[k]))
        for i in pick[:undone]:
            found[i] = whole(points(float(y[i]), a[i], s[i], m[i]))
    return out


@node_rewriter([Elemwise])
def by_rows(fgraph: Any, node: Any) -> list[TensorVariable] | None:
    """Replace counts unit by unit by counts row by row, where rows are long.

    Parameters
    ----------
    fgraph : FunctionGraph
    node : Apply
        Any elementwise operation.
    """
    op = node.op.scalar_op
    if not isinstance(op, Kernel) or op.name != "poisson_process":
        return None
    [out] = node.outputs
    if out.ndim == 0 or (out.type.shape[-1] or SHORT) < SHORT:
        return None
    length = out.shape[-1:]  # of the longest; others are drawn out
    rows = [
        x if x.type.shape[-1] != 1 else broadcast_to(x, (*x.shape[:-1], *length))
        for x in (_counted(node.inputs[0]), *node.inputs[1:])
    ]
    return [poisson_row(*rows)]


def _counted(count: TensorVariable) -> TensorVariable:
    """Return whole numbers as they were before they became floats."""
    node = count.owner
    if node is None or not isinstance(node.op, Elemwise) or not isinstance(node.op.scalar_op, Cast):
        return count
    [before] = node.inputs
    return before if before.dtype == "int64" else count
