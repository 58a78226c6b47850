"""Answers at a grid of settings, where they are no polynomial; with the error between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from .asking import Setting
from .levers import Lever

__all__ = ["Piece", "grid"]

Floats = NDArray[np.float64]
# Values of a lever that moves alone, and of each of two that move together.
ALONE, TOGETHER = 41, 13


@dataclass(frozen=True, eq=False)
class Piece:
    """Answers where certain levers are moved in certain ways, and no other.

    Attributes
    ----------
    levers : tuple of int
        Positions of the levers.
    kinds : tuple of str
        How each is moved.
    axes : tuple of array
        The values of each; between them the answer is interpolated, unless they are levels.
    values : array of shape (draw, ..., settings)
        The settings in C order of the axes.
    error : float
        The largest error of an interpolated mean over draws, halfway between values, as a share of
        the range of the mean.
    """

    levers: tuple[int, ...]
    kinds: tuple[str, ...]
    axes: tuple[Floats, ...]
    values: Floats
    error: float = 0.0


def grid(levers: Sequence[Lever], asked: Callable[[Sequence[Setting]], Floats]) -> Iterator[Piece]:
    """Yield the answers: each lever alone in each way, then each two set together.

    Parameters
    ----------
    levers : sequence of Lever
    asked : callable
        Returns the answers at settings, of shape (draw, setting, ...).

    Yields
    ------
    Piece
    """
    for k, lever in enumerate(levers):
        for kind in lever.kinds:
            yield _piece(levers, (k,), (kind,), asked)
    for pair in combinations(range(len(levers)), 2):
        yield _piece(levers, pair, ("set", "set"), asked)


def _piece(
    levers: Sequence[Lever],
    which: tuple[int, ...],
    kinds: tuple[str, ...],
    asked: Callable[[Sequence[Setting]], Floats],
) -> Piece:
    count = ALONE if len(which) == 1 else TOGETHER
    axes = tuple(_axis(levers[k], kind, count) for k, kind in zip(which, kinds, strict=True))
    values = np.moveaxis(asked(_settings(levers, which, kinds, axes)), 1, -1)
    return Piece(which, kinds, axes, values, _error(levers, which, kinds, axes, values, asked))


def _axis(lever: Lever, kind: str, count: int) -> Floats:
    if kind == "set" and lever.levels:
        return np.array(lever.levels, dtype=float)
    low, high = lever.ends(kind)
    found = np.linspace(low, high, count)
    return np.unique(found.round()) if lever.whole else found


def _settings(
    levers: Sequence[Lever],
    which: Sequence[int],
    kinds: Sequence[str],
    axes: Sequence[Floats],
) -> list[Setting]:
    found = []
    for values in product(*axes):
        moves = zip(which, kinds, values, strict=True)
        found.append({levers[k].name: levers[k].move(kind, float(v)) for k, kind, v in moves})
    return found


def _error(
    levers: Sequence[Lever],
    which: tuple[int, ...],
    kinds: tuple[str, ...],
    axes: tuple[Floats, ...],
    values: Floats,
    asked: Callable[[Sequence[Setting]], Floats],
) -> float:
    """Return how far interpolation is off halfway between the values of the first smooth lever."""
    smooth = [j for j, k in enumerate(which) if not levers[k].whole]
    if not smooth:
        return 0.0
    means = values.reshape(len(values), -1, values.shape[-1]).mean(axis=0)
    means = means.reshape(-1, *map(len, axes))
    worst = 0.0
    for j in smooth:
        middle = (axes[j][1:] + axes[j][:-1]) / 2
        others = [middle if i == j else a[[len(a) // 2]] for i, a in enumerate(axes)]
        true = np.moveaxis(asked(_settings(levers, which, kinds, others)), 1, -1)
        true = true.reshape(len(true), -1, true.shape[-1]).mean(axis=0)
        line = means
        for i, a in reversed(list(enumerate(axes))):
            if i != j:
                line = line.take(len(a) // 2, axis=1 + i)
        between = (line[:, 1:] + line[:, :-1]) / 2
        size = np.ptp(line, axis=1).max() or 1.0
        worst = max(worst, float(np.abs(between - true).max() / size))
    return worst
