"""Columns that are functions of others: found exactly in the table, and made by their function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .columns import Column

__all__ = ["Derived", "derived_columns"]

Floats = NDArray[np.float64]

CHANCE = -30.0  # log probability of a function by chance, at most
SMALL = 1e-7  # in standard deviations: rounding
SPARE = 20  # rows beyond the columns, for a sum to be more than a fit


@dataclass(frozen=True, eq=False)
class Derived:
    """A column that follows from others.

    Attributes
    ----------
    column : Column
        What is made.
    parents : tuple of Column
        What it is made of: one whose values have their value each; or those of a sum.
    keys, values : ndarray of shape (key,)
        Of one parent: its numbers (NaN where missing), rising, and what each gives.
    weights : ndarray of shape (parent + 1,)
        Of a sum; the last is the constant. Empty for one parent with keys.
    """

    column: Column
    parents: tuple[Column, ...]
    keys: Floats
    values: Floats
    weights: Floats

    @property
    def told(self) -> str:
        """The function in words."""
        if not len(self.weights):
            return f"{self.column.name!r} follows from {self.parents[0].name!r}"
        parts = [
            f"{'-' if w < 0 else '+'} {'' if abs(w) == 1 else f'{abs(w):.6g} '}{p.name}"
            for w, p in zip(self.weights, self.parents, strict=False)
        ]
        if abs(constant := self.weights[-1]) > SMALL:
            parts.append(f"{'-' if constant < 0 else '+'} {abs(constant):.6g}")
        return f"{self.column.name!r} is {' '.join(parts).removeprefix('+ ')}"

    def of(self, frame: pd.DataFrame) -> pd.Series:
        """Return the column of rows, with its type."""
        given = np.column_stack([p.numbers(frame[p.name]) for p in self.parents])
        if len(self.weights):
            values = given @ self.weights[:-1] + self.weights[-1]
        else:
            values = self._looked_up(given[:, 0])
        gone = np.isnan(values)
        if self.column.margin is not None:
            safe = np.round(np.where(gone, 0.0, values), self.column.margin.decimals)
            return self.column.series(safe, gone.astype(np.int64) if gone.any() else None)
        codes = np.where(gone, len(self.column.levels), values).astype(np.int64)
        return self.column.series(values, codes)

    def _looked_up(self, given: Floats) -> Floats:
        """Return what the nearest key gives."""
        known = self.keys[~np.isnan(self.keys)]
        gone = np.isnan(given)
        # The last value is that of the missing key, if there is one.
        rest = self.values[-1] if len(self.keys) > len(known) else np.nan
        near = np.searchsorted((known[1:] + known[:-1]) / 2, np.where(gone, 0.0, given))
        found: Floats = np.where(gone, rest, self.values[: len(known)][near])
        return found


def derived_columns(
    frame: pd.DataFrame, columns: Sequence[Column]
) -> tuple[list[Column], list[Derived]]:
    """Return the columns that stand for themselves, and those that are functions of these.

    Of columns that determine each other the first in the table stands for itself.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : sequence of Column
        Of the frame.
    """
    kept: list[Column] = []
    found: list[Derived] = []
    numbers = {c.name: c.numbers(frame[c.name]) for c in columns}
    for column in columns:
        if column.kind == "constant":
            kept.append(column)
            continue
        made = _summed(column, kept, numbers) or next(
            (d for p in kept if (d := _recoded(column, p, numbers)) is not None), None
        )
        if made is None:
            kept.append(column)
        else:
            found.append(made)
    return kept, found


def _recoded(column: Column, parent: Column, numbers: dict[str, Floats]) -> Derived | None:
    """Return the function of one column that another is, beyond chance; or None."""
    if parent.kind == "constant":
        return None
    values, given = numbers[column.name], numbers[parent.name]
    keys, of = np.unique(given, return_inverse=True)  # missing ones come last, as one
    codes = np.unique(values, return_inverse=True)[1]
    first = np.full(len(keys), -1)
    first[of[::-1]] = np.arange(len(of))[::-1]
    if not np.array_equal(codes, codes[first[of]]):
        return None
    share = np.bincount(codes) / len(codes)
    if (len(of) - len(keys)) * np.log((share**2).sum()) > CHANCE:
        return None
    return Derived(column, (parent,), keys, values[first], np.empty(0))


def _summed(column: Column, kept: list[Column], numbers: dict[str, Floats]) -> Derived | None:
    """Return the weighted sum of ordered columns that another is, or None."""
    parents = [p for p in kept if p.margin is not None]
    if column.margin is None or not parents:
        return None
    y = numbers[column.name]
    x = np.column_stack([numbers[p.name] for p in parents])
    whole = ~np.isnan(y)
    # Parents that miss a value where there is a sum are no part of it.
    parents = [p for p, gap in zip(parents, np.isnan(x[whole]).any(axis=0), strict=True) if not gap]
    x = np.column_stack([np.ones(len(y)), *(numbers[p.name] for p in parents)])
    if whole.sum() < x.shape[1] + SPARE or not parents:
        return None
    tolerance = SMALL * float(y[whole].std()) + 0.501 * _step(column, y[whole])
    weights = _fit(x[whole], y[whole])
    if np.abs(x[whole] @ weights - y[whole]).max() > tolerance:
        return None
    reach = np.abs(weights[1:]) * x[whole][:, 1:].std(axis=0)
    needed = np.flatnonzero(reach > max(SMALL * y[whole].std(), tolerance))
    if not len(needed):
        return None
    used = np.concatenate([[0], 1 + needed])
    weights = _plain(_fit(x[whole][:, used], y[whole]))
    left = np.abs(x[whole][:, used] @ weights - y[whole]).max()
    own = tuple(parents[k] for k in needed)
    gaps = np.isnan(x[:, used]).any(axis=1)
    if left > tolerance or not np.array_equal(gaps, ~whole):
        return None
    return Derived(column, own, np.empty(0), np.empty(0), np.append(weights[1:], weights[0]))


def _fit(x: Floats, y: Floats) -> Floats:
    spread = np.where((s := x.std(axis=0)) > 0, s, 1.0)
    found: Floats = np.linalg.lstsq(x / spread, y)[0] / spread
    return found


def _plain(weights: Floats) -> Floats:
    """Return weights without the noise of the fit, where a number of few digits is as near."""
    return np.array([float(f"{w:.6g}") if abs(w) > SMALL else 0.0 for w in weights])


def _step(column: Column, values: Floats) -> float:
    """Return the step of a rounded column, where it is fine beside the column's spread."""
    assert column.margin is not None
    step = 10.0**-column.margin.decimals
    return float(step) if step < 1e-2 * values.std() else 0.0
