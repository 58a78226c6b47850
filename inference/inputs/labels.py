"""Labels: arrays that say which unit (group, item, ...) each number is of, in the model's order.

A pandas Series or DataFrame has an index, an xarray DataArray has coordinates. Both mean by label:
the same labels in another order are the same numbers. An array without labels is by position.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import IfonlyError, QueryError

__all__ = ["DRAWS", "Axis", "are_counted", "axes_of", "in_order", "laid_out"]

# The dimensions of posterior draws in every answer.
DRAWS = ("chain", "draw")
# What xarray and ArviZ call a dimension that has no name.
UNNAMED = re.compile(r"(.+_)?dim_\d+")


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a user's array: the name of its dimension and its labels, if it has them."""

    dim: str | None = None
    labels: pd.Index | None = None

    @property
    def stands_for_any(self) -> bool:
        """Return whether it may be any dimension: nobody named it, or its labels tell which."""
        return self.dim is None or self.labels is not None or bool(UNNAMED.fullmatch(self.dim))


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
    others: Collection[str] = (),
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
    others : collection of str
        Dimensions of the model, which no other can stand for; without any, one unknown dimension
        is taken for the first of `coords`.

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
    free = not others or not coords or all(a.stands_for_any for a in axes)
    if foreign and (len(axes) > 1 or foreign[0] in others or not free):
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


def laid_out(
    values: NDArray[Any],
    axes: Sequence[Axis],
    coords: Mapping[str, Any],
    shape: Sequence[int],
    what: str,
    others: Collection[str] = (),
) -> NDArray[Any]:
    """Return `values` along the dimensions that they have, of length 1 along all others.

    Dimensions decide, then labels; sizes decide only where they leave no choice.

    Parameters
    ----------
    values : array
        Over some of the dimensions.
    axes : sequence of Axis
        Of `values`, as `axes_of` gave them.
    coords : mapping of str to labels or None
        All dimensions, in their order, with the model's labels.
    shape : sequence of int
        How long each of them is.
    what : str
        The subject of a message.
    others : collection of str
        Dimensions of the model, which no other can stand for.

    Returns
    -------
    array
        With one axis for each dimension.

    Raises
    ------
    QueryError
        If it is not clear which dimensions are meant, or a length or a label is not the model's.

    Examples
    --------
    >>> coords, shape = {"unit": range(3), "time": range(2)}, (3, 2)
    >>> laid_out(np.ones(2), (), coords, shape, "it").shape
    (1, 2)
    """
    lengths = dict(zip(coords, shape, strict=True))
    if values.ndim == 0:
        return values.reshape([1] * len(lengths))
    chosen = _chosen(values, axes, coords, lengths, what)
    if axes and len(axes) == len(chosen):
        nameless = len(axes) == 1 and axes[0].dim not in {*coords, *others}
        nameless = nameless and (axes[0].stands_for_any or not others)
        axes = [
            replace(axis, dim=dim) if nameless or axis.dim is None else axis
            for axis, dim in zip(axes, chosen, strict=True)
        ]
        chosen = [d for d in coords if d in chosen]
        values = in_order(values, axes, {d: coords[d] for d in chosen}, what, others=others)
    if any(n != lengths[d] for d, n in zip(chosen, values.shape, strict=True)):
        raise QueryError(f"{what} has shape {values.shape}; {_expected(lengths)}")
    return values.reshape([lengths[d] if d in chosen else 1 for d in lengths])


def _chosen(
    values: NDArray[Any],
    axes: Sequence[Axis],
    coords: Mapping[str, Any],
    lengths: Mapping[str, int],
    what: str,
) -> list[str]:
    """Return the dimension that each axis stands for."""
    dims = list(coords)
    if values.ndim > len(dims):
        raise QueryError(f"{what} has shape {values.shape}; {_expected(lengths)}")
    if axes and all(axis.dim in coords for axis in axes):
        return [str(axis.dim) for axis in axes]
    if values.ndim == len(dims):
        return dims
    ways = [list(way) for way in combinations(dims, values.ndim)]
    found = [way for way in ways if tuple(lengths[d] for d in way) == values.shape]
    if len(axes) == 1 and axes[0].labels is not None:
        labelled = [[d] for d in dims if coords[d] is not None]
        found = [
            way for way in labelled if not _mismatch(axes[0].labels, pd.Index(coords[way[0]]), "")
        ]
        found = found or [dims[:1]]  # whose labels are then told to be others
    if not found:
        raise QueryError(f"{what} has shape {values.shape}; {_expected(lengths)}")
    if len(found) > 1:
        meant = " or ".join("(" + ", ".join(way) + ")" for way in found)
        raise QueryError(
            f"{what} has shape {values.shape}, which may be over {meant}; say which by an "
            "xarray.DataArray with dims"
        )
    return found[0]


def _expected(lengths: Mapping[str, int]) -> str:
    sizes = ", ".join(f"{dim}: {length}" for dim, length in lengths.items())
    return f"give one number, or an array over some of its dimensions ({sizes or 'it has none'})"


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


def are_counted(labels: NDArray[Any]) -> bool:
    """Return whether labels are 0, 1, 2 and so on, given that they are distinct.

    Examples
    --------
    >>> are_counted(np.arange(3)), are_counted(np.array([0, 2, 1]))
    (True, False)
    """
    last = len(labels) - 1
    if labels.dtype.kind not in "iu" or last < 0 or labels[0] != 0 or labels[last] != last:
        return False
    return bool((labels[1:] > labels[:-1]).all())
