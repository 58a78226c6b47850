"""Independent draws from a density of few dimensions with one peak: by a grid, or by weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

__all__ = ["Draws", "by_weights", "drawn"]

Floats = NDArray[np.float64]
Density = Callable[[Floats], Floats]
# Where the density is below exp(-DEPTH) of its peak it is taken for zero.
DEPTH = 30.0
GRID = 2_001
WIDEST = 80  # doublings of the step away from the peak
# Of the search for the peak: points it may begin at, steps, and their sizes.
STARTS, STEPS, TOLERANCE = 16, 100, 1e-9
SIZES = 2.0 ** np.arange(3, -16, -1)
LEAST_CURVATURE = 1e-6
# Proposals for each draw, so that few draws come twice.
PROPOSALS = 6
# Degrees of freedom of the t distribution that proposes: tails heavier than a posterior's. The more
# dimensions, the more of its mass is in these tails, so they are lighter there.
LEAST_FREEDOM, FREEDOM_A_DIMENSION = 7.0, 4.0
# Depths at which its width on either side is compared with the density's.
FALLS = (2.0, 5.0, 8.0, 12.0)
WIDTHS = np.geomspace(0.2, 40.0, 60)
# Points that a proposal is tried with, and how often it is made anew from their weights.
PILOT = 2_000
ROUNDS = 3
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
    return by_weights(density, peak, _differences(density, peak)[0], count, rng)


def _peak(density: Density, dimensions: int) -> Floats | None:
    """Return where the density is highest: Newton's method by differences, many points at once."""
    starts = 2.0 * np.random.default_rng(0).standard_normal((STARTS, dimensions))
    starts[0] = 0.0
    values = density(starts)
    x, here = starts[np.argmax(values)], values.max()
    for _ in range(STEPS if np.isfinite(here) else 0):
        curvature, slope = _differences(density, x)
        if not (np.isfinite(curvature).all() and np.isfinite(slope).all()):
            break
        values, axes = np.linalg.eigh(curvature)
        # Uphill also where the density is not concave.
        step = axes @ (axes.T @ slope / np.maximum(np.abs(values), LEAST_CURVATURE))
        tries = x + SIZES[:, None] * step
        there = np.nan_to_num(density(tries), nan=-np.inf)
        best = int(np.argmax(there))
        gain, x = there[best] - here, tries[best] if there[best] > here else x
        here = max(here, there[best])
        if not gain > TOLERANCE:
            return x
    return _simplex(density, x)


def _simplex(density: Density, start: Floats) -> Floats | None:
    """Return the peak where Newton's method does not find it."""
    from scipy.optimize import minimize  # seldom needed, and long to import

    def cost(x: Floats) -> float:
        value = float(density(x[None])[0])
        return -value if np.isfinite(value) else 1e300

    for method in ("Nelder-Mead", "BFGS"):
        most = {"maxiter": 400 * len(start)} if method == "Nelder-Mead" else {"maxiter": 200}
        start = minimize(cost, start, method=method, options=most).x
    return start if cost(start) < 1e299 else None


def _by_grid(density: Density, peak: float, count: int, rng: np.random.Generator) -> Draws | None:
    top = float(density(np.array([[peak]]))[0])
    (low, high), (below, above) = _ends(density, peak, top, (DEPTH, 0.5))
    width = min(peak - below, above - peak)
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


def _ends(
    density: Density, peak: float, top: float, depths: tuple[float, ...]
) -> list[list[float]]:
    """Return points on either side of the peak where the density is gone, or infinity."""
    steps = 1e-6 * max(1.0, abs(peak)) * 2.0 ** np.arange(WIDEST)
    points = peak + np.array([[-1.0], [1.0]]) * steps
    with np.errstate(all="ignore"):
        values = density(points.reshape(-1, 1)).reshape(points.shape)
    found = []
    for depth in depths:
        gone = (values < top - depth) | np.isnan(values)
        first = gone.argmax(axis=1)
        ends = [float(points[k, first[k]]) if gone[k].any() else np.inf for k in (0, 1)]
        found.append([-ends[0] if np.isinf(ends[0]) else ends[0], ends[1]])
    return found


def _differences(density: Density, at: Floats) -> tuple[Floats, Floats]:
    """Return minus the second derivatives of the log-density, and the first, by differences."""
    d = len(at)
    step = 1e-3 * np.maximum(1.0, np.abs(at))
    offsets = np.eye(d) * step
    pairs = [(i, j) for i in range(d) for j in range(i, d)]
    points = [
        at + s * offsets[i] + t * offsets[j] for i, j in pairs for s in (1, -1) for t in (1, -1)
    ]
    points += [at + s * o for s in (1, -1) for o in offsets]
    values = density(np.array(points))
    above, below = values[-2 * d : -d], values[-d:]
    hessian = np.empty((d, d))
    for (i, j), v in zip(pairs, values[: -2 * d].reshape(-1, 2, 2), strict=True):
        hessian[i, j] = hessian[j, i] = (v[0, 0] - v[0, 1] - v[1, 0] + v[1, 1]) / (
            4 * step[i] * step[j]
        )
    return -hessian, (above - below) / (2 * step)


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
    try:
        root = np.linalg.inv(np.linalg.cholesky(curvature)).T
    except np.linalg.LinAlgError:
        return None
    for _ in range(ROUNDS):
        proposal = _split(density, peak, root)
        weighted = _weighted(density, proposal, PILOT, rng)
        if weighted.good:
            break
        cloud = weighted.points - weighted.share @ weighted.points
        try:
            root = np.linalg.cholesky((cloud * weighted.share[:, None]).T @ cloud)
        except np.linalg.LinAlgError:
            return None
    weighted = _weighted(density, proposal, PROPOSALS * count, rng)
    if not weighted.good:
        return None
    # Systematic resampling (Carpenter et al., 1999, doi:10.1049/ip-rsn:19990255).
    picked = np.searchsorted(np.cumsum(weighted.share), (rng.random() + np.arange(count)) / count)
    picked = rng.permutation(np.minimum(picked, len(weighted.share) - 1))
    return Draws(weighted.points[picked], weighted.khat)


@dataclass(frozen=True, eq=False)
class _Split:
    """A t distribution about a peak, along each axis as wide as the density on either side.

    Geweke (1989), Econometrica 57, 1317-1339, doi:10.2307/1913710.

    Attributes
    ----------
    peak : array of shape (d,)
    root : array of shape (d, d)
        Its columns are the axes.
    widths : array of shape (2, d)
        Below and above the peak.
    """

    peak: Floats
    root: Floats
    widths: Floats

    def points(self, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return points and, but for a constant, their log-densities."""
        d, freedom = len(self.peak), _freedom(len(self.peak))
        z = np.abs(rng.standard_normal((count, d)))
        z *= np.sqrt(freedom / rng.chisquare(freedom, count))[:, None]
        above = rng.random((count, d)) < self.widths[1] / self.widths.sum(axis=0)
        along = np.where(above, self.widths[1], -self.widths[0]) * z
        log_density = -0.5 * (freedom + d) * np.log1p((z**2).sum(axis=1) / freedom)
        return self.peak + along @ self.root.T, log_density


def _freedom(dimensions: int) -> float:
    return max(LEAST_FREEDOM, FREEDOM_A_DIMENSION * dimensions)


def _split(density: Density, peak: Floats, root: Floats) -> _Split:
    """Return a proposal that along no axis falls before the density does."""
    d, freedom = len(peak), _freedom(len(peak))
    steps = WIDTHS[:, None, None] * np.array([-1.0, 1.0])[:, None] * np.ones(d)  # (step, side, d)
    points = peak + steps[..., None] * root.T
    values = density(points.reshape(-1, d)).reshape(steps.shape)
    widths = np.zeros((2, d))
    for fall in FALLS:
        fallen = float(density(peak[None])[0]) - values > fall
        first = np.where(fallen.any(axis=0), fallen.argmax(axis=0), len(WIDTHS) - 1)
        own = np.sqrt(freedom * np.expm1(2 * fall / (freedom + d)))  # where the t has fallen so far
        widths = np.maximum(widths, WIDTHS[first] / own)
    return _Split(peak, root, widths)


@dataclass(frozen=True, eq=False)
class _Weighted:
    """Points with smoothed importance weights that add up to one."""

    points: Floats
    share: Floats
    khat: float

    @property
    def good(self) -> bool:
        """Whether the weights can be trusted."""
        effective = 1 / float((self.share**2).sum())
        return self.khat <= MOST_KHAT and effective >= LEAST_EFFICIENCY * len(self.share)


def _weighted(
    density: Density, proposal: _Split, count: int, rng: np.random.Generator
) -> _Weighted:
    from arviz_stats.base import array_stats

    points, proposed = proposal.points(count, rng)
    weights = density(points) - proposed
    weights = np.where(np.isnan(weights), -np.inf, weights)
    # It takes log-likelihoods to leave out, of which the log weights are the negatives.
    smoothed, khat = array_stats.psislw(logsumexp(weights) - weights)
    return _Weighted(points, np.exp(smoothed - logsumexp(smoothed)), float(khat))
