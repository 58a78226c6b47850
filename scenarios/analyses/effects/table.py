"""A table of units with a treatment, an outcome and covariates: checked, or refused in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference.errors import DataError, QueryError, unknown
from ifonly.inference.inputs.arrays import shown
from ifonly.inference.inputs.basis import Column
from ifonly.inference.inputs.columns import check_table, read_columns
from ifonly.inference.inputs.scalars import checked_names
from ifonly.inference.inputs.tables import as_table

__all__ = ["EffectTable", "read_effect_table"]

# With fewer units in an arm nothing can be said of whom the treatment helps.
LEAST_IN_ARM = 10
MOST_COVARIATES = 1_000


@dataclass(frozen=True, eq=False)
class EffectTable:
    """Checked columns.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (unit, column)
        Treatment, outcome and covariates, the treatment as 0 and 1.
    treatment, outcome : str
    covariates : tuple of str
        What is held, without those that do not vary.
    modifiers : tuple of str
        The covariates that the effect may vary with.
    notes : tuple of str
        What was left out, in words.
    """

    frame: pd.DataFrame
    treatment: str
    outcome: str
    covariates: tuple[str, ...]
    modifiers: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def t(self) -> NDArray[np.float64]:
        """The treatment, of shape (unit,)."""
        return self.frame[self.treatment].to_numpy(dtype=float)

    @property
    def y(self) -> NDArray[np.float64]:
        """The outcome, of shape (unit,)."""
        return self.frame[self.outcome].to_numpy(dtype=float)

    @property
    def held(self) -> pd.DataFrame:
        """The covariates, of shape (unit, covariate)."""
        return self.frame[list(self.covariates)]

    def __len__(self) -> int:
        return len(self.frame)


def read_effect_table(
    data: Any,
    treatment: str,
    outcome: str,
    covariates: Iterable[str] | str | None = None,
    modifiers: Iterable[str] | str | None = None,
) -> EffectTable:
    """Return the columns of an analysis, or refuse them.

    Parameters
    ----------
    data : pandas.DataFrame, xarray.Dataset or mapping
    treatment : str
        A column of 0 and 1, or of False and True.
    outcome : str
        A column of numbers.
    covariates : iterable of str, optional
        By default all other columns.
    modifiers : iterable of str, optional
        Some of the covariates; by default all.

    Returns
    -------
    EffectTable

    Raises
    ------
    DataError
        If the columns do not let an effect be learnt: which, why, and what to do.
    QueryError
        If a role is given twice.

    Examples
    --------
    >>> rows = {"t": [0, 1] * 10, "y": range(20), "age": [30, 40, 50, 60] * 5, "same": [1] * 20}
    >>> table = read_effect_table(rows, "t", "y")
    >>> table.covariates, table.notes
    (('age',), ("the covariate 'same' is the same for all units and is left out",))
    """
    data = as_table(data)
    check_table(data)
    names = [str(n) for n in data]
    for role, name in (("treatment", treatment), ("outcome", outcome)):
        if not isinstance(name, str):
            raise QueryError(f"the {role} is the name of a column, not {shown(name)}")
        if name not in names:
            raise DataError(unknown(f"the {role} is the column", name, names))
    others = [n for n in names if n not in (treatment, outcome)]
    held = others if covariates is None else list(checked_names("covariates", covariates))
    varied = held if modifiers is None else list(checked_names("modifiers", modifiers))
    if treatment == outcome or {treatment, outcome} & {*held, *varied}:
        raise QueryError("treatment, outcome and covariates are different columns")
    if stray := [n for n in varied if n not in held]:
        raise QueryError(f"{stray[0]!r} is a modifier and no covariate; modifiers are covariates")
    if len(held) > MOST_COVARIATES:
        raise DataError(
            f"{len(held)} covariates are more than {MOST_COVARIATES}; name those to hold"
        )
    frame = read_columns(data, [treatment, outcome, *held], "the analysis needs the column")
    frame[treatment] = _arms(frame[treatment])
    _check_outcome(frame[outcome])
    constant = [n for n in held if Column.of(frame[n]) is None]
    kept = tuple(n for n in held if n not in constant)
    for name in kept:
        _check_not_decided(frame, treatment, name)
    notes = [f"the covariate {n!r} is the same for all units and is left out" for n in constant]
    varying = tuple(n for n in varied if n in kept)
    return EffectTable(frame, treatment, outcome, kept, varying, tuple(notes))


def _arms(column: pd.Series) -> pd.Series:
    """Return the treatment as 0 and 1."""
    name, values = column.name, column.unique()
    if len(values) > 2:
        raise DataError(
            f"the treatment {name!r} has {len(values)} values, and two are needed: 0 untreated, 1 "
            "treated; keep the units of two of them, or compare one with the rest"
        )
    numeric = pd.api.types.is_numeric_dtype(column)
    if not numeric or not set(values.tolist()) <= {0, 1}:
        held = " and ".join(repr(v) for v in values.tolist())
        raise DataError(f"the treatment {name!r} holds {held}; code it 0 untreated and 1 treated")
    treated = column.astype(int)
    for arm in (0, 1):
        count = int((treated == arm).sum())
        if count < LEAST_IN_ARM:
            raise DataError(
                f"{count or 'none'} of the {len(column)} units {'has' if count < 2 else 'have'} "
                f"{name} = {arm}; an effect needs at least {LEAST_IN_ARM} units with 0 and "
                f"{LEAST_IN_ARM} with 1"
            )
    return treated


def _check_outcome(column: pd.Series) -> None:
    if not pd.api.types.is_numeric_dtype(column):
        raise DataError(f"the outcome {column.name!r} holds text or dates, and numbers are needed")
    if column.nunique() < 2:
        raise DataError(f"the outcome {column.name!r} is {column.iloc[0]} for all units")


def _check_not_decided(frame: pd.DataFrame, treatment: str, name: str) -> None:
    """Raise a `DataError` where a covariate alone tells who is treated."""
    treated, column = frame[treatment] == 1, frame[name]
    if pd.api.types.is_numeric_dtype(column):
        one, other = column[treated], column[~treated]
        decided = one.min() > other.max() or one.max() < other.min()
    else:
        shares = treated.groupby(column.astype(str)).mean()
        decided = bool(shares.isin([0.0, 1.0]).all())
    if decided:
        raise DataError(
            f"the covariate {name!r} decides the treatment {treatment!r}: no treated unit has an "
            "untreated one like it; leave it out if it follows from the treatment, or give units "
            "of both kinds"
        )
