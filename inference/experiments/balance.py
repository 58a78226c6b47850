"""Balance: how far two arms differ in what they had before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..errors import DataError, unknown
from ..inputs.columns import names_of
from ..inputs.containers import ordered
from ..inputs.scalars import LARGEST
from ..inputs.tables import as_table

__all__ = ["balance"]


def balance(data: pd.DataFrame, arm: ArrayLike, columns: Sequence[str]) -> pd.DataFrame:
    r"""Return how far the arms differ in each column, in standard deviations.

    Parameters
    ----------
    data : pandas.DataFrame
        A row per unit.
    arm : array of shape (unit,)
        0 or 1.
    columns : sequence of str
        Numbers; or categories, which are compared level by level. What is missing (NaN) is left
        out of its column's figures.

    Returns
    -------
    pandas.DataFrame
        A row per column or level: the ``mean`` in each arm; ``difference``, the standardised one
        :math:`(\bar x_1 - \bar x_0) / \sqrt{(s_1^2 + s_0^2) / 2}`; ``z``, that difference in
        its standard deviations under complete randomisation; ``variance_ratio``
        :math:`s_1^2 / s_0^2`.

    Raises
    ------
    DataError
        If a column does not exist, is there twice or has infinite values, none is named, or `arm`
        is not 0 or 1 for each unit, with units in both.

    Notes
    -----
    A difference below 0.1 is customarily called small (Austin, 2009, doi:10.1002/sim.3697). It is
    no test: what randomisation allows depends on the number of units, which ``z`` takes account of.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 30.0, 30.0, 40.0]})
    >>> table = balance(frame, [0, 0, 1, 1], ["age"])
    >>> round(float(table.loc["age", "difference"]), 4)
    1.4142
    """
    data = as_table(data)
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"balance takes a DataFrame, not {type(data).__name__}")
    group = ordered(arm, {"unit": data.index}, "arm", DataError)
    fits = group.dtype.kind in "biuf" and group.shape == (len(data),)
    if not fits or set(np.unique(group).tolist()) != {0, 1}:
        raise DataError("arm is 0 or 1 for each unit, with units in both")
    wide = _numeric(data, columns)
    one, zero = wide[group == 1], wide[group == 0]
    spread = np.sqrt((one.var() + zero.var()) / 2)
    apart = one.mean() - zero.mean()
    # Under randomisation each arm's mean has the variance of all units, over the arm's size.
    error = wide.std() * np.sqrt(1 / one.count() + 1 / zero.count())
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {
                "mean_0": zero.mean(),
                "mean_1": one.mean(),
                "difference": apart / spread,
                "z": apart / error,
                "variance_ratio": one.var() / zero.var(),
            }
        )


def _numeric(data: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the columns as numbers, with one of zeros and ones for each level of a category."""
    names = names_of(() if columns is None else columns, "balance is asked of the column")
    if not names:
        raise DataError("balance compares columns, and none is named; name what units had before")
    found: dict[str, pd.Series] = {}
    for name in dict.fromkeys(names):
        if name not in data:
            raise DataError(unknown("balance is asked of the column", name, map(str, data)))
        column = data[name]
        if column.ndim > 1:
            raise DataError(f"the data have the column {name!r} twice; drop one")
        if pd.api.types.is_numeric_dtype(column):
            rows = {str(name): _real(column)}
        else:
            rows = {f"{name}: {k}": v for k, v in _levels(column).items()}
        if twice := set(rows) & set(found):
            raise DataError(f"the table would have two rows {min(twice)!r}; rename a column")
        found |= rows
    return pd.DataFrame(found)


def _real(column: pd.Series) -> pd.Series:
    if column.dtype.kind == "c" or (column.astype(float).abs() > LARGEST).any():
        raise DataError(
            f"the column {column.name!r} has infinite or complex values, or some beyond "
            f"{LARGEST:g}, which have no mean or no spread; drop those units, or give another unit"
        )
    return column.astype(float)


def _levels(column: pd.Series) -> dict[Any, pd.Series]:
    """Return, for each category, whether a unit is in it; NaN where its category is missing."""
    try:
        levels = pd.factorize(column, sort=True)[1]
    except TypeError:
        raise DataError(
            f"the column {column.name!r} holds lists or the like; give one number or text for each "
            "unit"
        ) from None
    return {k: (column == k).astype(float).where(column.notna()) for k in levels}
