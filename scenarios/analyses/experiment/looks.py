"""The looks of an experiment, from the column of times."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference.errors import DataError

__all__ = ["MOST_LOOKS", "looks_of"]

# More times than this are put together, so that a page shows them and a minute computes them.
MOST_LOOKS = 60


def looks_of(column: pd.Series, name: str) -> NDArray[np.int64]:
    """Return the look, 0, 1, ..., after which each unit is known.

    Parameters
    ----------
    column : pandas.Series
        Numbers, or dates as text or as such.
    name : str
        Of the column, for messages.

    Returns
    -------
    ndarray of shape (unit,)

    Raises
    ------
    DataError
        If a time is missing, is neither number nor date, or there is one.

    Examples
    --------
    >>> looks_of(pd.Series(["2026-01-02", "2026-01-01", "2026-01-02"]), "day").tolist()
    [1, 0, 1]
    """
    if gone := int(column.isna().sum()):
        raise DataError(f"the time {name!r} is missing for {gone} of {len(column)} units")
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float)
    else:
        try:
            values = pd.to_datetime(column, format="ISO8601").astype("int64").to_numpy(float)
        except (ValueError, TypeError):
            shown = next((v for v in column if not _is_date(v)), column.iloc[0])
            raise DataError(
                f"the time {name!r} holds {shown!r}, which is neither a number nor a date such as "
                "2026-01-31, so that nobody knows what came first"
            ) from None
    levels = np.unique(values)
    if len(levels) < 2:
        raise DataError(
            f"all units have one time in {name!r}: that is one look, so leave the time out"
        )
    codes = np.searchsorted(levels, values)
    if len(levels) > MOST_LOOKS:
        codes = codes * MOST_LOOKS // len(levels)
    return np.asarray(codes, dtype=np.int64)


def _is_date(value: object) -> bool:
    try:
        pd.to_datetime(str(value), format="ISO8601")
    except ValueError:
        return False
    return True
