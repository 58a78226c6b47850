"""The data of an analysis: columns by role, categories as indicators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..graph.regression import encoded, independent, standardised
from ..inputs.columns import read_columns
from .roles import Roles, check_roles

__all__ = ["Design", "read_design"]


@dataclass(frozen=True, eq=False)
class Design:
    """Checked columns.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per unit, the columns that the roles name and those asked for besides.
    roles : Roles
    """

    frame: pd.DataFrame
    roles: Roles

    @property
    def outcome(self) -> NDArray[np.float64]:
        """Of shape (unit,)."""
        return self.frame[self.roles.outcome].to_numpy(dtype=float)

    @property
    def treatment(self) -> NDArray[np.float64]:
        """Of shape (unit,)."""
        return self.frame[self.roles.treatment].to_numpy(dtype=float)

    def scaled(self, *names: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return columns with mean 0 and standard deviation 1, and the deviations they had.

        Parameters
        ----------
        *names : str

        Returns
        -------
        array of shape (unit, name)
        array of shape (name,)
            In each column's unit of measure; 0 for a constant, whose column is zeros.
        """
        columns = self.frame[list(names)].to_numpy(dtype=float)
        new = standardised(columns)
        size = np.abs(columns).max(axis=0, initial=0.0)
        spread = size * (columns / np.where(size > 0, size, 1.0)).std(axis=0)
        return new, np.where(new.any(axis=0), spread, 0.0)

    @property
    def binary(self) -> bool:
        """Whether the treatment is 0 or 1, and both occur at least twice."""
        values, counts = np.unique(self.treatment, return_counts=True)
        return values.tolist() == [0.0, 1.0] and bool(counts.min() > 1)

    def encoded(self, names: Iterable[str]) -> pd.DataFrame:
        """Return numbers as they are, and an indicator per level but the first of categories.

        Parameters
        ----------
        names : iterable of str

        Returns
        -------
        pandas.DataFrame
            Columns such as ``age`` and ``segment[vip]``.
        """
        parts = [encoded(self.frame[n], self.is_categorical(n)) for n in names]
        return pd.concat(parts, axis=1) if parts else self.frame[[]]

    def held(self, names: Iterable[str]) -> NDArray[np.float64]:
        """Return the columns of `encoded` that neither a constant nor earlier ones determine.

        Parameters
        ----------
        names : iterable of str

        Returns
        -------
        array of shape (unit, column)
            Standardised, so that a large offset or scale costs no digits. With a constant, they
            span what all the columns do.
        """
        columns = standardised(self.encoded(names).to_numpy(dtype=float))
        return columns[:, independent(columns)]

    def determined(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the treatment and endogenous variables that a constant and `names` determine."""
        held = self.held(names)
        found = []
        for name in self.roles.moved:
            moved = standardised(self.frame[[name]].to_numpy(dtype=float))
            if not independent(np.hstack([held, moved]))[-1]:
                found.append(name)
        return tuple(found)

    def is_categorical(self, name: str) -> bool:
        """Return whether the column is a category by the graph or by its type."""
        graph = self.roles.graph
        numeric = pd.api.types.is_numeric_dtype(self.frame[name])
        return not numeric or (graph is not None and name in graph.categorical)


def read_design(data: Any, roles: Roles, further: Iterable[str] = ()) -> Design:
    """Return the columns that an analysis uses.

    Parameters
    ----------
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column of shape (unit,) per variable; text columns are categories.
    roles : Roles
    further : iterable of str
        Columns of numbers beside those of the roles.

    Returns
    -------
    Design

    Raises
    ------
    DataError
        If a column is missing, has gaps, infinite or complex values or more than one axis, columns
        differ in length or labels, or one that must be a number is text.
    QueryError
        If `roles` are none.
    """
    check_roles(roles)
    numbers = (roles.outcome, *roles.moved, *roles.instruments, *further)
    names = dict.fromkeys((*numbers, *roles.adjust))
    frame = read_columns(data, names, "the roles name the column")
    for name in numbers:
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise DataError(f"the column {name!r} holds text or times; code it as numbers first")
    return Design(frame, roles)
