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
type Asked = Callable[[Sequence[Setting]], Floats]
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


def grid(
    levers: Sequence[Lever],
    asked: Asked,
    *,
    alone: int = ALONE,
    together: int = TOGETHER,
    few: Asked | None = None,
) -> Iterator[Piece]:
    """Yield the answers: each lever alone in each way, then each two set together.

    Parameters
    ----------
    levers : sequence of Lever
    asked : callable
        Returns the answers at settings, of shape (draw, setting, ...).
    alone, together : int
        How many values a lever has that moves alone, or with another; 0 leaves that out.
    few : callable, optional
        Returns the same in a few draws: the error between the values is measured in them.

    Yields
    ------
    Piece
    """
    which: list[tuple[tuple[int, ...], tuple[str, ...], int]] = [
        ((k,), (kind,), alone) for k, v in enumerate(levers) for kind in v.kinds
    ]
    if together:
        pairs = combinations(range(len(levers)), 2)
        which += [(pair, ("set", "set"), together) for pair in pairs]
    for places, kinds, count in which:
        axes = tuple(_axis(levers[k], kind, count) for k, kind in zip(places, kinds, strict=True))
        values = np.moveaxis(asked(_settings(levers, places, kinds, axes)), 1, -1)
        error = 0.0 if few is None else _error(levers, places, kinds, axes, few)
        yield Piece(places, kinds, axes, values, error)


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
    found: list[Setting] = []
    for values in product(*axes):
        moves = zip(which, kinds, values, strict=True)
        found.append({levers[k].name: levers[k].move(kind, float(v)) for k, kind, v in moves})
    return found


def _error(
    levers: Sequence[Lever],
    which: tuple[int, ...],
    kinds: tuple[str, ...],
    axes: tuple[Floats, ...],
    few: Asked,
) -> float:
    """Return how far off a mean is halfway between the values of each smooth lever."""
    worst = 0.0
    for j in (j for j, k in enumerate(which) if not levers[k].whole):
        middle = (axes[j][1:] + axes[j][:-1]) / 2
        line, true = (
            few(
                _settings(
                    levers,
                    which,
                    kinds,
                    tuple(a if i == j else b[[len(b) // 2]] for i, b in enumerate(axes)),
                )
            ).mean(axis=0)
            for a in (axes[j], middle)
        )
        between = (line[1:] + line[:-1]) / 2
        worst = max(worst, float(np.abs(between - true).max() / (np.ptp(line) or 1.0)))
    return worst
