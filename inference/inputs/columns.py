"""Named columns of a table: one value for each unit, none missing, in one order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import DataError, unknown
from .arrays import plain, shown
from .containers import matched
from .scalars import LARGEST
from .tables import as_table

__all__ = ["check_table", "names_of", "read_columns"]


def check_table(data: object) -> None:
    """Raise a `DataError` unless `data`, as `as_table` gives them, are a table.

    Parameters
    ----------
    data : object
    """
    if not isinstance(data, pd.DataFrame | xr.Dataset | Mapping):
        raise DataError(
            "the data are a DataFrame, an xarray Dataset or a dict of columns, not "
            f"{type(data).__name__}"
        )


def read_columns(data: Any, names: Iterable[str], what: str) -> pd.DataFrame:
    """Return columns of a table as a frame.

    Parameters
    ----------
    data : DataFrame, xarray.Dataset or mapping
        A column of shape (unit,) for each name. In a mapping, columns that have labels are matched
        by them.
    names : iterable of str
    what : str
        Who asks for the columns, for a message, such as ``"the roles name the column"``.

    Returns
    -------
    pandas.DataFrame of shape (unit, name)

    Raises
    ------
    DataError
        If `data` is no table; if a column does not exist, or is there twice; if it has more than
        one axis, gaps, infinite or complex values; or if columns differ in length or labels.

    Examples
    --------
    >>> read_columns({"a": [1, 2], "b": ["x", "y"], "c": 3}, ["b", "a"], "we need")
       b  a
    0  x  1
    1  y  2
    """
    data = as_table(data)
    check_table(data)
    taken = {}
    for name in names_of(names, what):
        if name not in data:
            raise DataError(unknown(what, name, map(str, data)))
        taken[name] = data[name]
    arrays = {name: _one_axis(name, values) for name, values in taken.items()}
    lengths = {n: len(v) for n, v in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns have different lengths: {lengths}")
    if 0 in lengths.values():
        raise DataError("the table has no rows")
    frame = pd.DataFrame(matched(taken)[0]).infer_objects()
    for name in arrays:
        _check_values(name, frame[name])
    return frame


def names_of(names: Any, what: str) -> list[Any]:
    """Return names of columns as a list; one name alone is such a list too.

    Parameters
    ----------
    names : str or iterable of names
    what : str
        Who asks for the columns, for a message.

    Raises
    ------
    DataError
        If they are none.
    """
    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, Iterable) or isinstance(listed, bytes):
        raise DataError(f"{what} {shown(names)}, which is no name of a column")
    found = list(listed)
    for name in found:
        if not isinstance(name, Hashable):
            raise DataError(f"{what} {shown(name)}, which is no name of a column")
    return found


def _one_axis(name: str, values: Any) -> NDArray[Any]:
    if isinstance(values, pd.DataFrame):
        raise DataError(f"the data have the column {name!r} twice; drop one")
    array = plain(values)
    if array.dtype.kind == "V":
        raise DataError(f"the column {name!r} holds records; give each field a column of its own")
    if array.ndim != 1:
        raise DataError(
            f"the column {name!r} has shape {array.shape}, and one value for each unit is needed: "
            "give each element a column of its own"
        )
    return array


def _check_values(name: str, column: pd.Series) -> None:
    if gaps := int(column.isna().sum()):
        raise DataError(
            f"the column {name!r} misses {gaps} of {len(column)} values; drop those units or "
            "complete them first"
        )
    if column.dtype.kind == "O" and not all(isinstance(v, Hashable) for v in column):
        raise DataError(f"the column {name!r} holds lists; give one number or text for each unit")
    if column.dtype.kind == "c":
        raise DataError(f"the column {name!r} holds complex numbers; give real ones")
    if column.dtype.kind == "f" and (endless := np.isinf(column)).any():
        raise DataError(
            f"the column {name!r} is infinite for {int(endless.sum())} of {len(column)} values; "
            "drop those units"
        )
    if column.dtype.kind == "f" and (column.abs() > LARGEST).any():
        raise DataError(
            f"the column {name!r} holds numbers beyond {LARGEST:g}, whose squares leave the "
            "range of floats; give it in another unit"
        )
