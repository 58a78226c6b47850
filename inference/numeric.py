"""Plain numbers that a user gives: counts, seeds, and arrays in a variable's own dtype."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .errors import IfonlyError, QueryError

__all__ = ["checked_seed", "converted", "positive_whole"]

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
