"""Labels of categories, and the codes 0, 1, ... that stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import IfonlyError

__all__ = ["are_numerals", "categories_of", "codes_of", "has_labels", "labels_array"]


def labels_array(labels: Sequence[Any]) -> NDArray[Any]:
    """Return labels of any kind as an array of objects with one axis."""
    array = np.empty(len(labels), dtype=object)
    array[:] = list(labels)
    return array


def has_labels(values: Any) -> bool:
    """Return whether an array holds labels, texts above all, and not numbers."""
    array = np.asarray(values)
    if array.dtype.kind in "US":
        return True
    if array.dtype.kind != "O":
        return False
    there = [v for v in array.ravel() if not _is_gap(v)]
    return bool(there) and all(isinstance(v, str | bytes) for v in there)


def are_numerals(texts: NDArray[Any]) -> bool:
    """Return whether all texts spell numbers, which are meant as such and not as labels."""
    try:
        texts.astype(np.float64)
    except (TypeError, ValueError):
        return False
    return True


def _is_gap(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def codes_of(
    labels: Any,
    levels: Sequence[Any] | NDArray[Any] | None,
    name: str,
    what: str,
    error: type[IfonlyError],
) -> NDArray[Any]:
    """Return the codes of labels: integers, or floats with NaN where there is no label.

    Parameters
    ----------
    labels : array of str or other labels
    levels : sequence or None
        As `levels_of` gave them.
    name : str
        The variable.
    what : str
        What holds the labels, for a message.
    error : type of IfonlyError

    Raises
    ------
    IfonlyError
        The `error`, if the model names no levels, or one of the labels is none of them.

    Examples
    --------
    >>> codes_of(["pro", "basic"], ["basic", "pro"], "plan", "it holds", IfonlyError).tolist()
    [1, 0]
    """
    array = np.asarray(labels, dtype=object)
    flat = array.ravel()
    gaps = np.array([_is_gap(v) for v in flat], dtype=bool)
    first = next((v for v, gap in zip(flat, gaps, strict=True) if not gap), None)
    if levels is None:
        raise error(
            f"{what} labels such as {first!r}, not numbers, and the model names none for {name!r}; "
            f"give it coords={{'{name}_level': [...]}} or give codes 0, 1, ..."
        )
    codes = pd.Index(labels_array(list(levels))).get_indexer(pd.Index(flat, dtype=object))
    foreign = flat[(codes < 0) & ~gaps]
    if len(foreign):
        known = ", ".join(map(str, list(levels)[:12]))
        raise error(f"{what} {foreign[0]!r}; the model's labels of {name!r} are {known}")
    shaped = codes.reshape(array.shape)
    return np.where(gaps.reshape(array.shape), np.nan, shaped) if gaps.any() else shaped


def categories_of(column: Any) -> NDArray[Any] | None:
    """Return the categories of a pandas Categorical, in their order; None of any other column."""
    dtype = getattr(column, "dtype", None)
    return labels_array(list(dtype.categories)) if isinstance(dtype, pd.CategoricalDtype) else None
