"""Columns that lack values: for which units, what stands in the gaps, and what can be inferred."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..families.form import family_name
from .equations import Equations
from .support import transform_of

__all__ = ["check_inferable", "filled", "some_of"]

Gaps = NDArray[np.bool_]


def some_of(gaps: Gaps) -> Gaps:
    """Return which units lack some of their values; `gaps` has shape (unit, ...)."""
    return gaps.reshape(len(gaps), -1).any(axis=1)


def filled(values: NDArray[Any], gaps: Gaps) -> NDArray[Any]:
    """Return the values with values of the column's own in the gaps, which mean nothing.

    Parameters
    ----------
    values : array of shape (unit, ...)
    gaps : boolean array of that shape
    """
    if not gaps.any():
        return values
    whole = values[~some_of(gaps)]
    if len(whole):
        return np.where(gaps, whole[0], values)
    return np.where(gaps, values[~gaps][0], values)


def check_inferable(equations: Equations, name: str, gaps: Gaps) -> None:
    """Raise a `DataError` unless the missing values of a column can be inferred.

    Parameters
    ----------
    equations : Equations
    name : str
    gaps : boolean array of shape (unit, ...)
    """
    gone = some_of(gaps)
    count = f"the column {name!r} is missing (NaN) for {int(gone.sum())} of {len(gone)} units"
    equation = equations[name]
    if equation.kind != "random":
        raise DataError(
            f"{count}, and the model does not say how {name!r} comes about, so nothing can infer "
            "it; drop those units, or make it a mechanism"
        )
    if gaps.all():
        raise DataError(f"{count}; drop the column: {name!r} is then latent")
    rv = equation.expression
    if not rv.owner.op.ndim_supp:
        return
    flat = gaps.reshape(len(gaps), -1)
    tied = transform_of(equations, name) is not None or np.dtype(rv.dtype).kind != "f"
    if tied and (flat.any(axis=1) & ~flat.all(axis=1)).any():
        raise DataError(
            f"{count}, and of some only in part; the values of one {family_name(rv)} hang "
            "together, so that no part of one can be inferred: give all of them, or none"
        )
