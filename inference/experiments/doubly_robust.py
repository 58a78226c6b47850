"""Doubly robust scores: a number for each unit whose mean over units is an effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.arrays import numbers, shown
from ..inputs.scalars import are_finite
from .inputs import together

__all__ = ["doubly_robust_scores"]


def doubly_robust_scores(
    treatment: ArrayLike,
    outcome: ArrayLike,
    *,
    propensity: ArrayLike,
    treated_mean: ArrayLike,
    untreated_mean: ArrayLike,
) -> NDArray[np.float64]:
    r"""Return the doubly robust score of each unit.

    .. math:: \Gamma = m_1 - m_0 + \frac{t (y - m_1)}{e} - \frac{(1 - t)(y - m_0)}{1 - e}

    Parameters
    ----------
    treatment : array of shape (unit,)
        0 or 1.
    outcome : array of shape (unit,)
        The outcome of each unit, in its own unit of measure.
    propensity : array of shape (unit,)
        The probability of treatment given the covariates, between 0 and 1.
    treated_mean, untreated_mean : array of shape (unit,)
        The mean outcome given the covariates with treatment and without. Learn these and the
        propensity from other units.

    Returns
    -------
    ndarray of shape (unit,)

    Raises
    ------
    DataError
        If these are not numbers for each unit, or the treatment of a unit is certain.

    Notes
    -----
    Given its covariates a unit's score has its effect for a mean if the propensity is right, or the
    means are. Robins, Rotnitzky and Zhao (1994), doi:10.1080/01621459.1994.10476818.

    Examples
    --------
    >>> doubly_robust_scores(
    ...     [1, 0], [3.0, 1.0], propensity=[0.5, 0.5], treated_mean=[2, 2], untreated_mean=[1, 1]
    ... ).tolist()
    [3.0, 1.0]
    """
    given = {
        "treatment": treatment,
        "outcome": outcome,
        "propensity": propensity,
        "treated_mean": treated_mean,
        "untreated_mean": untreated_mean,
    }
    given = dict(zip(given, together(**given), strict=True))
    units = np.shape(given["outcome"])
    columns = {name: _column(name, values, units) for name, values in given.items()}
    t, y, e, one, zero = columns.values()
    if not np.isin(t, (0.0, 1.0)).all():
        raise DataError(f"treatment is 0 or 1 for each unit, not {shown(t)}")
    certain = int(((e <= 0) | (e >= 1)).sum())
    if certain:
        raise DataError(
            f"the treatment of {certain} of {len(e)} units is certain (propensity 0 or 1), so that "
            "the data say nothing of their effect; leave those out"
        )
    return one - zero + t * (y - one) / e - (1 - t) * (y - zero) / (1 - e)


def _column(name: str, given: ArrayLike, units: tuple[int, ...]) -> NDArray[np.float64]:
    found = numbers(given)
    if found is None or found.ndim != 1 or found.shape != units or not are_finite(found):
        raise DataError(f"{name} is a finite number for each unit, not {shown(given)}")
    return found.astype(float)
