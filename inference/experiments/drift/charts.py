"""CUSUM charts: cumulative sums that alarm at a shift, and how long they take to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import norm

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite, checked_choice, checked_number
from ..timeline import check_order, check_same_periods

__all__ = ["average_run_length", "cusum", "decision_interval"]

NODES = 60  # of Gauss and Legendre: ten digits of the run lengths in use
FAR = 100.0  # standard deviations; nothing is beyond
LONGEST = 1e8  # beyond it the equation is close to singular


def cusum(
    values: ArrayLike,
    *,
    mean: float,
    sd: float,
    k: float = 0.5,
    h: float = 5.0,
    time: ArrayLike | None = None,
) -> pd.DataFrame:
    r"""Return the two sums of a CUSUM chart after each value, and whether they alarm.

    With :math:`z_i = (x_i - mean) / sd`:

    .. math:: U_i = \max(0, U_{i-1} + z_i - k), \qquad L_i = \max(0, L_{i-1} - z_i - k)

    Parameters
    ----------
    values : array of shape (period,)
        One number a period, in the order of time.
    mean, sd : float
        Of the values while nothing has changed.
    k : float
        The allowance: half of the shift, in standard deviations, that is to be found fast.
    h : float
        Where a sum alarms, in standard deviations.
    time : array of shape (period,), optional
        When each value was, in increasing order.

    Returns
    -------
    pandas.DataFrame
        A row per value: ``up`` and ``down``, ``alarm``, and ``since``, the first value of the run
        that the larger sum consists of, which estimates when the change was.

    Raises
    ------
    DataError
        If values are not finite numbers, times are out of order, or `sd`, `k` or `h` not above 0.

    Notes
    -----
    Page (1954), doi:10.1093/biomet/41.1-2.100. The sums go on after an alarm.

    Examples
    --------
    >>> cusum([0.0, 3.0, 3.0], mean=0.0, sd=1.0)["up"].to_list()
    [0.0, 2.5, 5.0]
    """
    check_same_periods(values=values, time=time)
    x = numbers(values)
    if x is None or x.ndim != 1 or not len(x) or not are_finite(x):
        raise DataError(f"values are finite numbers, one for each period, not {shown(values)}")
    check_order(time, len(x))
    mean = checked_number("mean", mean, DataError)
    sd = checked_number("sd", sd, DataError, above=0)
    k, h = _chart(k, h)
    sums: dict[str, list[float]] = {"up": [], "down": []}
    starts: dict[str, list[int]] = {"up": [], "down": []}
    for name, sign in (("up", 1.0), ("down", -1.0)):
        held, start = 0.0, 0
        for i, z in enumerate(sign * (x.astype(float) - mean) / sd):
            if held == 0.0:
                start = i
            held = max(0.0, held + z - k)
            sums[name].append(held)
            starts[name].append(start)
    table = pd.DataFrame(sums)
    table["alarm"] = table[["up", "down"]].max(axis=1) > h
    table["since"] = np.where(table["up"] >= table["down"], starts["up"], starts["down"])
    return table


def average_run_length(
    shift: float = 0.0, *, k: float = 0.5, h: float = 5.0, sides: int = 2
) -> float:
    r"""Return after how many normal values a CUSUM chart alarms on average, from sums of 0.

    The run length from a sum of u solves

    .. math:: L(u) = 1 + L(0) \Phi(k - u - \delta) + \int_0^h L(v) \phi(v - u + k - \delta) dv

    and two sides together take :math:`1 / (1 / L_U + 1 / L_L)`.

    Parameters
    ----------
    shift : float
        Of the mean, in standard deviations; 0 while nothing has changed.
    k, h : float
        As in `cusum`.
    sides : {1, 2}
        Whether only shifts upwards alarm, or both.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If `k` or `h` is not above 0, or `sides` neither 1 nor 2.

    Notes
    -----
    Page's integral equation, by Gauss-Legendre quadrature; Brook and Evans (1972),
    doi:10.1093/biomet/59.3.539; both sides: Kemp (1961), doi:10.1111/j.2517-6161.1961.tb00398.x.

    Examples
    --------
    >>> [round(average_run_length(d), 1) for d in (0.0, 1.0)]
    [465.4, 10.4]
    """
    k, h = _chart(k, h)
    shift = checked_number("shift", shift, DataError, least=-FAR, most=FAR)
    checked_choice("sides", sides, (1, 2), DataError)
    up = _one_sided(shift, k, h)
    return up if sides == 1 else 1 / (1 / up + 1 / _one_sided(-shift, k, h))


def decision_interval(length: float, *, k: float = 0.5, sides: int = 2) -> float:
    """Return the h with which a chart alarms after `length` values while nothing has changed.

    Parameters
    ----------
    length : float
        The average run length that is wanted, from a few values to 1e8.
    k : float
        As in `cusum`.
    sides : {1, 2}

    Returns
    -------
    float
        In standard deviations.

    Raises
    ------
    DataError
        If no chart runs that long, or that short.

    Examples
    --------
    >>> round(decision_interval(465.4435), 4)
    5.0
    """
    k, _ = _chart(k, 1.0)
    length = checked_number("length", length, DataError, above=0)
    checked_choice("sides", sides, (1, 2), DataError)

    def apart(h: float) -> float:
        return np.log(average_run_length(0.0, k=k, h=h, sides=sides) / length)

    least, most = 1e-6, 1.0
    if not average_run_length(0.0, k=k, h=least, sides=sides) < length <= LONGEST:
        raise DataError(
            f"no chart with k = {k:g} runs for {length!r} values on average; give a length from a "
            f"few to {LONGEST:g}"
        )
    while apart(most) < 0:
        most *= 1.5
    return float(brentq(apart, least, most, xtol=1e-10))


def _one_sided(shift: float, k: float, h: float) -> float:
    x, weight = np.polynomial.legendre.leggauss(NODES)
    v, weight = (x + 1) * h / 2, weight * h / 2
    u = np.append(0.0, v)
    step = np.empty((NODES + 1, NODES + 1))
    step[:, 0] = norm.cdf(k - u - shift)
    step[:, 1:] = norm.pdf(v - u[:, None] + k - shift) * weight
    return float(np.linalg.solve(np.eye(NODES + 1) - step, np.ones(NODES + 1))[0])


def _chart(k: float, h: float) -> tuple[float, float]:
    """Return the allowance and the limit, in standard deviations, once they are some."""
    of_k, of_h = (
        checked_number(n, v, DataError, above=0, most=FAR) for n, v in (("k", k), ("h", h))
    )
    return of_k, of_h
