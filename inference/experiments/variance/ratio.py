"""Ratio metrics, such as clicks per view where a user has many views: the delta method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import DataError
from ..inputs import together
from .difference import ArmEffect, checked_arms, checked_column

__all__ = ["ratio_effect"]


def ratio_effect(numerator: ArrayLike, denominator: ArrayLike, arm: ArrayLike) -> ArmEffect:
    r"""Return the effect of an arm on a ratio of totals.

    Parameters
    ----------
    numerator, denominator : array of shape (unit,)
        Of each unit that was assigned, such as its clicks and its views.
    arm : array of shape (unit,)
        0 or 1.

    Returns
    -------
    ArmEffect

    Raises
    ------
    DataError
        If a value is missing, or an arm's denominators have a total of 0 or less.

    Notes
    -----
    Units are assigned, not views, so that views of one unit are no independent observations. With
    :math:`r = \bar y / \bar x` the linearised outcome :math:`(y - r x) / \bar x` of the units has
    the variance of the ratio (Deng, Knoblich and Lu, 2018, doi:10.1145/3219819.3219919).

    Examples
    --------
    >>> effect = ratio_effect([1, 2, 3, 4], [2, 2, 4, 4], [0, 0, 1, 1])
    >>> round(effect.estimate, 3)
    0.125
    """
    numerator, denominator, arm = together(numerator=numerator, denominator=denominator, arm=arm)
    y, x = checked_column(numerator, "the numerator"), checked_column(denominator, "denominator")
    group = checked_arms(arm)
    if not len(y) == len(x) == len(group):
        raise DataError("numerator, denominator and arm have one value for each unit")
    n = np.bincount(group)
    top, below = np.bincount(group, y), np.bincount(group, x)
    if below.min() <= 0:
        raise DataError("an arm's denominators come to 0 or less, so that it has no ratio")
    if n.min() < 2:
        raise DataError("an arm has one unit, whose variance nobody knows; two at least")
    ratio = top / below
    linear = (y - ratio[group] * x) / (below / n)[group]
    part = np.bincount(group, linear**2) / (n - 1) / n
    if part.sum() <= 0:
        raise DataError("the ratio does not vary within the arms; there is nothing to test")
    df = part.sum() ** 2 / (part**2 / (n - 1)).sum()
    return ArmEffect(float(ratio[1] - ratio[0]), float(np.sqrt(part.sum())), float(df), len(y))
