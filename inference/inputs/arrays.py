"""Arrays of numbers that a user gives, from any container, in a variable's dtype."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import DTypeLike, NDArray

from ..errors import IfonlyError, one_line

__all__ = [
    "converted",
    "copied",
    "numbers",
    "plain",
    "shown",
]

# Integers up to here are floats too, exactly.
EXACT = 2**53


def shown(value: Any, width: int = 80) -> str:
    """Return `value` as a message shows it: on one line, without an address, and not too long.

    Parameters
    ----------
    value : object
    width : int
    """
    try:
        text = one_line(repr(value))
    except Exception:  # a foreign thing need not have a name for itself
        text = f"a thing of type {type(value).__name__}"
    return text if len(text) <= width else text[: width - 4] + " ..."


def plain(values: Any) -> NDArray[Any]:
    """Return the array in any container: the one way in for what a user gives.

    Objects that are numbers come as floats, or as booleans. What is masked, or pandas' own mark of
    a gap, comes as NaN. What is no number (a text, bytes, an integer that no float is equal to, a
    ragged nest of lists) stays as it is.
    """
    array = _native(_array(values))
    alone = array.ndim == 0 and _is_gap(array.item())  # nothing was given, and not a gap in it
    if array.dtype.kind != "O" or alone or any(_is_no_number(v) for v in array.ravel()):
        return array
    truths = array.size and all(isinstance(v, bool | np.bool_) for v in array.ravel())
    if not truths:  # of True no float is made beside pandas' own mark of a gap
        array = np.where(np.vectorize(_is_gap, otypes=[bool])(array), np.nan, array)
    try:
        return array.astype(np.bool_ if truths else np.float64)
    except (TypeError, ValueError, OverflowError):
        return array


def _array(values: Any) -> NDArray[Any]:
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        # Where some are missing, pandas would make floats of integers.
        gaps = getattr(values.dtype, "kind", "O") in "iu" and bool(pd.isna(values).any())
        return np.asarray(values.astype(object) if gaps else values.to_numpy())
    if isinstance(values, list | tuple) and any(isinstance(v, np.ma.MaskedArray) for v in values):
        values = np.ma.stack([np.ma.asarray(v) for v in values])
    if isinstance(values, np.ma.MaskedArray):
        gone = np.ma.getmaskarray(values)
        if not gone.any():
            return values.data
        whole: NDArray[Any] = values.data.astype(object)
        whole[gone] = None
        return whole
    try:
        return np.asarray(values)
    except ValueError:
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array
    except Exception:  # what is no array, such as a Dataset, raises whatever it likes
        alone: NDArray[Any] = np.empty((), dtype=object)
        alone[()] = values
        return alone


def _native(array: NDArray[Any]) -> NDArray[Any]:
    """Return numbers as this machine and PyTensor hold them: in its byte order, 64 bits at most."""
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _is_no_number(value: Any) -> bool:
    """Return whether a float would not be this value, though Python makes one of it."""
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    if isinstance(value, Integral | Decimal):
        return abs(int(value)) > EXACT and not _is_a_float(value)
    return isinstance(value, str | bytes)


def _is_a_float(value: Any) -> bool:
    try:
        return bool(float(value) == value)
    except OverflowError:
        return False


def _is_gap(value: Any) -> bool:
    return value is None or value is pd.NA


def copied(value: Any) -> Any:
    """Return `value` as it is now: containers and arrays are copied, however deep they lie.

    Examples
    --------
    >>> given = {"x": [np.zeros(1)]}
    >>> kept = copied(given)
    >>> given["x"][0][0] = 7.0
    >>> kept
    {'x': [array([0.])]}
    """
    if isinstance(value, Mapping):
        return {key: copied(inner) for key, inner in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(copied, value))
    containers = (np.ndarray, pd.Series, pd.DataFrame, pd.Index, xr.DataArray)
    return value.copy() if isinstance(value, containers) else value


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
    if values.dtype.kind in "iu" and (apart := _moved(values, cast)).any():
        bad = values[apart].flat[0]
        raise error(
            f"{what} {bad}, beyond 2**53, where a {np.dtype(dtype)} is another number; recode it"
        )
    if not np.isfinite(cast).all():
        bad = values[~np.isfinite(cast)].flat[0]
        raise error(f"{what} {bad!s}, beyond what a {np.dtype(dtype)} can hold")
    return cast


def _moved(values: NDArray[Any], cast: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which integers are no longer the same as floats."""
    large = np.abs(values.astype(np.float64)) >= EXACT
    moved = np.zeros(values.shape, dtype=bool)
    moved[large] = [int(a) != int(b) for a, b in zip(values[large], cast[large], strict=True)]
    return moved


def _range(dtype: DTypeLike) -> tuple[int, int]:
    info = np.iinfo(np.dtype(dtype))
    return int(info.min), int(info.max)
