"""Survival: times to an event that are cut off before some events have happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from ...errors import DataError, KnobError
from .sandbox import Drawn

__all__ = ["censored", "check_share"]

SPREAD = 1.0  # standard deviation of the logarithm of the time under observation


def censored(
    drawn: Drawn,
    share: float,
    *,
    outcome: str = "Y",
    event: str = "event",
    spread: float = SPREAD,
    seed: int = 0,
) -> Drawn:
    """Return rows in which a share of the times is censored, independently of everything else.

    The knobs stay what they were: of the times to the event, also of those that nobody sees.

    Parameters
    ----------
    drawn : Drawn
        Its outcome is a time to an event: positive, as log-normal ones are.
    share : float
        Expected share of the rows whose event is not seen.
    outcome, event : str
        The column of times, which ends at the earlier of event and censoring, and the new column
        that is 1 where the event was seen.
    spread : float
        Of the time under observation, which is log-normal: the standard deviation of its
        logarithm.
    seed : int

    Returns
    -------
    Drawn
        The truth has a new column ``censoring``: when observation ends. y0 and y1 are the times
        to the event.

    Raises
    ------
    KnobError
        If the share is not between 0 and 1.
    DataError
        If the outcome is no positive time, or `event` is a column already.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"T": [0, 1], "Y": [2.0, 3.0]})
    >>> found = censored(Drawn(rows, rows[[]]), 0.5, seed=1)
    >>> list(found.rows), bool((found.rows["Y"] <= rows["Y"]).all())
    (['T', 'Y', 'event'], True)
    """
    check_share(share)
    times = drawn.rows[outcome].to_numpy(dtype=float)
    if not (times > 0).all():
        raise DataError(
            f"the outcome {outcome!r} is no time to an event: it is not positive in "
            f"{int((times <= 0).sum())} rows; censoring needs a log-normal outcome"
        )
    if event in drawn.rows:
        raise DataError(f"there is a column {event!r} already; name the new one otherwise")
    centre = _centre(np.log(times), share, spread)
    ends = np.exp(centre + spread * np.random.default_rng(seed).standard_normal(len(times)))
    rows = drawn.rows.assign(**{outcome: np.minimum(times, ends), event: (times <= ends) * 1})
    return replace(drawn, rows=rows, truth=drawn.truth.assign(censoring=ends))


def check_share(share: float) -> None:
    """Return nothing if a share lies between 0 and 1.

    Parameters
    ----------
    share : float

    Raises
    ------
    KnobError
    """
    if not 0.0 < share < 1.0:
        raise KnobError(f"the share of censored rows is {share:g}; it lies between 0 and 1")


def _centre(logs: NDArray[np.float64], share: float, spread: float) -> float:
    """Return the median of the logarithm of observation time at which the share is censored."""

    def over(centre: float) -> float:
        return float(ndtr((logs - centre) / spread).mean()) - share

    far = 40.0 * spread
    return float(brentq(over, logs.min() - far, logs.max() + far, xtol=1e-14))
