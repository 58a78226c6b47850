"""Terms of a regression on mixed columns: lines, splines, levels, gaps and products of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .columns import Column

__all__ = ["FREE", "WIDEST", "Levels", "Ordered", "Terms", "terms_of"]

Floats = NDArray[np.float64]

FREE = "level"  # the group that is not shrunk: the intercept, and the treatment
WIDEST = 10.0  # its prior standard deviation, in those of the response
# Where the knots of a spline are, as quantiles (Harrell's choice for five knots).
KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
MOST_PAIRS = 160  # the products that a first fit leaves most to
SMALLEST = 1e-8


@dataclass(frozen=True, eq=False)
class Ordered:
    """The terms of a column of ordered numbers."""

    column: Column
    centre: float
    spread: float
    knots: Floats

    def lines(self, frame: pd.DataFrame) -> Floats:
        """Return the terms that products are taken of."""
        values = self.column.numbers(frame[self.column.name])
        line = np.where(np.isnan(values), 0.0, (values - self.centre) / self.spread)
        zero = [(values == 0) * 1.0] if self.column.kind == "zero-inflated" else []
        return np.column_stack([line, *zero, *_gap(self.column, values)])

    def curves(self, frame: pd.DataFrame) -> Floats:
        """Return the terms of a spline that is a line beyond its outer knots."""
        if len(self.knots) < 3:
            return np.empty((len(frame), 0))
        values = self.column.numbers(frame[self.column.name])
        x = np.where(np.isnan(values), self.centre, values)[:, None]
        *inner, before, last = self.knots
        near = np.array(inner)
        above = np.maximum(x - near, 0.0) ** 3
        above -= np.maximum(x - before, 0.0) ** 3 * (last - near) / (last - before)
        above += np.maximum(x - last, 0.0) ** 3 * (before - near) / (last - before)
        return above / (last - self.knots[0]) ** 2 / self.spread


@dataclass(frozen=True, eq=False)
class Levels:
    """The terms of a column of levels: one for each but the first."""

    column: Column

    def lines(self, frame: pd.DataFrame) -> Floats:
        """Return the terms that products are taken of."""
        values = self.column.numbers(frame[self.column.name])
        ones = values[:, None] == np.arange(1, len(self.column.levels))
        return np.column_stack([ones * 1.0, *_gap(self.column, values)])

    def curves(self, frame: pd.DataFrame) -> Floats:
        """Return nothing: levels have no curve."""
        return np.empty((len(frame), 0))


def _gap(column: Column, values: Floats) -> list[Floats]:
    return [np.isnan(values) * 1.0] if column.gaps else []


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of a regression.

    Attributes
    ----------
    parts : tuple
        One for each column.
    pairs : ndarray of shape (pair, 2)
        Which lines are multiplied.
    centre, spread : ndarray of shape (line,)
        Of the lines, before products are taken.
    """

    parts: tuple[Ordered | Levels, ...]
    pairs: NDArray[np.int64]
    centre: Floats
    spread: Floats

    def blocks(self, frame: pd.DataFrame) -> list[Floats]:
        """Return the lines, the curves and the products, each of shape (unit, term)."""
        lines = (self._lines(frame) - self.centre) / self.spread
        curves = np.column_stack(
            [np.empty((len(frame), 0)), *(p.curves(frame) for p in self.parts)]
        )
        return [lines, curves, lines[:, self.pairs[:, 0]] * lines[:, self.pairs[:, 1]]]

    def _lines(self, frame: pd.DataFrame) -> Floats:
        return np.column_stack([np.empty((len(frame), 0)), *(p.lines(frame) for p in self.parts)])


def terms_of(frame: pd.DataFrame, columns: Sequence[Column], response: Floats) -> Terms:
    """Return the terms of a regression of `response` on columns.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : sequence of Column
        Of the frame; constants have no term.
    response : ndarray of shape (unit,)
        Which products are taken depends on it.
    """
    parts = tuple(_part(frame, column) for column in columns if column.kind != "constant")
    none = Terms(parts, np.empty((0, 2), dtype=np.int64), np.empty(0), np.empty(0))
    lines = none._lines(frame)
    spread = lines.std(axis=0)
    centre, spread = lines.mean(axis=0), np.where(spread > SMALLEST, spread, 1.0)
    pairs = _pairs((lines - centre) / spread, response)
    return Terms(parts, pairs, centre, spread)


def _part(frame: pd.DataFrame, column: Column) -> Ordered | Levels:
    if column.margin is None:
        return Levels(column)
    values = column.numbers(frame[column.name])
    values = values[~np.isnan(values)]
    spread = float(values.std()) or 1.0
    return Ordered(column, float(values.mean()), spread, np.unique(np.quantile(values, KNOTS)))


def _pairs(lines: Floats, response: Floats) -> NDArray[np.int64]:
    """Return the pairs of lines whose products go most with what the lines leave."""
    every = np.array(list(combinations(range(lines.shape[1]), 2)), dtype=np.int64).reshape(-1, 2)
    left = np.column_stack([np.ones(len(lines)), lines])
    rest = response - left @ np.linalg.lstsq(left, response)[0]
    strength = np.zeros(len(every))
    for k, (a, b) in enumerate(every):
        product = lines[:, a] * lines[:, b]
        spread = product.std()
        strength[k] = abs((product - product.mean()) @ rest) / spread if spread > SMALLEST else 0.0
    chosen = np.argsort(-strength, kind="stable")[:MOST_PAIRS]
    return every[np.sort(chosen[strength[chosen] > 0])]
