"""Times that a user gives: one for each period, in increasing order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.arrays import numbers, plain, shown
from ..inputs.labels import axes_of
from ..inputs.scalars import are_finite

__all__ = ["check_order", "check_same_periods", "read_periods"]

Array = NDArray[np.float64]


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
    try:
        late = ~(when[1:] > when[:-1])
    except TypeError:
        raise DataError(
            "times are numbers or dates, of one kind, so that they have an order"
        ) from None
    if late.any():
        at = int(np.flatnonzero(late)[0])
        raise DataError(
            f"times are out of order: period {at + 1} is {when[at + 1]}, after {when[at]}; sort "
            "the periods by time"
        )


def check_same_periods(**given: Any) -> None:
    """Raise a `DataError` unless the labels that arrays of periods have are the same, in one order.

    The order of periods is that of time, so that nothing is sorted here.

    Parameters
    ----------
    **given : array of shape (period,), or None
    """
    labelled = {n: a[0].labels for n, v in given.items() if (a := axes_of(v))}
    known = {n: index for n, index in labelled.items() if index is not None}
    for name, index in known.items():
        first = next(iter(known))
        if not index.equals(known[first]):
            raise DataError(
                f"{name} lacks the labels that {first} has, or has them in another order; bring "
                "both in the order of time"
            )


def read_periods(outcome: ArrayLike, arm: ArrayLike, time: ArrayLike | None) -> tuple[Array, Array]:
    """Return the outcome and the arm of each period as floats.

    Parameters
    ----------
    outcome, arm : array of shape (period,)
        The arm is 0 or 1.
    time : array of shape (period,) or None

    Raises
    ------
    DataError
        If there is not one of each for each period, or times are out of order.

    Examples
    --------
    >>> [v.tolist() for v in read_periods([3, 4], [0, 1], None)]
    [[3.0, 4.0], [0.0, 1.0]]
    """
    check_same_periods(outcome=outcome, arm=arm, time=time)
    y, group = numbers(outcome), numbers(arm)
    if y is None or y.ndim != 1 or not len(y) or not are_finite(y):
        raise DataError(f"outcome is one finite number for each period, not {shown(outcome)}")
    if group is None or group.shape != y.shape or not np.isin(group, (0, 1)).all():
        raise DataError("arm is 0 or 1 for each period")
    check_order(time, len(y))
    return y.astype(float), group.astype(float)
