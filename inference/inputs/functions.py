"""A user's functions of the variables of a world: policies and conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..errors import IfonlyError, QueryError

__all__ = ["called"]

Values = Mapping[str, TensorVariable]


def called(function: Callable[[Values], Any], values: Values, what: str) -> TensorVariable:
    """Return what a user's function makes of the variables of a world, as a tensor.

    Raises
    ------
    QueryError
        If it fails, or gives what is no number and no tensor; `what` names it.
    """
    try:
        given = function(values)
    except IfonlyError:
        raise
    except Exception as error:  # a user's function raises whatever it likes
        first = next(iter(str(error).splitlines()), "")
        raise QueryError(
            f"{what} fails with {type(error).__name__}: {first}; it takes a mapping from names to "
            'tensors, as in lambda v: v["z"] + 1'
        ) from error
    if not isinstance(given, pt.TensorVariable):
        try:
            array = np.asarray(given)
            if array.dtype.kind not in "biuf":
                raise TypeError
        except (TypeError, ValueError):
            raise QueryError(
                f"{what} gives {type(given).__name__}, which is no number and no tensor; return an "
                "expression of the variables"
            ) from None
        return pt.constant(array)
    return given
