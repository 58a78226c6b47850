"""Kernels on whole arrays by NumPy and SciPy: the same values, where a compiler would not pay.

Elements that take more than a few steps go to the kernel itself, one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .bits import FROM_UNIT, GOLDEN, TO_UNIT, mix
from .process import BLOCK, FEW, SAME
from .process import poisson_process as one_by_one
from .rows import LEAST

__all__ = ["gamma_quantile", "gumbel_move", "poisson_process"]

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
WORD = 2**64 - 1


def gamma_quantile(z: Any, a: Any) -> Floats:
    """Return the x at which log P(a, x) - log Q(a, x) is z.

    Parameters
    ----------
    z : array of float
        Logistic noise: the logit of a probability.
    a : array of float
        The shape; it broadcasts with `z`.
    """
    z, a = np.broadcast_arrays(z, a)
    low = z < 0.0
    found: Floats = np.empty(z.shape)
    found[low] = special.gammaincinv(a[low], special.expit(z[low]))
    found[~low] = special.gammainccinv(a[~low], special.expit(-z[~low]))
    return found


def gumbel_move(value: Any, p: Any, new: Any, draws: Any) -> NDArray[np.int64]:
    """Return the winners of Gumbel races at `new` chances, when `value` won them at p.

    Parameters
    ----------
    value : array of int
        The category that was seen.
    p : array of float of shape (..., category)
        Chances that held.
    new : array of float of shape (..., category)
        The new chances.
    draws : array of float of shape (..., category)
        Gumbel noise. All four broadcast.
    """
    p, new, draws, won = np.broadcast_arrays(p, new, draws, np.asarray(value)[..., None])
    won = won[..., 0]
    delay = np.exp(-draws)

    def of_winner(row: Floats) -> Floats:
        return np.take_along_axis(row, won[..., None], axis=-1)[..., 0]

    start = of_winner(delay)
    best = start * np.maximum(of_winner(p), LEAST)
    chance = np.maximum(of_winner(new), LEAST)
    found = won.copy()
    for k in range(p.shape[-1]):
        time = delay[..., k] + start * np.maximum(p[..., k], LEAST)
        rival = np.maximum(new[..., k], LEAST)
        sooner = (won != k) & (time * chance < best * rival)
        best, chance = np.where(sooner, time, best), np.where(sooner, rival, chance)
        found[sooner] = k
    same = (abs(p - new) <= SAME * new).all(axis=-1)
    return np.where(same, won, found)


def poisson_process(count: Any, anchor: Any, seed: Any, mean: Any) -> NDArray[np.int64]:
    """Return the Poisson count at `mean` of the process seen as `count` below `anchor`.

    Parameters
    ----------
    count : array of float
        Points that were seen.
    anchor : array of float
        Mean at which they were seen.
    seed : array of float
        Of the stream of uniform numbers.
    mean : array of float
        Of the count. All four broadcast.
    """
    arrays = np.broadcast_arrays(count, anchor, seed, mean)
    count, anchor, seed, mean = (np.ravel(np.asarray(v, dtype=float)) for v in arrays)
    same = abs(mean - anchor) <= SAME * anchor
    thinned = ~same & (mean < anchor) & (count <= FEW)
    grown = ~same & (mean > anchor) & (mean - anchor <= BLOCK) & (count <= FEW)
    found = np.zeros(count.shape, dtype=np.int64)
    few = count <= FEW
    found[same & few] = count[same & few]
    found[thinned] = _within(count[thinned], mean[thinned] / anchor[thinned], seed[thinned])
    found[grown] = count[grown] + _beyond(mean[grown] - anchor[grown], seed[grown])
    for k in np.flatnonzero(~((same & few) | thinned | grown)):
        found[k] = one_by_one.scalar(count[k], anchor[k], seed[k], mean[k])
    return found.reshape(arrays[0].shape)


def _within(count: Floats, part: Floats, seed: Floats) -> Floats:
    """Return how many of `count` uniform points on [0, 1] lie below `part`."""
    start, total = _state(seed, 1), np.zeros(len(count))
    for i in range(1, int(count.max(initial=0.0)) + 1):
        total += (count >= i) & (_unit(start, i) < part)
    return total


def _beyond(length: Floats, seed: Floats) -> Floats:
    """Return how many points of a fresh unit-rate process lie within `length` of its start."""
    start, total = _state(seed, 2), np.zeros(len(length))
    floor, product = np.exp(-length), _unit(start, 0)
    open_ = np.flatnonzero(product >= floor)
    while len(open_):
        total[open_] += 1.0
        product[open_] *= _unit(start[open_], int(total[open_[0]]))
        open_ = open_[product[open_] >= floor[open_]]
    return total


def _state(seed: Floats, stream: int) -> Words:
    bits = (abs(seed) * FROM_UNIT).astype(np.int64).astype(np.uint64)
    start: Words = mix.py_func(mix.py_func(bits + GOLDEN) + _word(stream))
    return start


def _unit(start: Words, counter: int) -> Floats:
    bits = mix.py_func(start + _word(counter + 1))
    found: Floats = ((bits >> np.uint64(12)).astype(float) + 0.5) * (2.0 * TO_UNIT)
    return found


def _word(times: int) -> np.uint64:
    """Return so many times the golden ratio's word, of which 64 bits are kept."""
    return np.uint64(times * int(GOLDEN) & WORD)
