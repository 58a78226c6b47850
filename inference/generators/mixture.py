"""Draws of a Dirichlet-process general-location mixture: what one is, and rows of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draws", "Latents"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Draws:
    """Kept draws of the mixture: each is one law of the covariates.

    Attributes
    ----------
    weights : ndarray of shape (draw, component)
    means : ndarray of shape (draw, component, score)
        Of the scores.
    factors : ndarray of shape (draw, component, score, score)
        Lower triangular; a component's covariance is ``factor @ factor.T``.
    levels : tuple of ndarray of shape (draw, component, level)
        Probabilities of the levels, one array for each categorical column.
    """

    weights: Floats
    means: Floats
    factors: Floats
    levels: tuple[Floats, ...]

    def __len__(self) -> int:
        return len(self.weights)

    def taken(self, draws: slice) -> Draws:
        """Return some of the draws."""
        levels = tuple(column[draws] for column in self.levels)
        return Draws(self.weights[draws], self.means[draws], self.factors[draws], levels)


@dataclass(frozen=True, eq=False)
class Latents:
    """Rows of a mixture.

    Attributes
    ----------
    scores : ndarray of shape (unit, score)
    codes : ndarray of shape (unit, categorical column)
    """

    scores: Floats
    codes: Codes


def rows_of(draws: Draws, chosen: Codes, rng: np.random.Generator) -> Latents:
    """Return one row for each entry of `chosen`, which names the draw that it comes from.

    Parameters
    ----------
    draws : Draws
    chosen : ndarray of shape (unit,)
    rng : numpy.random.Generator
    """
    rows = len(chosen)
    component = _picked(np.cumsum(draws.weights, axis=1)[chosen], rng.random(rows))
    scores = rng.standard_normal((rows, draws.means.shape[2]))
    codes = np.empty((rows, len(draws.levels)), dtype=np.int64)
    of = chosen * draws.weights.shape[1] + component
    order = np.argsort(of, kind="stable")
    present, starts = np.unique(of[order], return_index=True)
    size = scores.shape[1]
    means = draws.means.reshape(draws.weights.size, size)
    factors = draws.factors.reshape(draws.weights.size, size, size)
    for each, members in zip(present, np.split(order, starts[1:]), strict=True):
        scores[members] = means[each] + scores[members] @ factors[each].T
    for column, levels in enumerate(draws.levels):
        cumulated = np.cumsum(levels, axis=2).reshape(-1, levels.shape[2])
        codes[:, column] = _picked(cumulated[of], rng.random(rows))
    return Latents(scores, codes)


def _picked(cumulated: Floats, uniform: Floats) -> Codes:
    """Return the position that each uniform number falls on."""
    below = uniform[:, None] * cumulated[:, -1:] >= cumulated
    return np.minimum(below.sum(axis=1), cumulated.shape[1] - 1)
