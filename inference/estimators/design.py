"""The data of an analysis: columns by role, categories as indicators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, unknown
from ..labels import matched
from .roles import Roles

__all__ = ["Design", "read_design"]

# A column with less of its spread left, once others are regressed out, is determined by them.
LEAST_LEFT = 1e-8
# A column that varies less, against its size, is constant but for rounding.
LEAST_SPREAD = 1e-12


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
        parts = []
        for name in names:
            column = self.frame[name]
            if self.is_categorical(name):
                levels = pd.get_dummies(column, drop_first=True, dtype=float)
                parts.append(levels.set_axis([f"{name}[{v}]" for v in levels], axis=1))
            else:
                parts.append(column.astype(float).to_frame())
        return pd.concat(parts, axis=1) if parts else self.frame[[]]

    def held(self, names: Iterable[str]) -> pd.DataFrame:
        """Return the columns of `encoded` that neither a constant nor earlier ones determine.

        Parameters
        ----------
        names : iterable of str

        Returns
        -------
        pandas.DataFrame
            With a constant, they span what all the columns do.
        """
        frame = self.encoded(names)
        return frame.loc[:, _undetermined(frame)]

    def determined(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the treatment and endogenous variables that a constant and `names` determine."""
        held = self.held(names)
        found = []
        for name in self.roles.moved:
            frame = held.assign(**{"the last": self.frame[name].astype(float)})
            if not _undetermined(frame)[-1]:
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
        Columns beside those of the roles.

    Returns
    -------
    Design

    Raises
    ------
    DataError
        If a column is missing, has gaps, infinite values or more than one axis, columns differ in
        length, or treatment or outcome is text.
    """
    names = dict.fromkeys(
        (roles.outcome, *roles.moved, *roles.adjust, *roles.instruments, *further)
    )
    for name in names:
        if name not in data:
            raise DataError(unknown("the roles name the column", name, map(str, data)))
        if np.ndim(data[name]) != 1:
            raise DataError(
                f"the column {name!r} has shape {np.shape(data[name])}; an estimator takes one "
                "value per unit: give each element a column of its own"
            )
    taken, _ = matched({n: data[n] for n in names})
    lengths = {n: len(v) for n, v in taken.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns have different lengths: {lengths}")
    frame = pd.DataFrame(taken).infer_objects()
    gaps = [n for n in names if frame[n].isna().any()]
    if gaps:
        raise DataError(
            f"the column {gaps[0]!r} misses {int(frame[gaps[0]].isna().sum())} of {len(frame)} "
            "values; drop those units or complete them first"
        )
    for name in (roles.outcome, *roles.moved, *roles.instruments):
        if not pd.api.types.is_numeric_dtype(frame[name]):
            raise DataError(f"the column {name!r} holds text; code it as numbers first")
    for name in names:
        if frame[name].dtype.kind == "f" and (endless := np.isinf(frame[name])).any():
            raise DataError(
                f"the column {name!r} is infinite for {int(endless.sum())} of {len(frame)} values; "
                "drop those units"
            )
    return Design(frame, roles)


def _undetermined(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Return of each column whether it varies in a way that those before it do not."""
    basis = np.empty((len(frame), 0))
    kept = []
    for values in frame.to_numpy(dtype=float).T:
        centred = values - values.mean()
        size = np.linalg.norm(centred)
        rest = centred - basis @ (basis.T @ centred)
        rest -= basis @ (basis.T @ rest)  # once more, against rounding
        left = np.linalg.norm(rest)
        kept.append(bool(size > LEAST_SPREAD * np.linalg.norm(values) and left > LEAST_LEFT * size))
        if kept[-1]:
            basis = np.column_stack([basis, rest / left])
    return np.array(kept, dtype=bool)
