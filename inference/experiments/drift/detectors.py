"""Detectors of change in a stream, from the library river: ADWIN and Page-Hinkley."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.optional import load
from ...inputs.scalars import are_finite, checked_choice, checked_number
from ..timeline import check_order, check_same_periods

__all__ = ["detect"]

DETECTORS = {"adwin": "ADWIN", "page_hinkley": "PageHinkley"}


def detect(
    values: ArrayLike,
    kind: Literal["adwin", "page_hinkley"] = "adwin",
    *,
    time: ArrayLike | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Return when a stream was found to have changed.

    Parameters
    ----------
    values : array of shape (period,)
        One number a period, in the order of time.
    kind : {"adwin", "page_hinkley"}
        A window that is cut where its halves differ, which needs no scale; or sums of what is above
        and below the running mean, which alarm at a threshold in the values' own unit.
    time : array of shape (period,), optional
        When each value was, in increasing order.
    **options
        Of river's detector: ``delta`` of ADWIN (how likely a false alarm is at each cut),
        ``threshold``, ``delta``, ``min_instances`` and ``mode`` of Page-Hinkley.

    Returns
    -------
    pandas.DataFrame
        A row per alarm: ``at``, the position of the value at which it was given; ``mean``, of the
        values since the alarm before, up to this one; and ``time``, where times were given.

    Raises
    ------
    DataError
        If values are not finite numbers, times are out of order, or river refuses the options.
    ExtraError
        If river is not installed (the extra ``estimators``).

    Notes
    -----
    Bifet and Gavaldà (2007), doi:10.1137/1.9781611972771.42; Page (1954),
    doi:10.1093/biomet/41.1-2.100.

    Examples
    --------
    >>> found = detect([0.0] * 200 + [1.0] * 200)
    >>> bool(200 < found["at"].iloc[0] < 260)
    True
    """
    checked_choice("kind", kind, tuple(DETECTORS), DataError)
    known = {n: v if n == "mode" else checked_number(n, v, DataError) for n, v in options.items()}
    check_same_periods(values=values, time=time)
    x = numbers(values)
    if x is None or x.ndim != 1 or not len(x) or not are_finite(x):
        raise DataError(f"values are finite numbers, one for each period, not {shown(values)}")
    check_order(time, len(x))
    made = getattr(load("river.drift", "estimators"), DETECTORS[kind])
    try:
        detector = made(**known)
    except (TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{kind} refuses the options {sorted(options)}: {reason}") from None
    rows, last = [], 0
    for i, value in enumerate(x.astype(float)):
        detector.update(float(value))
        if detector.drift_detected:
            rows.append({"at": i, "mean": float(x[last : i + 1].mean())})
            last = i + 1
    table = pd.DataFrame(rows, columns=["at", "mean"])
    if time is not None:
        table["time"] = np.asarray(time)[table["at"].to_numpy(dtype=int)]
    return table
