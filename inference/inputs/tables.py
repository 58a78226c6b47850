"""Tables of any library that narwhals knows (polars, Arrow, ...), as pandas has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

__all__ = ["as_column", "as_table"]


def as_table(data: Any) -> Any:
    """Return a table in a container that is read here; what is no table comes back as it is.

    Parameters
    ----------
    data : DataFrame of any library, xarray.Dataset or mapping
        A lazy frame is collected.

    Returns
    -------
    pandas.DataFrame, or `data` itself

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_table(pa.table({"x": [1, 2]}))["x"].tolist()
    [1, 2]
    """
    if isinstance(data, pd.DataFrame):
        odd = [_of_intervals(d) or isinstance(d, pd.SparseDtype) for d in data.dtypes]
        columns = [data.iloc[:, k] for k in range(data.shape[1])]
        return pd.concat(map(as_column, columns), axis=1) if any(odd) else data
    if data is None or isinstance(data, xr.Dataset | xr.DataArray | Mapping):
        return data
    if hasattr(data, "__dask_graph__"):  # pandas' own, of which narwhals is about to let go
        return as_table(data.compute())
    import narwhals.stable.v2 as nw

    try:
        frame = nw.from_native(data)
    except TypeError:  # no table; whoever asked says so in his own words
        return data
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame.to_pandas()


def as_column(values: Any) -> Any:
    """Return a column in a container that is read here; what is no column comes back as it is.

    Parameters
    ----------
    values : Series or array of any library
        One of another library than pandas and Dask goes by position. Intervals, as of
        `pandas.cut`, become texts in their order, and sparse columns dense.

    Examples
    --------
    >>> import pyarrow as pa
    >>> list(as_column(pa.array(["b", "a"]).dictionary_encode()).categories)
    ['b', 'a']
    """
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        if isinstance(values.dtype, pd.SparseDtype):
            return values.astype(values.dtype.subtype)
        return _named(values) if _of_intervals(values.dtype) else values
    if isinstance(values, pd.DataFrame | xr.DataArray | xr.Dataset | np.ndarray):
        return values
    if hasattr(values, "__dask_graph__"):
        return as_column(values.compute())
    if hasattr(values, "to_pandas"):  # of polars and Arrow
        given = values.to_pandas()
        return as_column(given.array) if isinstance(given, pd.Series) else given
    return values


def _of_intervals(dtype: Any) -> bool:
    kind = dtype.categories.dtype if isinstance(dtype, pd.CategoricalDtype) else dtype
    return isinstance(kind, pd.IntervalDtype)


def _named(column: Any) -> Any:
    """Return a column of intervals as one of their texts, in their order."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        ordered = pd.Index(column).dropna().unique().sort_values()
        column = column.astype(pd.CategoricalDtype(ordered, ordered=True))
    categories = getattr(column, "cat", column)
    return categories.rename_categories([str(v) for v in categories.categories])
