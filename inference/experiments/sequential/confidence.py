"""Confidence sequences: intervals that hold at all looks together, however many there are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import lambertw

from ...errors import QueryError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite, checked_number, checked_probability
from ..inputs import together
from .rule import StoppingRule, checked_times

__all__ = ["confidence_sequence", "confidence_sequence_rule"]


def confidence_sequence(
    estimate: ArrayLike,
    se: ArrayLike,
    alpha: float = 0.05,
    *,
    tuned_at: float | None = None,
    null: float = 0.0,
) -> pd.DataFrame:
    r"""Return intervals that all hold the effect together, and p-values valid at any time.

    Parameters
    ----------
    estimate, se : array of shape (looks,)
        The effect's estimate and its standard error at each look, from all units until then.
    alpha : float
        The probability that some interval misses the effect is at most this.
    tuned_at : float, optional
        The standard error at which the intervals are narrowest; by default the last look's. It
        must be chosen before the data are seen, which the default is where the sample is planned.
    null : float
        The effect that the p-value tests.

    Returns
    -------
    pandas.DataFrame
        Index ``look``, from 1; columns ``low``, ``high``, of each look alone; ``p``, the smallest
        until then.

    Raises
    ------
    QueryError
        If the arrays are not of one length, or a standard error is not positive.

    Notes
    -----
    With the information :math:`I = 1/se^2`, the likelihood ratio mixed over a normal distribution
    of the effect with variance :math:`1/\rho`,

    .. math:: M = \sqrt{\rho / (I + \rho)} \exp\left(\tfrac{1}{2} (I x)^2 / (I + \rho)\right),

    is a martingale where the effect is `null` and `x` is how far the estimate is from that, so that
    it ever reaches :math:`1/\alpha` with probability at most :math:`\alpha` (Robbins, 1970,
    doi:10.1214/aoms/1177696786; Howard et al., 2021, doi:10.1214/20-AOS1991). Exact for normal
    estimates, and for others in large samples (Waudby-Smith et al., 2024, doi:10.1214/24-AOS2408).

    Examples
    --------
    >>> table = confidence_sequence([0.3], [0.1])
    >>> table.round(4).to_dict(orient="records")
    [{'low': -0.0035, 'high': 0.6035, 'p': 0.055}]
    """
    estimate, se = together(estimate=estimate, se=se)
    values, errors = _numbers(estimate, "estimate"), _numbers(se, "se")
    if values.shape != errors.shape or values.ndim != 1 or not len(values):
        raise QueryError(
            f"estimate and se hold one number for each look; they have shapes {values.shape} and "
            f"{errors.shape}"
        )
    if not (errors > 0).all():
        raise QueryError("a standard error is not positive; there is no interval without variance")
    if tuned_at is not None:
        tuned_at = checked_number("tuned_at, a standard error,", tuned_at, above=0)
    null = checked_number("null", null)
    information = errors**-2.0
    rho = _rho(1 / tuned_at**2 if tuned_at else float(information[-1]), alpha)
    half = _radius(information, rho, alpha) / np.sqrt(information)
    score = (values - null) * information
    log_ratio = score**2 / (2 * (information + rho)) + 0.5 * np.log(rho / (information + rho))
    p = np.minimum.accumulate(np.minimum(1.0, np.exp(-log_ratio)))
    index = pd.RangeIndex(1, len(values) + 1, name="look")
    return pd.DataFrame({"low": values - half, "high": values + half, "p": p}, index=index)


def confidence_sequence_rule(
    times: ArrayLike, alpha: float = 0.05, *, tuned_at: float = 1.0
) -> StoppingRule:
    """Return the rule that stops when a confidence sequence leaves out zero.

    Parameters
    ----------
    times : array of shape (looks,)
        Information at each look, as a share of the last one's.
    alpha : float
        The share of false alarms over all looks together.
    tuned_at : float
        Information at which the sequence is narrowest.

    Returns
    -------
    StoppingRule
        Its size is below `alpha` with any number of looks.

    Examples
    --------
    >>> rule = confidence_sequence_rule(np.arange(1, 101) / 100)
    >>> rule.size < 0.05
    True
    """
    time = checked_times(times)
    tuned_at = checked_number("tuned_at, a share of information,", tuned_at, above=0)
    upper = _radius(time, _rho(tuned_at, alpha), alpha)
    return StoppingRule(tuple(time), tuple(upper), tuple(-upper))


def _radius(information: NDArray[Any], rho: float, alpha: float) -> NDArray[np.float64]:
    """Return how far the z-statistic may be from zero."""
    total = information + rho
    return np.sqrt(total / information * np.log(total / (rho * alpha**2)))


def _rho(information: float, alpha: float) -> float:
    """Return the mixture that is narrowest at this information."""
    checked_probability("alpha", alpha)
    return float(information / (-lambertw(-(alpha**2) / math.e, -1).real - 1))


def _numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    found: Any = numbers(values)
    if found is None or not are_finite(found):
        raise QueryError(f"{name} holds finite numbers, not {shown(values)}")
    return np.asarray(found.astype(float))
