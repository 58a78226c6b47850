"""The one way in for whatever carries labels: any container, as an array in the model's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, IfonlyError, QueryError
from .arrays import plain
from .labels import Axis, axes_of, in_order

__all__ = ["matched", "ordered"]


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
    along = (_of_units(a, unit) for a in axes.values())
    labels = next((found for found in along if found is not None), None)
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
