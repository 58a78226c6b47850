"""A log-density that is a sum over units, computed piece by piece, each in a core's cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Piece", "cut", "slices", "summed"]

Floats = NDArray[np.float64]
Piece = Callable[[Floats], Floats]
# Values of one latent, at all nodes of a piece's units: with what is computed of them they fill
# half of a core's own cache.
IN_CACHE = 8_192
# Points that one thread takes at a time, so that all cores end together.
POINTS = 100
# Evaluations of a piece from which threads pay: they take 0.1 ms to start, and each one as much.
WORTH_THREADS = 8


def slices(units: int, nodes: int) -> list[slice]:
    """Return the pieces of `units`, in order and without a gap, one where they are few.

    Parameters
    ----------
    units : int
    nodes : int
        Of each unit.

    Examples
    --------
    >>> [s.stop - s.start for s in slices(5_000, 4)]
    [1667, 1667, 1666]
    """
    count = max(1, -(-units // max(1, IN_CACHE // nodes)))
    ends = [-(-units * k // count) for k in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(ends)]


def cut(
    values: Mapping[str, NDArray[Any]], blocks: Sequence[Mapping[str, int]]
) -> list[dict[str, NDArray[Any]]]:
    """Return values of no units, and then of some units each; nothing where one piece holds all.

    Parameters
    ----------
    values : mapping of str to array
    blocks : sequence of mapping of str to int
        Of the values of each block of units, the axis along which these are.
    """
    none = {n: _part(values[n], axis, slice(0)) for axes in blocks for n, axis in axes.items()}
    found, size = [none], 0
    for axes in blocks:
        units = max(values[n].shape[axis] for n, axis in axes.items())
        nodes = max(len(values[n]) if axis else 1 for n, axis in axes.items())
        size += units * nodes
        found += [
            none | {n: _part(values[n], axis, rows) for n, axis in axes.items()}
            for rows in slices(units, nodes)
        ]
    return found if size > IN_CACHE else []


def _part(value: NDArray[Any], axis: int, rows: slice) -> NDArray[Any]:
    return value[(slice(None),) * axis + (rows,)]


def summed(pieces: Sequence[Piece], points: Floats, cores: int) -> Floats:
    """Return the sum over pieces, of which each but the first repeats what the first has.

    Parameters
    ----------
    pieces : sequence of callable
        From points of shape (point, d) to what is summed, of shape (point, ...). The first has
        no units: the prior, and what else is not of them. A density in one piece has no other.
    points : array of shape (point, d)
    cores : int
        Threads at most. The sum is the same to the last bit with any number.

    Returns
    -------
    array of shape (point, ...)
    """
    groups = [points[k : k + POINTS] for k in range(0, len(points), POINTS)]
    jobs = [(piece, group) for group in groups for piece in pieces]
    if cores == 1 or len(pieces) * len(points) < WORTH_THREADS:
        found = [piece(group) for piece, group in jobs]
    else:
        with ThreadPoolExecutor(min(cores, len(jobs))) as threads:
            found = list(threads.map(lambda job: job[0](job[1]), jobs))
    sums = []
    for k in range(0, len(found), len(pieces)):
        total = found[k]
        for part in found[k + 1 : k + len(pieces)]:
            total = total + (part - found[k])
        sums.append(total)
    return np.concatenate(sums)
