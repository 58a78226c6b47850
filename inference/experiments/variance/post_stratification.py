"""Post-stratification: differences within strata, weighted by the strata's sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ...errors import DataError
from ..inputs import labels_of, together
from .difference import ArmEffect, checked_arms, checked_column, difference

__all__ = ["post_stratified"]


def post_stratified(outcome: ArrayLike, arm: ArrayLike, strata: ArrayLike) -> ArmEffect:
    r"""Return the effect of an arm, averaged over strata by their sizes.

    Parameters
    ----------
    outcome : array of shape (unit,)
        The outcome of each unit, in its own unit of measure.
    arm : array of shape (unit,)
        0 or 1.
    strata : array of shape (unit,)
        Labels of what units had before; of an assignment within strata, those.

    Returns
    -------
    ArmEffect

    Raises
    ------
    DataError
        If a value is missing, or a stratum has fewer than two units of an arm.

    Notes
    -----
    :math:`\sum_s w_s (\bar y_{1s} - \bar y_{0s})` with :math:`w_s` the stratum's share of the units
    and the variance :math:`\sum_s w_s^2 (s_{1s}^2 / n_{1s} + s_{0s}^2 / n_{0s})` (Miratrix, Sekhon
    and Yu, 2013, doi:10.1111/j.1467-9868.2012.01048.x). After an assignment within strata Welch's
    test, which does not know of them, is too careful; this one has the size it says.

    Examples
    --------
    >>> y, arm = [0.0, 1.0, 2.0, 3.0, 10.0, 11.0, 12.0, 13.0], [0, 0, 1, 1] * 2
    >>> effect = post_stratified(y, arm, [0, 0, 0, 0, 1, 1, 1, 1])
    >>> round(effect.estimate, 2), round(effect.se, 2)
    (2.0, 0.5)
    """
    outcome, arm, strata = together(outcome=outcome, arm=arm, strata=strata)
    y, group = checked_column(outcome, "the outcome"), checked_arms(arm)
    if len(y) != len(group):
        raise DataError(f"the outcome has {len(y)} values, and the arms are of {len(group)} units")
    codes, levels = labels_of(strata, "strata", len(y))
    cell = codes * 2 + group
    n = np.bincount(cell, minlength=2 * len(levels)).astype(float)
    if n.min() < 2:
        few = levels[int(n.argmin()) // 2]
        raise DataError(
            f"the stratum {str(few)!r} has {int(n.min())} units in one arm, and two are needed; "
            "merge it with another"
        )
    means = np.bincount(cell, y, minlength=len(n)) / n
    part = np.bincount(cell, (y - means[cell]) ** 2, minlength=len(n)) / (n - 1) / n
    weight = (n[::2] + n[1::2]) / len(y)
    variance = float(weight**2 @ (part[::2] + part[1::2]))
    if variance <= 0:
        raise DataError("the outcome does not vary within strata; there is nothing to test")
    each = (weight.repeat(2) ** 2 * part) ** 2 / (n - 1)
    plain_effect = difference(y, group)
    return ArmEffect(
        float(weight @ (means[1::2] - means[::2])),
        variance**0.5,
        variance**2 / float(each.sum()),
        len(y),
        variance / plain_effect.se**2,
    )
