"""Independent draws from a density of few dimensions with one peak: by a grid, or by weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

__all__ = ["Draws", "by_weights", "drawn"]

Floats = NDArray[np.float64]
Density = Callable[[Floats], Floats]
# Where the density is below exp(-DEPTH) of its peak it is taken for zero.
DEPTH = 30.0
GRID = 2_001
WIDEST = 80  # doublings of the step away from the peak
# Proposals for each draw, so that few draws come twice.
PROPOSALS = 8
FREEDOM = 7.0  # of the t distribution that proposes: tails heavier than a posterior's
# Vehtari et al. (2024), https://jmlr.org/papers/v25/19-556.html: below it the weights are as good
# as they seem.
MOST_KHAT = 0.5
LEAST_EFFICIENCY = 0.2


@dataclass(frozen=True, eq=False)
class Draws:
    """Independent draws.

    Attributes
    ----------
    values : array of shape (draw, d)
    khat : float
        The Pareto shape of the weights' tail; 0 where there are no weights.
    """

    values: Floats
    khat: float = 0.0


def drawn(density: Density, dimensions: int, count: int, rng: np.random.Generator) -> Draws | None:
    """Return draws from a density, or None where they could not be trusted.

    One dimension is cut into a fine grid. More are proposed from a t distribution at the peak and
    resampled by smoothed importance weights.

    Parameters
    ----------
    density : callable
        Maps points, of shape (point, d), to their log-densities, of shape (point,).
    dimensions : int
    count : int
        How many draws.
    rng : numpy Generator

    Returns
    -------
    Draws or None

    Examples
    --------
    >>> found = drawn(lambda x: -0.5 * (x[:, 0] - 3) ** 2, 1, 4_000, np.random.default_rng(1))
    >>> round(float(found.values.mean()), 1), round(float(found.values.std()), 1)
    (3.0, 1.0)
    """
    peak = _peak(density, dimensions)
    if peak is None:
        return None
    if dimensions == 1:
        return _by_grid(density, float(peak[0]), count, rng)
    return by_weights(density, peak, _curvature(density, peak), count, rng)


def _peak(density: Density, dimensions: int) -> Floats | None:
    def cost(x: Floats) -> float:
        value = float(density(x[None])[0])
        return -value if np.isfinite(value) else 1e300

    start = np.zeros(dimensions)
    for method in ("Nelder-Mead", "BFGS"):
        options = {"maxiter": 400 * dimensions} if method == "Nelder-Mead" else {"maxiter": 200}
        found = minimize(cost, start, method=method, options=options)
        start = found.x
    return start if np.isfinite(cost(start)) and cost(start) < 1e299 else None


def _by_grid(density: Density, peak: float, count: int, rng: np.random.Generator) -> Draws | None:
    top = float(density(np.array([[peak]]))[0])
    low, high = (_end(density, peak, top, sign, DEPTH) for sign in (-1.0, 1.0))
    width = min(abs(_end(density, peak, top, sign, 0.5) - peak) for sign in (-1.0, 1.0))
    if not np.isfinite([low, high, width]).all():
        return None
    # Dense at the peak and wide in the tails; then as dense as the mass is.
    steps = np.linspace(np.arcsinh((low - peak) / width), np.arcsinh((high - peak) / width), GRID)
    x = peak + width * np.sinh(steps)
    mass = _mass(density, x, top)
    shares = np.linspace(0.0, mass[-1], GRID)
    x = np.unique(np.concatenate([x, np.interp(shares, mass, x)]))
    mass = _mass(density, x, top)
    if not (np.isfinite(mass).all() and mass[-1] > 0):
        return None
    return Draws(np.interp(rng.random(count) * mass[-1], mass, x)[:, None])


def _mass(density: Density, x: Floats, top: float) -> Floats:
    """Return the mass below each point of a grid, by trapezoids."""
    p = np.exp(density(x[:, None]) - top)
    return np.concatenate([[0.0], np.cumsum((p[1:] + p[:-1]) / 2 * np.diff(x))])


def _end(density: Density, peak: float, top: float, sign: float, depth: float) -> float:
    """Return a point on one side of the peak where the density is gone, or infinity."""
    step = 1e-6 * max(1.0, abs(peak))
    for _ in range(WIDEST):
        value = float(density(np.array([[peak + sign * step]]))[0])
        if value < top - depth or np.isnan(value):
            return peak + sign * step
        step *= 2
    return sign * np.inf


def _curvature(density: Density, peak: Floats) -> Floats:
    """Return minus the second derivatives of the log-density at its peak, by differences."""
    d = len(peak)
    step = 1e-3 * np.maximum(1.0, np.abs(peak))
    offsets = np.eye(d) * step
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    points = [
        peak + s * offsets[i] + t * offsets[j] for i, j in pairs for s in (1, -1) for t in (1, -1)
    ]
    values = density(np.array(points)).reshape(len(pairs), 2, 2)
    hessian = np.empty((d, d))
    for (i, j), v in zip(pairs, values, strict=True):
        hessian[i, j] = hessian[j, i] = (v[0, 0] - v[0, 1] - v[1, 0] + v[1, 1]) / (
            4 * step[i] * step[j]
        )
    return -hessian


def by_weights(
    density: Density, peak: Floats, curvature: Floats, count: int, rng: np.random.Generator
) -> Draws | None:
    """Return draws by importance weights from a t distribution at the peak, or None.

    Parameters
    ----------
    density : callable
    peak : array of shape (d,)
    curvature : array of shape (d, d)
        Minus the second derivatives of the log-density there.
    count : int
    rng : numpy Generator

    Returns
    -------
    Draws or None
        None where the weights cannot be trusted, or the curvature is not that of a peak.
    """
    from arviz_stats.base import array_stats

    d = len(peak)
    try:
        root = np.linalg.inv(np.linalg.cholesky(curvature)).T
    except np.linalg.LinAlgError:
        return None
    total = PROPOSALS * count
    z = rng.standard_normal((total, d))
    z *= np.sqrt(FREEDOM / rng.chisquare(FREEDOM, total))[:, None]
    proposed = -0.5 * (FREEDOM + d) * np.log1p((z**2).sum(axis=1) / FREEDOM)
    points = peak + z @ root.T
    weights = density(points) - proposed
    weights = np.where(np.isnan(weights), -np.inf, weights)
    # It takes log-likelihoods to leave out, of which the log weights are the negatives.
    smoothed, khat = array_stats.psislw(logsumexp(weights) - weights)
    share = np.exp(smoothed - logsumexp(smoothed))
    if not (khat <= MOST_KHAT and 1 / (share**2).sum() >= LEAST_EFFICIENCY * total):
        return None
    # Systematic resampling (Carpenter et al., 1999, doi:10.1049/ip-rsn:19990255).
    picked = np.searchsorted(np.cumsum(share), (rng.random() + np.arange(count)) / count)
    picked = rng.permutation(np.minimum(picked, total - 1))
    return Draws(points[picked], float(khat))
