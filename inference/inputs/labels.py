"""Labels: arrays that say which unit (group, item, ...) each number is of, in the model's order.

A pandas Series or DataFrame has an index, an xarray DataArray has coordinates. Both mean by label:
the same labels in another order are the same numbers. An array without labels is by position.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import DataError, IfonlyError, QueryError
from .numbers import plain

__all__ = ["Axis", "axes_of", "in_order", "label_text", "label_value", "matched", "ordered"]


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a user's array: the name of its dimension and its labels, if it has them."""

    dim: str | None = None
    labels: pd.Index | None = None


def axes_of(values: Any) -> tuple[Axis, ...]:
    """Return the axes of a pandas or xarray container; none for what has no labels."""
    if isinstance(values, pd.Series):
        return (Axis(None, values.index),)
    if isinstance(values, pd.DataFrame):
        return (Axis(None, values.index), Axis(None, values.columns))
    if isinstance(values, xr.DataArray):
        return tuple(
            Axis(str(d), values.get_index(d) if d in values.coords else None) for d in values.dims
        )
    return ()


def in_order(
    values: NDArray[Any],
    axes: Sequence[Axis],
    coords: Mapping[str, Any],
    what: str,
    error: type[IfonlyError] = QueryError,
) -> NDArray[Any]:
    """Return `values` with each labelled axis in the order of the model's labels.

    Parameters
    ----------
    values : array
    axes : sequence of Axis
        Of `values`, as `axes_of` gave them; without any, `values` come back as they are.
    coords : mapping of str to labels or None
        The dimensions that `values` may have, in their order, with the model's labels.
    what : str
        The subject of a message, such as ``"`where`"``.
    error : type

    Returns
    -------
    array

    Raises
    ------
    IfonlyError
        The `error`, if a label is missing, foreign or there twice, or a dimension is none of these.
    """
    dims, named = list(coords), [a.dim for a in axes if a.dim is not None]
    foreign = [d for d in named if d not in coords]
    if foreign and len(axes) > 1:
        raise error(f"{what} has the dimension {foreign[0]!r}; expected {', '.join(dims)}")
    if named and not foreign:
        order = sorted(range(len(axes)), key=lambda k: dims.index(str(axes[k].dim)))
        values, axes = values.transpose(order), [axes[k] for k in order]
    for position, axis in enumerate(axes):
        dim = axis.dim if axis.dim in coords else next(iter(dims[position:]), None)
        if dim is None or axis.labels is None or coords[dim] is None:
            continue
        index = pd.Index(coords[dim])
        if axis.labels.equals(index):
            continue
        if problem := _mismatch(axis.labels, index, dim):
            raise error(
                f"{what} {problem}; it is matched by label: give one entry for each {dim}, or an "
                "array without labels (.to_numpy()) in their order"
            )
        values = np.take(values, axis.labels.get_indexer(index), axis=position)
    return values


def ordered(
    values: Any,
    coords: Mapping[str, Any],
    what: str,
    error: type[IfonlyError] = QueryError,
) -> NDArray[Any]:
    """Return the array in any container, in the order of the model's labels where it has some.

    Parameters
    ----------
    values : array, pandas or xarray object
    coords : mapping of str to labels or None
        The dimensions that it may have, in their order, with the model's labels.
    what : str
        The subject of a message.
    error : type
    """
    return in_order(plain(values), axes_of(values), coords, what, error)


def matched(
    columns: Mapping[str, Any],
    unit: str = "unit",
    further: Mapping[str, Mapping[str, Any]] | None = None,
    error: type[IfonlyError] = DataError,
) -> tuple[dict[str, NDArray[Any]], pd.Index | None]:
    """Return columns as arrays whose units stand in one order, and the labels of that order.

    The first column that has labels gives the order; columns without labels are in it by position.

    Parameters
    ----------
    columns : mapping of str to array, pandas or xarray object
        Of shape (unit, ...); in an xarray object the dimensions may stand in any order.
    unit : str
        Name of the unit dimension.
    further : mapping of str to mapping, optional
        The other dimensions of a column, in their order, with their labels or None.
    error : type

    Returns
    -------
    dict of str to array
    pandas.Index or None

    Examples
    --------
    >>> a, b = pd.Series([1, 2], ["u", "v"]), pd.Series([4, 3], ["v", "u"])
    >>> matched({"a": a, "b": b})[0]["b"].tolist()
    [3, 4]
    """
    axes = {n: axes_of(v) for n, v in columns.items()}
    labels = next(
        filter(lambda v: v is not None, (_of_units(a, unit) for a in axes.values())), None
    )
    arrays = {}
    for name, values in columns.items():
        coords = {unit: labels, **(further or {}).get(name, {})}
        arrays[name] = in_order(plain(values), axes[name], coords, f"the column {name!r}", error)
    return arrays, labels


def _of_units(axes: Sequence[Axis], unit: str) -> pd.Index | None:
    """Return the labels of the axis that the units are along."""
    named = [a for a in axes if a.dim == unit]
    first = [a for a in axes[:1] if a.dim is None or len(axes) == 1]
    return next((a.labels for a in [*named, *first]), None)


def _mismatch(given: pd.Index, wanted: pd.Index, dim: str) -> str:
    """Return in words how the labels given differ from those wanted; empty where they do not."""
    if given.nlevels > 1:
        return f"has labels of {given.nlevels} levels for the one of each {dim}"
    if given.has_duplicates:
        return f"has the {dim} label {given[given.duplicated()].tolist()[0]!r} twice"
    missing = wanted[~wanted.isin(given)].tolist()
    foreign = given[~given.isin(wanted)].tolist()
    words = [f"lacks the {dim} {missing[0]!r}"] if missing else []
    words += [f"has {foreign[0]!r}, which is no {dim} here"] if foreign else []
    return " and ".join(words)


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
