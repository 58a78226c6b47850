"""A user's table as it comes: named columns, the units' labels, and what the model lacks."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import DataError, QueryError, nearest, unknown
from ..inputs.arrays import plain
from ..inputs.containers import matched, ordered
from ..inputs.tables import as_table
from .equations import Equations

__all__ = ["Data", "aligned", "beside", "check_spelling", "named", "parted", "tell_unread"]

LOG = logging.getLogger("ifonly")

# A DataFrame of any library that narwhals knows, an xarray Dataset or a mapping.
Data = Any


def check_labels(labels: NDArray[Any]) -> None:
    """Raise a `DataError` unless each unit has a label of its own."""
    try:
        index = pd.Index(labels)
    except UnicodeEncodeError:
        raise DataError("a row's label is no valid text; give each unit another label") from None
    if isinstance(index[0], tuple):  # a MultiIndex, which neither coordinates nor files can hold
        raise DataError(
            f"the rows have labels of {len(index[0])} levels, such as {index[0]!r}; give each unit "
            "one (for a DataFrame: data.set_axis(data.index.map(str)))"
        )
    if index.isna().any():
        raise DataError("a row has no unit label (NaN); give each its own, or reset the index")
    if index.has_duplicates:
        twice = index[index.duplicated()].tolist()[0]
        raise DataError(
            f"two rows have the unit label {twice!r}; labels must be distinct "
            "(for a DataFrame: data.reset_index(drop=True))"
        )


def named(data: Data, equations: Equations) -> dict[str, Any]:
    """Return the columns of any accepted container by name, with their labels where it has some.

    Parameters
    ----------
    data : Data
    equations : Equations
    """
    unit = equations.unit
    data = as_table(data)
    if isinstance(data, pd.DataFrame):
        if data.columns.nlevels > 1:
            raise DataError(
                f"the data's columns have names of {data.columns.nlevels} levels (a MultiIndex); "
                "give each one name"
            )
        names = data.columns.map(str)
        if names.has_duplicates:
            twice = names[names.duplicated()][0]
            raise DataError(f"the column {twice!r} is there twice; drop one")
        _check_hidden(equations, names, data.index.names, "index", "data.reset_index()")
        return dict(zip(names, (data[c] for c in data), strict=True))
    if isinstance(data, xr.Dataset):
        if unit not in data.sizes:
            raise DataError(f"the dataset has no dimension {unit!r}; it has {list(data.sizes)}")
        for name, values in data.items():
            if unit not in values.dims and name in equations:
                raise DataError(
                    f"the dataset's {str(name)!r} has no dimension {unit!r} (it has "
                    f"{list(values.dims)}), so it is no column; drop it"
                )
        held = [str(n) for n in data.data_vars]
        beside = [c for c in data.coords if c != unit]
        _check_hidden(equations, held, beside, "coordinate", "data.reset_coords()")
        return {str(n): v for n, v in data.items()}
    if isinstance(data, Mapping):
        return {str(name): values for name, values in data.items()}
    raise DataError(
        "data must be a DataFrame (of pandas, polars, Arrow, ...), an xarray Dataset or a dict, "
        f"not {type(data).__name__}"
    )


def parted(
    columns: Mapping[str, Any], equations: Equations
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns of the model's variables, and the others.

    Parameters
    ----------
    columns : mapping of str to object
    equations : Equations

    Raises
    ------
    DataError
        If none is a variable of the model.
    """
    own = {n: v for n, v in columns.items() if n in equations}
    others = {n: v for n, v in columns.items() if n not in equations}
    if not own:
        known = [*equations.mechanisms, *equations.unit_data]
        raise DataError(unknown("the data have a column", next(iter(others)), known))
    return own, others


def beside(
    columns: Mapping[str, Any], labels: NDArray[Any], seen: Collection[str], equations: Equations
) -> dict[str, NDArray[Any]]:
    """Return the columns that the model does not know, and say which in one line.

    Parameters
    ----------
    columns : mapping of str to column
    labels : array of shape (unit,)
    seen : collection of str
        The model's columns.
    equations : Equations
    """
    if not columns:
        return {}
    kept, left, units = {}, [], {equations.unit: pd.Index(labels)}
    for name, values in columns.items():
        dims = [d for d in getattr(values, "dims", ()) if d != equations.unit]
        further = {str(d): None for d in dims}
        try:
            array = ordered(values, units | further, f"the column {name!r}", DataError)
        except DataError:
            left.append(name)
            continue
        if array.ndim and len(array) == len(labels):
            kept[name] = array
        else:
            left.append(name)
    if kept:
        near = _hints(kept, seen, equations)
        LOG.warning(
            "kept beside the model, which has no variable of that name: %s%s",
            ", ".join(kept),
            near and f" ({near}, which has no column)",
        )
    if left:
        LOG.warning("left out, since they are no columns of the units: %s", ", ".join(left))
    return kept


def check_spelling(names: Collection[str], columns: Collection[str], model: Any) -> None:
    """Refuse what is likely a misspelt column of a file, before the file is read.

    Parameters
    ----------
    names : collection of str
        The columns that questions name.
    columns : collection of str
        Those of the file.
    model : pm.Model
        Its variables and coordinates may be named as well.

    Raises
    ------
    QueryError
        If a name is none of these, but near that of a column.
    """
    known = {*columns, *getattr(model, "named_vars", ()), *getattr(model, "coords", ())}
    for name in sorted(set(names) - known):
        if "[" not in name and nearest(name, columns):
            raise QueryError(unknown("a question names the column", name, columns))


def tell_unread(there: Iterable[str], read: Collection[str], equations: Equations) -> None:
    """Say which columns of a file are likely meant for variables that have none.

    Parameters
    ----------
    there : iterable of str
        The columns of the file.
    read : collection of str
        Those that are read: of the others the model has no variables.
    equations : Equations
    """
    if near := _hints([n for n in there if n not in read], read, equations):
        LOG.warning("not read, since the model has no such name: %s, which has no column", near)


def _hints(names: Iterable[str], seen: Collection[str], equations: Equations) -> str:
    """Return which names are near those of mechanisms without a column."""
    unseen = [n for n in equations.mechanisms if n not in seen]
    return ", ".join(f"{n!r} is near {m!r}" for n in names if (m := _near(n, unseen)))


def _near(name: str, unseen: Collection[str]) -> str | None:
    same = [n for n in unseen if n.casefold() == name.strip().casefold()]
    return next(iter(same or get_close_matches(name, list(unseen), n=1, cutoff=0.8)), None)


def _check_hidden(
    equations: Equations, columns: Collection[str], beside: Iterable[Any], what: str, way: str
) -> None:
    """Raise a `DataError` where a column of the model stands beside the columns, as a label."""
    known = (*equations.mechanisms, *equations.unit_data)
    for name in map(str, beside):
        if name in known and name not in columns:
            raise DataError(
                f"the data have {name!r} as the name of their {what}, and the model has a variable "
                f"of that name; make it a column, {way}, or give the {what} another name"
            )


def aligned(
    columns: Mapping[str, Any], equations: Equations
) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """Return the columns as arrays of shape (unit, ...), and the units' labels.

    Parameters
    ----------
    columns : mapping of str to object
    equations : Equations
    """
    for name, values in columns.items():
        if plain(values).ndim == 0:
            raise DataError(f"the column {name!r} is a single value, not one per unit")
    coords = equations.model.coords
    further = {
        n: {d or f"{n}_dim_{k}": coords.get(d) for k, d in enumerate(equations[n].dims) if k}
        for n in columns
    }
    arrays, labels = matched(columns, equations.unit, further)
    lengths = {n: len(a) for n, a in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(f"the columns have different lengths: {lengths}")
    units = next(iter(lengths.values()))
    if units == 0:
        raise DataError("the data have no rows")
    if labels is None:
        return arrays, np.arange(units)
    check_labels(labels.to_numpy())
    return arrays, labels.to_numpy()
