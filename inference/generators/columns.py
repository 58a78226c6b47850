"""A column of a table: how it enters the mixture, and how its values come out with their type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..inputs.arrays import numbers
from ..inputs.scalars import are_finite
from .kinds import Kind, is_ordered, kind_of
from .margins import Margin, margin_of

__all__ = ["Column", "read_column"]

# More digits after the point than this are no rounding of the user's.
MOST_DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Column:
    """What is known of a column.

    Attributes
    ----------
    name : str
    kind : str
    dtype : dtype
        Of the table's column.
    levels : tuple
        The values of a column that is binary, categorical or constant, in their order.
    margin : Margin or None
        The law of a column of ordered numbers.
    gaps : bool
        Whether values are missing.
    """

    name: str
    kind: Kind
    dtype: Any
    levels: tuple[Any, ...]
    margin: Margin | None
    gaps: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many codes the column has: levels and a missing one, or whether it is missing."""
        if self.margin is not None:
            return (2,) if self.gaps else ()
        size = len(self.levels) + self.gaps
        return (size,) if size > 1 else ()

    def numbers(self, column: pd.Series) -> NDArray[np.float64]:
        """Return ordered numbers as floats, or the numbers of the levels; NaN where missing."""
        gone = column.isna().to_numpy()
        out = np.full(len(column), np.nan)
        if self.margin is not None:
            out[~gone] = numbers(column[~gone])
            return out
        number = {level: k for k, level in enumerate(self.levels)}
        out[~gone] = [number.get(value, np.nan) for value in column[~gone]]
        return out

    def codes(self, column: pd.Series) -> NDArray[np.int64]:
        """Return the code of each value, of shape (unit,); the last one is missing."""
        gone = column.isna().to_numpy()
        if self.margin is not None:
            return gone.astype(np.int64)
        known = np.where(gone, len(self.levels), self.numbers(column))
        return known.astype(np.int64)

    def series(self, values: NDArray[np.float64], codes: NDArray[np.int64] | None) -> pd.Series:
        """Return a column of the table's type.

        Parameters
        ----------
        values : ndarray of shape (unit,)
            Of ordered numbers; else only its length is read.
        codes : ndarray of shape (unit,) or None
            None if the column has no codes.
        """
        if self.margin is not None:
            return self._numbers_typed(values, None if codes is None else codes == 1)
        codes = np.zeros(len(values), dtype=np.int64) if codes is None else codes
        missing: Any = {"f": np.nan, "O": None}.get(self.dtype.kind, pd.NA)
        table = pd.Series([*self.levels, missing], dtype=object).to_numpy()
        return pd.Series(table[codes], dtype=self.dtype)

    def _numbers_typed(
        self, values: NDArray[np.float64], gone: NDArray[np.bool_] | None
    ) -> pd.Series:
        # Int64 takes gaps and keeps whole numbers; the table's own type comes last.
        whole = self.dtype.kind in "iu"
        out = pd.Series(np.round(values) if whole else values).astype("Int64" if whole else float)
        return (out if gone is None else out.mask(gone)).astype(self.dtype)


def read_column(name: str, column: pd.Series, kind: str | None = None) -> Column:
    """Return what is known of a column.

    Parameters
    ----------
    name : str
    column : pandas.Series
    kind : str, optional
        Given by the user.

    Raises
    ------
    DataError
        If no generator can be learnt from it.
    """
    found = kind_of(name, column, kind)
    gaps = bool(column.isna().any())
    if is_ordered(found):
        values = np.asarray(numbers(column), dtype=np.float64)
        if not are_finite(values[~np.isnan(values)]):
            raise DataError(
                f"the column {name!r} holds numbers whose squares no computer holds; change its "
                "unit"
            )
        margin = margin_of(values, _decimals(values))
        return Column(name, found, column.dtype, (), margin, gaps)
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(column.dropna())
        levels = [level for level in column.cat.categories if level in present]
    else:
        levels = sorted(column.dropna().unique(), key=lambda v: (str(type(v)), v))
    plain = tuple(v.item() if isinstance(v, np.generic) else v for v in levels)
    return Column(name, found, column.dtype, plain, None, gaps)


def _decimals(values: NDArray[np.float64]) -> int:
    there = values[~np.isnan(values)]
    for decimals in range(MOST_DECIMALS):
        if np.array_equal(np.round(there, decimals), there):
            return decimals
    return 15
