"""The margin of an ordered column: from values to scores that rise with them, and back.

A score is halfway between the normal score of the rank and the standardised value: ranks tame long
tails, and values keep the gaps between modes, which ranks close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["Margin", "margin_of"]

Floats = NDArray[np.float64]

# A value that so many units share is a value of its own; others stand for their neighbourhood.
TIED = 2
FARTHEST = 4.0  # of a standardised value


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
        middle = self._placed((ends[1:] + ends[:-1]) / 2, self.values)[at]
        cuts = self._placed(ends[1:-1], (self.values[1:] + self.values[:-1]) / 2)
        bounds = np.concatenate([[-np.inf], cuts, [np.inf]])
        tied = self.counts[at] >= TIED
        low = np.where(tied, bounds[at], middle)
        high = np.where(tied, bounds[at + 1], middle)
        return np.where(gone, -np.inf, low), np.where(gone, np.inf, high)

    def counts_of(self, column: Floats, weights: Floats) -> Floats:
        """Return the weight of each value in each draw, of shape (draw, value).

        Parameters
        ----------
        column : ndarray of shape (unit,)
            NaN where missing.
        weights : ndarray of shape (draw, unit)
            Of the units.
        """
        there = ~np.isnan(column)
        at = np.searchsorted(self.values, column[there])
        found = [np.bincount(at, own, len(self.values)) for own in weights[:, there]]
        return np.array(found)

    def column(self, share: Floats, counts: Floats | None = None) -> Floats:
        """Return the value below which each share of the law is: its quantiles.

        None is beyond the least and the greatest value.

        Parameters
        ----------
        share : ndarray of shape (unit,)
            Between 0 and 1.
        counts : ndarray of shape (value,), optional
            Weights of the values; by default those of the table.
        """
        ends = self._ends(counts)
        at = np.searchsorted(ends[1:-1], share)
        within = np.clip((share - ends[at]) / (ends[at + 1] - ends[at]), 0, 1)
        middles = (self.values[1:] + self.values[:-1]) / 2
        borders = np.concatenate([self.values[:1], middles, self.values[-1:]])
        between = borders[at] + within * (borders[at + 1] - borders[at])
        rounded = np.round(between, self.decimals)
        near = np.clip(rounded, self.values[0], self.values[-1])
        return np.where(self.counts[at] >= TIED, self.values[at], near)

    def _placed(self, shares: Floats, values: Floats) -> Floats:
        """Return the mean of a normal score and of the standardised value."""
        weights = self.counts / self.counts.sum()
        centre = weights @ self.values
        spread = np.sqrt(weights @ (self.values - centre) ** 2)
        near = np.clip((values - centre) / spread, -FARTHEST, FARTHEST)
        found: Floats = (ndtri(shares) + near) / 2
        return found

    def _ends(self, counts: Floats | None = None) -> Floats:
        counts = self.counts if counts is None else counts
        return np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])


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
    >>> margin.column(np.array([0.01, 0.59, 0.61, 0.99])).tolist()
    [0.0, 0.0, 2.0, 2.0]
    """
    values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return Margin(values, counts.astype(float), decimals)
