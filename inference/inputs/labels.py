"""Labels: arrays that say which unit (group, item, ...) each number is of, in the model's order.

A pandas Series or DataFrame has an index, an xarray DataArray has coordinates. Both mean by label:
the same labels in another order are the same numbers. An array without labels is by position.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import IfonlyError, QueryError

__all__ = ["Axis", "axes_of", "in_order"]


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
        if problem := _mismatch(axis.labels, index, dim):
            raise error(
                f"{what} {problem}; it is matched by label: give one entry for each {dim}, or an "
                "array without labels (.to_numpy()) in their order"
            )
        values = np.take(values, axis.labels.get_indexer(index), axis=position)
    return values


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
