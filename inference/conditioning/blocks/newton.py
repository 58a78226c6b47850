"""The mode of a density by Newton's method, from its derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["mode"]

Floats = NDArray[np.float64]
STEPS = 50
TOLERANCE = 1e-10


def mode(
    density: Callable[[Floats], Floats],
    bends: Callable[[Floats], tuple[Floats, Floats]],
    start: Floats,
) -> tuple[Floats, Floats] | None:
    """Return the mode and minus the second derivatives there, or None where none is found.

    Parameters
    ----------
    density : callable
        Maps points, of shape (point, d), to their log-densities.
    bends : callable
        Maps one point to the first and minus the second derivatives.
    start : array of shape (d,)

    Returns
    -------
    tuple of array, or None

    Examples
    --------
    >>> def density(x):
    ...     return x[:, 0] - np.exp(x[:, 0])
    >>> def bends(x):
    ...     return 1 - np.exp(x), np.exp(x)[None]
    >>> place, curvature = mode(density, bends, np.array([2.0]))
    >>> bool(abs(place[0]) < 1e-4), round(float(curvature[0, 0]), 3)
    (True, 1.0)
    """
    x, here = start, density(start[None])[0]
    for _ in range(STEPS):
        slope, curvature = bends(x)
        try:
            step = np.linalg.solve(curvature, slope)
        except np.linalg.LinAlgError:
            return None
        gain, size = slope @ step, 1.0
        if abs(gain) < TOLERANCE:
            return x, curvature
        if gain < 0:  # not concave there
            step = slope / np.maximum(np.abs(np.diag(curvature)), 1.0)
        there = density((x + step)[None])[0]
        while not there >= here and size > 1e-6:
            size /= 2
            there = density((x + size * step)[None])[0]
        if not there >= here:  # by rounding alone
            return (x, curvature) if abs(gain) < 1e-6 else None
        x, here = x + size * step, there
    return None
