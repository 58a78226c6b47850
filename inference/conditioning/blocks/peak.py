"""The peaks of densities of few dimensions, from the densities alone; of all at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Density", "differences", "of_one", "peaks"]

Floats = NDArray[np.float64]
Density = Callable[[Floats], Floats]
# Of the search: points it may begin at, steps, and their sizes.
STARTS, STEPS, TOLERANCE = 16, 100, 1e-9
SIZES = 2.0 ** np.arange(3, -16, -1)
LEAST_CURVATURE = 1e-6


def peaks(density: Density, dimensions: int, count: int) -> Floats:
    """Return where each density is highest, or no numbers where that is not found.

    Newton's method by differences, many points at once. What has arrived stays where it is.

    Parameters
    ----------
    density : callable
        Maps points, of shape (density, point, d), to their log-densities, of shape
        (density, point).
    dimensions : int
    count : int
        How many densities.

    Returns
    -------
    array of shape (density, d)

    Examples
    --------
    >>> places = np.array([[3.0], [5.0]])
    >>> peaks(lambda x: -np.cosh(x[:, :, 0] - places), 1, 2).ravel().round(3).tolist()
    [3.0, 5.0]
    """
    starts = 2.0 * np.random.default_rng(0).standard_normal((STARTS, dimensions))
    starts[0] = 0.0
    values = density(np.broadcast_to(starts, (count, *starts.shape)))
    x, here = starts[values.argmax(axis=1)], values.max(axis=1)
    moving, found = np.isfinite(here), np.zeros(count, bool)
    for _ in range(STEPS):
        curvature, slope = differences(density, x)
        moving &= np.isfinite(curvature).all(axis=(1, 2)) & np.isfinite(slope).all(axis=1)
        if not moving.any():
            break
        curvature[~moving], slope[~moving] = np.eye(dimensions), 0.0
        values, axes = np.linalg.eigh(curvature)
        # Uphill also where the density is not concave.
        along = (axes.transpose(0, 2, 1) @ slope[:, :, None])[:, :, 0]
        along /= np.maximum(np.abs(values), LEAST_CURVATURE)
        tries = x[:, None] + SIZES[:, None] * (axes @ along[:, :, None]).transpose(0, 2, 1)
        there = np.nan_to_num(density(tries), nan=-np.inf)
        best = there.argmax(axis=1)
        top, tried = there[np.arange(count), best], tries[np.arange(count), best]
        arrived = moving & ~(top - here > TOLERANCE)
        better = moving & (top > here)
        x[better], here[better] = tried[better], top[better]
        found |= arrived
        moving &= ~arrived
    for k in np.flatnonzero(~found):
        x[k] = _simplex(of_one(density, count, int(k)), x[k])
    return x


def _simplex(density: Density, start: Floats) -> Floats:
    """Return the peak where Newton's method does not find it, or no numbers."""
    from scipy.optimize import minimize  # seldom needed, and long to import

    def cost(x: Floats) -> float:
        value = float(density(x[None])[0])
        return -value if np.isfinite(value) else 1e300

    for method in ("Nelder-Mead", "BFGS"):
        most = {"maxiter": 400 * len(start)} if method == "Nelder-Mead" else {"maxiter": 200}
        start = minimize(cost, start, method=method, options=most).x
    return start if cost(start) < 1e299 else np.full_like(start, np.nan)


def of_one(density: Density, count: int, which: int) -> Density:
    """Return one of several densities, which takes points of shape (point, d).

    Parameters
    ----------
    density : callable
        As `peaks` takes it.
    count : int
        How many densities.
    which : int
    """
    return lambda points: density(np.broadcast_to(points, (count, *points.shape)))[which]


def differences(density: Density, at: Floats) -> tuple[Floats, Floats]:
    """Return minus the second derivatives of log-densities, and the first, by differences.

    Parameters
    ----------
    density : callable
        As `peaks` takes it.
    at : array of shape (density, d)

    Returns
    -------
    array of shape (density, d, d)
    array of shape (density, d)
    """
    d = at.shape[1]
    step = 1e-3 * np.maximum(1.0, np.abs(at))
    offsets = np.eye(d) * step[:, None]
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    points = [
        at + s * offsets[:, i] + t * offsets[:, j]
        for i, j in pairs
        for s in (1, -1)
        for t in (1, -1)
    ]
    points += [at + s * offsets[:, i] for s in (1, -1) for i in range(d)]
    values = density(np.stack(points, axis=1))
    above, below = values[:, -2 * d : -d], values[:, -d:]
    hessian = np.empty((len(at), d, d))
    with np.errstate(invalid="ignore"):  # where the density is zero there is no slope
        for k, (i, j) in enumerate(pairs):
            v = values[:, 4 * k : 4 * k + 4]
            bend = (v[:, 0] - v[:, 1] - v[:, 2] + v[:, 3]) / (4 * step[:, i] * step[:, j])
            hessian[:, i, j] = hessian[:, j, i] = bend
        return -hessian, (above - below) / (2 * step)
