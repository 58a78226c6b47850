"""Labels as texts: for a reader, and for files without such a type (times of a zone, periods)."""

from __future__ import annotations

import datetime
import json
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import DataError

__all__ = ["label_text", "label_value", "readable", "with_readable"]

TIMES = pd.DatetimeIndex | pd.TimedeltaIndex | pd.PeriodIndex


def label_text(label: Any) -> str:
    """Return a label as a text from which `label_value` makes it again.

    Raises
    ------
    DataError
        If it is of a kind that no file keeps.

    Examples
    --------
    >>> label_text(pd.Period("2020-01", "M"))
    '["period", "2020-01", "M"]'
    >>> label_value('["period", "2020-01", "M"]')
    Period('2020-01', 'M')
    """
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, bool | int | float | str):
        return json.dumps(["plain", label])
    if isinstance(label, pd.Period):
        return json.dumps(["period", str(label), label.freqstr])
    if isinstance(label, pd.Timestamp) and label.tz is not None:
        return json.dumps(["time", label.isoformat(), str(label.tz)])
    if isinstance(label, datetime.datetime):
        return json.dumps(["time", label.isoformat(), None])
    if isinstance(label, datetime.date):
        return json.dumps(["date", label.isoformat()])
    if isinstance(label, datetime.timedelta):
        return json.dumps(["duration", pd.Timedelta(label).isoformat()])
    raise DataError(
        f"the label {label!r} is a {type(label).__name__}, which no file keeps; give numbers, "
        "texts or times (for a DataFrame: data.set_axis(data.index.map(str)))"
    )


def label_value(text: str) -> Any:
    """Return the label that `label_text` made a text of."""
    kind, value, *more = json.loads(text)
    if kind == "plain":
        return value
    if kind == "period":
        return pd.Period(value, freq=more[0])
    if kind == "time":
        stamp = pd.Timestamp(value)
        return stamp if more[0] is None else stamp.tz_convert(more[0])
    if kind == "date":
        return datetime.date.fromisoformat(value)
    return pd.Timedelta(value)


def readable(labels: Any) -> Any:
    """Return labels as a person reads them: times as texts, by day where all are whole days.

    Parameters
    ----------
    labels : sequence of shape (label,)
        Others than times are returned as they are.

    Examples
    --------
    >>> list(readable(np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[ns]")))
    ['2024-01-01', '2024-01-02']
    >>> readable(["a", "b"])
    ['a', 'b']
    """
    if isinstance(labels, np.ndarray) and labels.dtype.kind in "biufU":
        return labels
    try:
        index = pd.Index(labels)
    except (TypeError, ValueError):
        return labels
    if not isinstance(index, TIMES):
        return labels
    if isinstance(index, pd.DatetimeIndex) and (index == index.normalize()).all():
        index = index.tz_localize(None)
    return index.astype(str).to_numpy(dtype=object)


def with_readable(values: xr.DataArray) -> xr.DataArray:
    """Return an array whose dimensions have labels as a person reads them."""
    coords = {d: values[d].to_numpy() for d in values.dims if d in values.coords}
    new = {d: (d, readable(v)) for d, v in coords.items() if readable(v) is not v}
    return values.assign_coords(new) if new else values
