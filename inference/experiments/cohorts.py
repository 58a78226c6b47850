"""Cohorts: groups of units, how large they are, and how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, unknown
from ..inputs.columns import names_of
from ..inputs.groups import grouped

__all__ = ["cells", "cohorts", "members"]

Rule = int | Sequence[float] | None


def members(data: pd.DataFrame, by: Mapping[str, Rule]) -> pd.DataFrame:
    """Return the group that each unit is in, a column per grouping.

    Parameters
    ----------
    data : pandas.DataFrame
        A row per unit.
    by : mapping of str to int, sequence of float or None
        As for `CATE`: a column and the number of its quantile groups, the edges between groups
        (open below, closed above), or None for its distinct values.

    Returns
    -------
    pandas.DataFrame
        With the index of `data`; ordered categories. A unit without a value (NaN) is in no group.

    Raises
    ------
    DataError
        If a column does not exist, is there twice or has no value, or nothing is grouped by.
    QueryError
        If a rule has no meaning for its column.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 30.0, 40.0, 50.0]})
    >>> members(frame, {"age": [35.0]})["age"].to_list()
    ['<= 35', '<= 35', '> 35', '> 35']
    """
    if not isinstance(by, Mapping) or not by:
        raise DataError(f"by maps columns to rules, such as {{'age': 4, 'plan': None}}, not {by!r}")
    found = {}
    for name, rule in by.items():
        _check(data, [name])
        there = data[name].notna().to_numpy()
        if not there.any():
            raise DataError(f"the column {name!r} has no value, so there is nothing to group by")
        values = data[name][there].to_numpy()
        group = grouped(name, rule, {name: values})
        codes = np.full(len(data), -1)
        codes[there] = group.code(values)
        found[name] = pd.Categorical.from_codes(codes, pd.Index(group.labels), ordered=True)
    return pd.DataFrame(found, index=data.index)


def cohorts(data: pd.DataFrame, by: Mapping[str, Rule], columns: Sequence[str]) -> pd.DataFrame:
    """Return the size of each cohort, and the mean of each column in it.

    Parameters
    ----------
    data : pandas.DataFrame
        A row per unit; what is missing (NaN) is left out of its column's mean, and out of all
        groups where it is what they are made of.
    by : mapping
        The groupings, one after the other, as for `members`.
    columns : sequence of str
        What is averaged.

    Returns
    -------
    pandas.DataFrame
        Index: ``cohort`` (the column grouped by) and ``group``. Columns: ``units``, ``share``, and
        for each column its mean and, as ``<column>_se``, the standard error of that.

    Raises
    ------
    DataError
        If a column does not exist or is there twice, has no value to group by, is averaged and no
        number, or has a name that the table takes.

    Examples
    --------
    >>> frame = pd.DataFrame({"plan": ["a", "a", "b"], "spend": [1.0, 3.0, 5.0]})
    >>> cohorts(frame, {"plan": None}, ["spend"])["spend"].to_list()
    [2.0, 5.0]
    """
    asked = names_of(() if columns is None else columns, "cohorts average the column")
    columns = list(dict.fromkeys(asked))
    _check(data, columns)
    own = {"units", "share", *(f"{name}_se" for name in columns)}
    for name in columns:
        kind = data[name].dtype
        if not pd.api.types.is_numeric_dtype(kind) or kind.kind == "c":
            raise DataError(f"the column {name!r} holds {kind}, which has no mean")
        if name in own:
            raise DataError(f"the table has a column {name!r} of its own; rename yours")
    groups = members(data, by)
    parts = {}
    for name in by:
        grouping = data.groupby(groups[name], observed=False)
        table = {"units": grouping.size(), "share": grouping.size() / len(data)}
        for column in columns:
            values = data[column].astype(float).groupby(groups[name], observed=False)
            table[column] = values.mean()
            table[f"{column}_se"] = values.std() / np.sqrt(values.count())
        parts[name] = pd.DataFrame(table)
    return pd.concat(parts, names=["cohort", "group"])


def _check(data: pd.DataFrame, names: Sequence[str]) -> None:
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"cohorts take a pandas DataFrame, not {type(data).__name__}")
    for name in names:
        if name not in data:
            raise DataError(unknown("cohorts need the column", name, map(str, data)))
        if data[name].ndim > 1:
            raise DataError(f"the data have the column {name!r} twice; drop one")


def cells(groups: pd.DataFrame) -> NDArray[np.int64]:
    """Return the position of each unit's combination of groups, in C order.

    Parameters
    ----------
    groups : pandas.DataFrame
        Of `members`.

    Returns
    -------
    ndarray of shape (unit,)

    Raises
    ------
    DataError
        If a unit is in no group, or `groups` are none of `members`.

    Examples
    --------
    >>> frame = pd.DataFrame({"plan": ["a", "b", "b"], "age": [20.0, 20.0, 40.0]})
    >>> cells(members(frame, {"plan": None, "age": [30.0]})).tolist()
    [0, 2, 3]
    """
    kinds = [] if not isinstance(groups, pd.DataFrame) else list(groups.dtypes)
    if not kinds or not all(isinstance(kind, pd.CategoricalDtype) for kind in kinds):
        raise DataError("cells takes the table of groups that `members` returns")
    if not groups.columns.is_unique:
        raise DataError("the table of groups has a column twice; drop one")
    columns = [groups[name].cat for name in groups]
    if (out := groups.isna().any(axis=1)).any():
        raise DataError(
            f"{int(out.sum())} of {len(groups)} units are in no group, because a value that groups "
            "are made of is missing; drop those units"
        )
    shape = [len(c.categories) for c in columns]
    return np.ravel_multi_index([c.codes.to_numpy() for c in columns], shape).astype(np.int64)
