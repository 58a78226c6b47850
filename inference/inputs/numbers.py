"""Numbers that a user gives: counts, seeds, and arrays from any container in a variable's dtype."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike, NDArray

from ..errors import IfonlyError, QueryError

__all__ = ["checked_seed", "converted", "numbers", "plain", "positive_whole", "shown"]

# What every sampler takes, and a saved posterior keeps.
GREATEST_SEED = 2**63 - 1


def positive_whole(name: str, value: Any, error: type[IfonlyError] = QueryError) -> int:
    """Return `value` as a positive int, or raise `error`; neither True nor 2.0 is one."""
    number = _whole(value)
    if number is None or number < 1:
        raise error(f"{name} is a positive whole number, not {value!r}")
    return number


def checked_seed(seed: Any) -> int:
    """Return `seed` as an int from 0 to 2**63 - 1, or raise a `QueryError`."""
    number = _whole(seed)
    if number is None or not 0 <= number <= GREATEST_SEED:
        raise QueryError(f"seed is a whole number from 0 to 2**63 - 1, not {seed!r}")
    return number


def _whole(value: Any) -> int | None:
    if isinstance(value, bool | np.bool_ | np.ndarray):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def shown(value: Any, width: int = 80) -> str:
    """Return `value` as a message shows it: on one line, and not too long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= width else text[: width - 4] + " ..."


def plain(values: Any) -> NDArray[Any]:
    """Return the array in any container, of pandas' nullable numbers without gaps included.

    Objects that are numbers come as floats, or as booleans; a ragged nest of lists stays objects.
    """
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        array = values.to_numpy()
    else:
        try:
            array = np.asarray(values)
        except ValueError:
            array = np.empty(len(values), dtype=object)
            array[:] = values
    if array.dtype.kind != "O" or any(isinstance(v, str) for v in array.ravel()):
        return array
    truths = array.size and all(isinstance(v, bool | np.bool_) for v in array.ravel())
    if not truths:  # of True no float is made beside pandas' own mark of a gap
        array = np.where(np.vectorize(_is_gap, otypes=[bool])(array), np.nan, array)
    try:
        return array.astype(np.bool_ if truths else np.float64)
    except (TypeError, ValueError, OverflowError):
        return array


def _is_gap(value: Any) -> bool:
    return value is None or value is pd.NA


def numbers(values: Any) -> NDArray[Any] | None:
    """Return the booleans, integers or floats in any container; None if it holds anything else."""
    array = plain(values)
    return array if array.dtype.kind in "biuf" else None


def converted(
    values: NDArray[Any], dtype: DTypeLike, what: str, error: type[IfonlyError]
) -> NDArray[Any]:
    """Return finite `values` in a variable's dtype, or raise `error` where that would change them.

    Parameters
    ----------
    values : array
        Of booleans, integers or floats.
    dtype : dtype
        The variable's own.
    what : str
        The subject of the message, such as ``"the column 'count' holds"``.
    error : type
    """
    values, kind = np.asarray(values), np.dtype(dtype).kind
    if kind in "iub":
        if (values != np.floor(values)).any():
            bad = values[values != np.floor(values)].flat[0]
            raise error(f"{what} {bad!s}, but the variable is integer; give whole numbers")
        least, greatest = (0, 1) if kind == "b" else _range(dtype)
        # Compared as Python's integers, since floats near 2**63 round across it.
        extremes = [int(v) for v in (values.min(), values.max())] if values.size else []
        for bad in extremes:
            if not least <= bad <= greatest:
                raise error(f"{what} {bad}, beyond what a {np.dtype(dtype)} can hold")
        return values.astype(dtype)
    with np.errstate(over="ignore"):
        cast = values.astype(dtype)
    if not np.isfinite(cast).all():
        bad = values[~np.isfinite(cast)].flat[0]
        raise error(f"{what} {bad!s}, beyond what a {np.dtype(dtype)} can hold")
    return cast


def _range(dtype: DTypeLike) -> tuple[int, int]:
    info = np.iinfo(np.dtype(dtype))
    return int(info.min), int(info.max)
