"""Two tables of the same columns, made ready for measures and for learners."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DataError, unknown
from ...inputs.arrays import numbers

__all__ = ["EXTRA", "Tables", "both"]

Floats = NDArray[np.float64]

EXTRA = "estimators"  # which has scikit-learn
FEWEST = 20  # rows of each table


@dataclass(frozen=True, eq=False)
class Tables:
    """A real table and a synthetic one, their columns in the same order.

    Attributes
    ----------
    real, synthetic : pandas.DataFrame
        Numbers as floats, and levels as codes, in which -1 is missing.
    ordered, levels : tuple of str
        Columns of numbers with more than two values, and all others.
    """

    real: pd.DataFrame
    synthetic: pd.DataFrame
    ordered: tuple[str, ...]
    levels: tuple[str, ...]

    @cached_property
    def centre(self) -> pd.Series:
        """Of the real numbers."""
        return self.real[list(self.ordered)].mean()

    @cached_property
    def spread(self) -> pd.Series:
        """Standard deviation of the real numbers; 1 where it is 0."""
        return self.real[list(self.ordered)].std(ddof=0).replace(0.0, 1.0).fillna(1.0)

    def swapped(self, real: pd.DataFrame, synthetic: pd.DataFrame) -> Tables:
        """Return the same of other rows, which are coded already.

        Parameters
        ----------
        real : pd.DataFrame
        synthetic : pd.DataFrame
        """
        return Tables(real, synthetic, self.ordered, self.levels)

    def design(self, frame: pd.DataFrame, without: tuple[str, ...] = ()) -> Floats:
        """Return rows as standardised numbers, one column for each level and each gap.

        Parameters
        ----------
        frame : pd.DataFrame
        without : tuple of str
        """
        out = []
        for name in self.ordered:
            if name not in without:
                scores = (frame[name] - self.centre[name]) / self.spread[name]
                out.append(scores.fillna(0.0).to_numpy(dtype=float))
                if self.real[name].isna().any():
                    out.append(frame[name].isna().to_numpy(dtype=float))
        for name in self.levels:
            if name not in without:
                present = np.sort(self.real[name].unique())
                out += [(frame[name] == v).to_numpy(dtype=float) for v in present[1:]]
        return np.column_stack([np.empty((len(frame), 0)), *out])


def both(real: pd.DataFrame, synthetic: pd.DataFrame) -> Tables:
    """Return two tables, coded alike.

    Parameters
    ----------
    real, synthetic : pandas.DataFrame
        With the same columns.

    Raises
    ------
    DataError
        If a column is not in both, or a table has too few rows.
    """
    for name in map(str, real):
        if name not in synthetic:
            raise DataError(unknown("the synthetic table lacks", name, map(str, synthetic)))
    for what, frame in (("real", real), ("synthetic", synthetic)):
        if len(frame) < FEWEST:
            raise DataError(f"the {what} table has {len(frame)} rows; {FEWEST} are needed at least")
    columns: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    ordered = []
    for name in map(str, real):
        sides = (real[name], synthetic[name])
        given = [None if isinstance(s.dtype, pd.CategoricalDtype) else numbers(s) for s in sides]
        if given[0] is not None and given[1] is not None and real[name].nunique() > 2:
            ordered.append(name)
            columns[name] = (given[0].astype(np.float64), given[1].astype(np.float64))
        else:
            codes, _ = pd.factorize(pd.concat([s.astype(object) for s in sides]), sort=False)
            columns[name] = (codes[: len(real)] * 1.0, codes[len(real) :] * 1.0)
    frames = [pd.DataFrame({name: pair[k] for name, pair in columns.items()}) for k in (0, 1)]
    levels = tuple(name for name in columns if name not in ordered)
    return Tables(frames[0], frames[1], tuple(ordered), levels)
