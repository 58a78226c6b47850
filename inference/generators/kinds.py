"""The kind of a column of a table, and the columns that no generator is learnt from."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError, unknown
from ..inputs.arrays import numbers

__all__ = ["KINDS", "Kind", "is_ordered", "kind_of"]

Kind = Literal[
    "continuous", "integer", "zero-inflated", "bounded", "binary", "categorical", "constant"
]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Texts with more distinct values than this, and than this share of the rows, are free text.
MOST_LEVELS = 20
MOST_DISTINCT = 0.1
# A share of zeros from which they are a matter of their own, and of units at a bound.
ZEROS = 0.1
HEAP = (0.02, 5)  # as a share, and in units
# Numbers as texts with a sign of percent or of money.
SIGNED = r"\s*[$€£]?\s*[-+]?\d[\d.,]*\s*[%$€£]?\s*"
DATES = r"\d{4}-\d{1,2}-\d{1,2}.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}.*"


def is_ordered(kind: Kind) -> bool:
    """Return whether values of this kind are numbers with an order."""
    return kind in ("continuous", "integer", "zero-inflated", "bounded")


def kind_of(name: str, column: pd.Series, given: str | None = None) -> Kind:
    """Return the kind of a column.

    Parameters
    ----------
    name : str
    column : pandas.Series
    given : str, optional
        What the user says that it is.

    Returns
    -------
    str
        ``"constant"``: one value. ``"binary"``: two. ``"categorical"``: texts or categories, with
        few levels. ``"zero-inflated"``: no negative numbers, and at least a tenth of zeros.
        ``"bounded"``: a heap of values at the least or the greatest one. ``"integer"`` or
        ``"continuous"``: the other numbers.

    Raises
    ------
    DataError
        If the column has no value, holds dates, free text, lists, or numbers that are not finite,
        or is not of the kind that was given.

    Examples
    --------
    >>> kind_of("age", pd.Series([31, 45, 27]))
    'integer'
    >>> kind_of("arm", pd.Series(["a", "b", "a"]))
    'binary'
    """
    there = column.dropna()
    if there.empty:
        raise DataError(f"the column {name!r} has no value at all; drop it")
    _refuse_times(name, there)
    if given is not None and given not in KINDS:
        raise DataError(unknown(f"the column {name!r} is given the kind", given, KINDS))
    values = None if isinstance(there.dtype, pd.CategoricalDtype) else numbers(there)
    found = _of_levels(name, there) if values is None else _of_numbers(name, values)
    if given is None or found == "constant":
        return found
    return _checked(name, found, given, values)


def _checked(name: str, found: Kind, given: str, values: NDArray[np.float64] | None) -> Kind:
    kind: Kind = next(k for k in KINDS if k == given)
    if is_ordered(kind) and values is None:
        raise DataError(f"the column {name!r} is given as {kind}, and holds no numbers")
    if kind in ("binary", "constant") and found != kind:
        raise DataError(f"the column {name!r} is given as {kind}, and is {found}")
    whole = values is not None and bool(np.all(values == np.round(values)))
    if kind == "integer" and not whole:
        raise DataError(f"the column {name!r} is given as integer, and holds fractions")
    return kind


def _refuse_times(name: str, there: pd.Series) -> None:
    times = isinstance(there.dtype, pd.DatetimeTZDtype | pd.PeriodDtype | pd.IntervalDtype)
    texts = there.head(100).map(lambda v: isinstance(v, str)).all()
    dated = texts and there.head(100).astype(str).str.fullmatch(DATES).all()
    if times or dated or there.dtype.kind in "mM":
        raise DataError(
            f"the column {name!r} holds dates or times; give a number instead, such as the days "
            "since a start, or drop it"
        )


def _of_levels(name: str, there: pd.Series) -> Kind:
    if not there.map(lambda v: isinstance(v, str | bool | int | float | np.generic)).all():
        raise DataError(f"the column {name!r} holds neither numbers nor texts; drop it")
    levels = there.nunique()
    if levels > max(MOST_LEVELS, MOST_DISTINCT * len(there)):
        if there.astype(str).str.fullmatch(SIGNED).all():
            raise DataError(
                f"the column {name!r} holds numbers with other signs, such as {there.iloc[0]!r}; "
                "give the numbers alone, with a point before decimals"
            )
        raise DataError(
            f"the column {name!r} has {levels} different texts in {len(there)} rows: free text or "
            "names; group them into few levels, or drop it"
        )
    return "constant" if levels == 1 else "binary" if levels == 2 else "categorical"


def _of_numbers(name: str, values: NDArray[np.float64]) -> Kind:
    values = values.astype(np.float64)
    if not np.isfinite(values).all():
        raise DataError(f"the column {name!r} holds infinite values; drop those rows")
    distinct = len(np.unique(values))
    if distinct <= 2:
        return "constant" if distinct == 1 else "binary"
    whole = bool(np.all(values == np.round(values)))
    least, greatest = values.min(), values.max()
    if least == 0 and np.mean(values == 0) >= ZEROS:
        return "zero-inflated"
    heap = max(np.sum(values == least), np.sum(values == greatest))
    heaped = heap >= max(HEAP[0] * len(values), HEAP[1])
    return "integer" if whole else "bounded" if heaped else "continuous"
