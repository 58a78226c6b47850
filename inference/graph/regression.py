"""Linear regression: how a variable becomes columns, and what a least-squares fit leaves over."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["encoded", "independent", "residuals", "standardised"]

Floats = NDArray[np.float64]

# A column whose spread is less than this share of its size is constant, but for rounding.
LEAST_SPREAD = 1e-12
# A column of which a regression on others leaves less than this share is determined by them.
LEAST_LEFT = 1e-8


def encoded(column: pd.Series, categorical: bool) -> pd.DataFrame:
    """Return a variable as columns of numbers.

    Parameters
    ----------
    column : pandas.Series of shape (unit,)
    categorical : bool
        Whether the values are labels; text always is.

    Returns
    -------
    pandas.DataFrame of shape (unit, column)
        Numbers as they are; of a category an indicator for each level but the first, named
        ``segment[vip]``.

    Examples
    --------
    >>> encoded(pd.Series([2, 0, 1], name="g"), categorical=True).to_numpy().tolist()
    [[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]
    """
    if not categorical and pd.api.types.is_numeric_dtype(column):
        return column.astype(float).to_frame()
    levels = pd.get_dummies(column, drop_first=True, dtype=float)
    return levels.set_axis([f"{column.name}[{level}]" for level in levels], axis=1)


def standardised(columns: Floats) -> Floats:
    """Return columns with mean 0 and standard deviation 1; a constant becomes a column of zeros.

    With an intercept they span what `columns` span, and the normal equations are well conditioned
    whatever the offset and scale of `columns`.

    Parameters
    ----------
    columns : array of shape (unit, column)

    Returns
    -------
    array of shape (unit, column)

    Examples
    --------
    >>> standardised(np.array([[1e8 - 1, 7.0], [1e8 + 1, 7.0]])).round(6).tolist()
    [[-1.0, 0.0], [1.0, 0.0]]
    """
    if not len(columns):
        return columns
    size = np.abs(columns).max(axis=0, initial=0.0)
    scaled = columns / np.where(size > 0, size, 1.0)  # squares of large numbers overflow
    centred = scaled - scaled.mean(axis=0)
    centred = centred - centred.mean(axis=0)  # a second time, for the rounding of the first
    spread = np.sqrt((centred**2).mean(axis=0))
    varies = spread > LEAST_SPREAD
    return np.where(varies, centred / np.where(varies, spread, 1.0), 0.0)


def independent(columns: Floats) -> NDArray[np.bool_]:
    """Return which columns are no linear combination of a constant and the columns before them.

    Parameters
    ----------
    columns : array of shape (unit, column)
        As `standardised` returns them.

    Returns
    -------
    boolean array of shape (column,)

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> independent(standardised(np.column_stack([x, 3.0 - 2.0 * x, x**2]))).tolist()
    [True, False, True]
    """
    basis = np.empty((len(columns), 0))
    kept = []
    for column in columns.T:
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)  # a second time, for the rounding of the first
        left = np.linalg.norm(rest)
        kept.append(bool(left > LEAST_LEFT * np.linalg.norm(column)))
        if kept[-1]:
            basis = np.column_stack([basis, rest / left])
    return np.array(kept, dtype=bool)


def residuals(values: Floats, held: Floats) -> Floats:
    """Return what a least-squares regression on `held` leaves of each column of `values`.

    Parameters
    ----------
    values : array of shape (unit,) or (unit, column)
    held : array of shape (unit, regressor)
        With the intercept, where one is meant.

    Returns
    -------
    array of the shape of `values`

    Examples
    --------
    >>> residuals(np.array([1.0, 2.0, 6.0]), np.ones((3, 1))).round(6).tolist()
    [-2.0, -1.0, 3.0]
    """
    size = np.linalg.norm(held, axis=0)
    scaled = held / np.where(size > 0, size, 1.0)
    fitted: Floats = scaled @ np.linalg.lstsq(scaled, values, rcond=None)[0]
    return values - fitted
