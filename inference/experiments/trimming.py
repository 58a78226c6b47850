"""How much to trim: the margin of the propensity at which an average effect is told best."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import DataError
from ..inputs.arrays import numbers, shown

__all__ = ["trimming_margin"]


def trimming_margin(propensity: ArrayLike) -> float:
    r"""Return the margin at which the average effect on those who are left is told most exactly.

    With equal noise in all units, an estimate of the average effect on the units in a set :math:`A`
    has a variance in proportion to :math:`\sum_A g_i / |A|^2`, where :math:`g = 1/(e(1-e))`. It is
    smallest for the units with a propensity between a margin and one less it.

    Parameters
    ----------
    propensity : array of shape (unit,)
        The probability of treatment, above 0 and below 1.

    Returns
    -------
    float
        For `TrimmedATE`; 0 where nobody is to be left out, and the ATE itself is told best.

    Raises
    ------
    DataError
        If there is not one such number for each unit.

    Notes
    -----
    Crump et al. (2009), doi:10.1093/biomet/asn055: those are kept whose :math:`g` is at most twice
    the mean of it over those who are kept. They find the margin to be near 0.1 in many data sets.

    Examples
    --------
    >>> trimming_margin([0.3, 0.5, 0.6])
    0.0
    >>> 0.001 < trimming_margin([0.001, 0.3, 0.4, 0.5, 0.6]) < 0.3
    True
    """
    found = numbers(propensity)
    if found is None or found.ndim != 1 or not len(found) or not ((found > 0) & (found < 1)).all():
        raise DataError(
            "propensity is a number above 0 and below 1 for each unit, not "
            f"{shown(propensity)}; leave out units whose treatment is certain"
        )
    e = found.astype(float)
    spread = np.sort(1.0 / (e * (1.0 - e)))
    kept = np.arange(1, len(spread) + 1)
    total = np.cumsum(spread)
    best = int(np.argmin(total / kept**2))
    if best == len(spread) - 1:
        return 0.0
    bound = 2.0 * total[best] / kept[best]
    return float(0.5 - np.sqrt(0.25 - 1.0 / bound))
