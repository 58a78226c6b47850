"""Groups of units by the values of a column: distinct values, quantile bins, or given edges."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import QueryError, nearest, unknown
from .arrays import numbers, shown
from .codes import has_labels, labels_array

__all__ = ["Groups", "grouped"]

# A numeric column has more distinct values than this; the user chooses its groups.
MOST_LEVELS = 20


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups of one column: distinct `levels`, or intervals between inner `edges`."""

    labels: NDArray[Any]
    levels: NDArray[Any] | None = None
    edges: NDArray[np.float64] | None = None

    def code(self, value: Any) -> Any:
        """Return the number of each unit's group, -1 where it is in none; arrays or tensors."""
        if isinstance(value, np.ndarray):
            return self._code_of_array(value)
        if self.edges is not None:
            return (value[:, None] > self.edges).sum(axis=1)
        # Written with comparisons that PyTensor has.
        equal = (value[:, None] >= self.levels) * 1 - (value[:, None] > self.levels) * 1
        return (equal * np.arange(1, len(self.labels) + 1)).sum(axis=1) - 1

    def _code_of_array(self, value: NDArray[Any]) -> NDArray[np.int64]:
        if self.edges is not None:
            codes = (value[:, None] > self.edges).sum(axis=1)
            return np.where(pd.isna(value), -1, codes)
        assert self.levels is not None
        return pd.Index(self.levels).get_indexer(pd.Index(value)).astype(np.int64)


def grouped(
    name: str,
    rule: Any,
    columns: Mapping[str, NDArray[Any]],
    levels: NDArray[Any] | None = None,
) -> Groups:
    """Return the groups of a column under one rule.

    Parameters
    ----------
    name : str
        Of the column.
    rule : int, sequence of float or None
        How many quantile bins; the edges between groups, which are open below and closed above;
        or None for the distinct values.
    columns : mapping of str to array of shape (unit,)
        Masked, or NaN, where a value is missing.
    levels : array, optional
        The labels of the column's codes 0, 1, ..., or the order of its own labels.

    Returns
    -------
    Groups

    Raises
    ------
    QueryError
        If there is no such column, or the rule has no meaning for it.

    Examples
    --------
    >>> grouped("age", [35.0], {"age": np.array([20.0, 50.0])}).labels.tolist()
    ['<= 35', '> 35']
    """
    column = _column(name, columns)
    if rule is None:
        return _distinct(name, column) if levels is None else _of_levels(column, levels)
    _check_numbers(name, column)
    if isinstance(rule, int | np.integer):
        edges, prefix = _quantiles(name, int(rule), column.astype(float)), "Q"
    else:
        edges, prefix = _edges(name, rule), ""
    if len(edges) == 0:
        raise QueryError(f"{name!r} cannot be cut into {rule} bins: it has too few values")
    ends = _texts(edges)
    words = [f"<= {ends[0]}"]
    words += [f"{a} to {b}" for a, b in pairwise(ends)]
    words += [f"> {ends[-1]}"]
    labels = [f"{prefix}{k + 1}: {w}" if prefix else w for k, w in enumerate(words)]
    return Groups(np.array(labels), edges=edges)


def _column(name: str, columns: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Return the values of a column that are there."""
    if name not in columns:
        of_file = "" if nearest(name, columns) else "; of a file, `asked` says which are read"
        raise QueryError(
            unknown("groups are made of", name, columns)
            + f"; groups need an observed column{of_file}"
        )
    column = columns[name]
    if column.ndim != 1:
        raise QueryError(
            f"groups are made of {name!r}, which has {column.ndim} axes; it needs one, such as "
            f"by='{name}[0]'"
        )
    column = np.ma.compressed(column)
    found: NDArray[Any] = column[~pd.isna(column)]
    if not len(found):
        raise QueryError(f"groups are made of {name!r}, which is missing for all units")
    if column.dtype == object and not all(isinstance(v, Hashable) for v in found):
        kind = next(type(v).__name__ for v in found if not isinstance(v, Hashable))
        raise QueryError(f"groups are made of {name!r}, which holds a {kind}; give single values")
    return found


def _distinct(name: str, column: NDArray[Any]) -> Groups:
    """Return one group for each distinct value."""
    try:
        levels = np.unique(column)
    except TypeError:
        kinds = sorted({type(v).__name__ for v in column})
        raise QueryError(
            f"groups are made of {name!r}, which holds {' and '.join(kinds)}; give values of "
            "one type"
        ) from None
    if len(levels) > MOST_LEVELS:
        cure = f"a number of quantile bins, such as by={{{name!r}: 4}}"
        if levels.dtype.kind not in "biuf":
            cure = (
                "an array of coarser ones, one for each unit (of times: column.dt.to_period('Q'))"
            )
        raise QueryError(
            f"groups are made of {name!r}, which has {len(levels)} distinct values; give {cure}"
        )
    return Groups(levels, levels=levels)


def _quantiles(name: str, bins: int, column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the edges between bins of equal shares of the units."""
    if bins < 2:
        raise QueryError(f"{name!r} is grouped in {bins} bins; give at least 2")
    if bins > len(column):
        raise QueryError(f"{name!r} is grouped in {bins} bins, more than its values; give fewer")
    if not np.isfinite(column).all():
        raise QueryError(f"quantiles of {name!r} do not exist: it is infinite for some units")
    return np.unique(np.quantile(column, np.linspace(0, 1, bins + 1)))[1:-1]


def _of_levels(column: NDArray[Any], levels: NDArray[Any]) -> Groups:
    """Return one group for each label that is there, in the order of the labels."""
    if has_labels(column):
        there = set(column.tolist())
        kept = labels_array([v for v in levels if v in there])
        return Groups(kept, levels=kept)
    codes = np.unique(column)
    inside = codes[(codes >= 0) & (codes < len(levels))].astype(int)
    return Groups(labels_array([levels[k] for k in inside]), levels=inside)


def _texts(edges: NDArray[np.float64]) -> list[str]:
    """Return the edges as texts that differ: of three digits, or of more where it takes more."""
    for digits in range(3, 18):
        texts = [f"{e:.{digits}g}" for e in edges]
        if len(set(texts)) == len(texts):
            break
    return texts


def _check_numbers(name: str, column: NDArray[Any]) -> None:
    if column.dtype.kind not in "biuf":
        raise QueryError(
            f"groups of {name!r} cannot be cut by numbers: it holds {column.dtype}; leave bins and "
            "edges out to group by its values"
        )


def _edges(name: str, rule: Any) -> NDArray[np.float64]:
    """Return the edges between groups, or raise a `QueryError`."""
    given = numbers(rule)
    edges = np.empty(0) if given is None else given.astype(np.float64)
    rising = edges.ndim == 1 and np.isfinite(edges).all() and (np.diff(edges) > 0).all()
    if len(np.atleast_1d(edges)) < 1 or not rising:
        raise QueryError(
            f"{name!r} is grouped at edges {shown(rule)}; give rising numbers, or a whole number "
            "of bins"
        )
    return edges
