"""Regret that no good rule can be below: the constant of Lai and Robbins."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import rel_entr

from ...errors import DataError
from .arms import Binary

__all__ = ["lai_robbins"]


def lai_robbins(probability: ArrayLike) -> float:
    r"""Return the slope of the least regret in the logarithm of the pulls, for arms of 0 and 1.

    .. math:: \liminf_n \frac{R_n}{\log n} \ge \sum_{k: p_k < p^*}
        \frac{p^* - p_k}{\mathrm{kl}(p_k, p^*)}

    Parameters
    ----------
    probability : array of shape (arm,)
        That each arm pays 1.

    Returns
    -------
    float
        0 where all arms are equal, or the best always pays.

    Raises
    ------
    DataError
        If these are no probabilities of two arms or more.

    Notes
    -----
    Lai and Robbins (1985), doi:10.1016/0196-8858(85)90002-8. The constant is an asymptote: at any
    length that is played a good rule's slope may be below it.

    Examples
    --------
    >>> round(lai_robbins([0.9, 0.8]), 4)
    2.2521
    """
    p = np.asarray(Binary(probability).probability)
    if p.ndim != 1:
        raise DataError("the constant is that of arms that do not drift; give one number for each")
    best = p.max()
    others = p[p < best]
    apart = rel_entr(others, best) + rel_entr(1 - others, 1 - best)
    return float(((best - others) / apart).sum())
