"""Where a test statistic first leaves its region: the recursion over looks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

__all__ = ["Interval", "first_passage"]

Interval = tuple[float, float]

# Gauss-Legendre points of a panel, whose width is at most this many steps of the walk: the density
# is then known to ten digits.
POINTS, WIDTH = 12, 2.0
# A normal distribution has nothing beyond, to ten digits.
FAR = 7.0
ABSCISSAE, WEIGHTS = np.polynomial.legendre.leggauss(POINTS)


def first_passage(
    times: Sequence[float], regions: Sequence[Sequence[Interval]], drift: float
) -> NDArray[np.float64]:
    r"""Return the probability to stop at each look: above the region, below it, or within a gap.

    Parameters
    ----------
    times : sequence of float
        Information at each look, as a share of the last one's.
    regions : sequence of sequence of pair of float
        Of each look: the intervals of the z-statistic in which one goes on, in order.
    drift : float
        Mean of the z-statistic at information 1.

    Returns
    -------
    ndarray of shape (looks, 3)
        Above, below, within.

    Notes
    -----
    The score :math:`S_k = Z_k \sqrt{t_k}` has independent increments, normal with mean
    :math:`\delta (t_k - t_{k-1})` and variance :math:`t_k - t_{k-1}`. Its density among those that
    go on follows from the one of the look before by an integral (Armitage, McPherson and Rowe,
    1969, doi:10.2307/2343787), here by Gauss-Legendre panels.

    Examples
    --------
    >>> first_passage([1.0], [[(-1.96, 1.96)]], 0.0).round(4).tolist()
    [[0.025, 0.025, 0.0]]
    """
    at, mass, before = np.zeros(1), np.ones(1), 0.0
    found = np.zeros((len(times), 3))
    for k, (time, region) in enumerate(zip(times, regions, strict=True)):
        step = np.sqrt(time - before)
        start = at + drift * (time - before)
        root = np.sqrt(time)
        edges = [(low * root, high * root) for low, high in region]
        if not edges:
            raise ValueError("a region without an interval")
        found[k, 0] = mass @ ndtr((start - edges[-1][1]) / step)
        found[k, 1] = mass @ ndtr((edges[0][0] - start) / step)
        for (_, low), (high, _) in pairwise(edges):
            found[k, 2] += mass @ (ndtr((high - start) / step) - ndtr((low - start) / step))
        if k + 1 == len(times):
            break
        panel = WIDTH * min(step, np.sqrt(times[k + 1] - time))
        middle = drift * time
        parts = [_panels(low, high, middle, FAR * root, panel) for low, high in edges]
        points, weights = (np.concatenate(p) for p in zip(*parts, strict=True))
        density = np.exp(-0.5 * ((points[:, None] - start) / step) ** 2) @ mass
        at, mass = points, weights * density / (step * np.sqrt(2 * np.pi))
        before = time
    return found


def _panels(
    low: float, high: float, middle: float, far: float, width: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points and weights of a quadrature over what of an interval can be reached."""
    low, high = max(low, middle - far), min(high, middle + far)
    if high <= low:
        return np.zeros(0), np.zeros(0)
    ends = np.linspace(low, high, int(np.ceil((high - low) / width)) + 1)
    half = np.diff(ends) / 2
    points = (ends[:-1] + half)[:, None] + half[:, None] * ABSCISSAE
    return points.ravel(), (half[:, None] * WEIGHTS).ravel()
