"""Times that a user gives: one for each period, in increasing order."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import DataError
from ..inputs.numbers import plain

__all__ = ["check_order"]


def check_order(time: ArrayLike | None, periods: int) -> None:
    """Raise a `DataError` unless times are one for each period, and increase.

    Parameters
    ----------
    time : array of shape (period,) or None
        Numbers or dates; None where nothing was given.
    periods : int

    Raises
    ------
    DataError
        If there are more or fewer, or one is not after the one before.

    Examples
    --------
    >>> check_order([1, 2, 5], 3)
    """
    if time is None:
        return
    when = plain(time)
    if when.shape != (periods,):
        raise DataError(f"time is one for each of {periods} periods, not of shape {when.shape}")
    late = ~(when[1:] > when[:-1])
    if late.any():
        at = int(np.flatnonzero(late)[0])
        raise DataError(
            f"times are out of order: period {at + 1} is {when[at + 1]}, after {when[at]}; sort "
            "the periods by time"
        )
