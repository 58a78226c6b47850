"""The margin of an ordered column: from values to the normal scores of their ranks, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

__all__ = ["Margin", "margin_of"]

Floats = NDArray[np.float64]

# A value that so many units share is a value of its own; others stand for their neighbourhood.
TIED = 2


@dataclass(frozen=True, eq=False)
class Margin:
    """The law of one ordered column.

    A value that several units share has an interval of scores of its own, so that heaps and zeros
    come back as often as they were. A value of a single unit stands for all between its neighbours.

    Attributes
    ----------
    values : ndarray of shape (value,)
        Distinct and rising.
    counts : ndarray of shape (value,)
        Units with each value.
    decimals : int
        Digits after the point that values have.
    """

    values: Floats
    counts: Floats
    decimals: int

    def intervals(self, column: Floats) -> tuple[Floats, Floats]:
        """Return between which scores each value lies; the whole line where it is missing.

        Parameters
        ----------
        column : ndarray of shape (unit,)
            NaN where missing.
        """
        gone = np.isnan(column)
        at = np.searchsorted(self.values, np.where(gone, self.values[0], column))
        ends = self._ends()
        middle = ndtri((ends[at] + ends[at + 1]) / 2)
        tied = self.counts[at] >= TIED
        low = np.where(tied, ndtri(ends[at]), middle)
        high = np.where(tied, ndtri(ends[at + 1]), middle)
        return np.where(gone, -np.inf, low), np.where(gone, np.inf, high)

    def column(self, scores: Floats) -> Floats:
        """Return the value of each score; none is beyond the least and the greatest value.

        Parameters
        ----------
        scores : ndarray of shape (unit,)
        """
        ends = self._ends()
        share = ndtr(scores)
        at = np.searchsorted(ends[1:-1], share)
        within = np.clip((share - ends[at]) / (ends[at + 1] - ends[at]), 0, 1)
        middles = (self.values[1:] + self.values[:-1]) / 2
        borders = np.concatenate([self.values[:1], middles, self.values[-1:]])
        between = borders[at] + within * (borders[at + 1] - borders[at])
        rounded = np.round(between, self.decimals)
        near = np.clip(rounded, self.values[0], self.values[-1])
        return np.where(self.counts[at] >= TIED, self.values[at], near)

    def _ends(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(self.counts) / self.counts.sum()])


def margin_of(column: Floats, decimals: int) -> Margin:
    """Return the margin of a column.

    Parameters
    ----------
    column : ndarray of shape (unit,)
        NaN where missing; not all of it.
    decimals : int

    Examples
    --------
    >>> margin = margin_of(np.array([0.0, 0.0, 0.0, 2.0, 2.0]), 0)
    >>> margin.column(np.array([-3.0, 0.2, 0.3, 3.0])).tolist()
    [0.0, 0.0, 2.0, 2.0]
    """
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return Margin(values, counts.astype(float), decimals)
