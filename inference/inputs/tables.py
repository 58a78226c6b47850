"""Tables of any library that narwhals knows (polars, Arrow, ...), as pandas has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

__all__ = ["as_table"]


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
    if data is None or isinstance(data, pd.DataFrame | xr.Dataset | Mapping):
        return data
    import narwhals.stable.v2 as nw

    try:
        frame = nw.from_native(data)
    except TypeError:  # no table; whoever asked says so in his own words
        return data
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    return frame.to_pandas()
