"""Independent draws from a density of few dimensions with one peak: by a grid, or by weights.

Densities of one dimension, such as the same one for other data, are drawn from all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from .peak import Density, differences, of_one, peaks

__all__ = ["Draws", "by_weights", "drawn"]

Floats = NDArray[np.float64]
# Where the density is below exp(-DEPTH) of its peak it is taken for zero.
DEPTH = 30.0
GRID = 2_001
WIDEST = 80  # doublings of the step away from the peak
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


def drawn(
    density: Density, dimensions: int, count: int, rngs: Sequence[np.random.Generator]
) -> list[Draws | None]:
    """Return draws from densities of one kind, None for each whose draws could not be trusted.

    One dimension is cut into a fine grid, for all densities at once. Of more there is one density:
    draws are proposed from a t distribution at the peak and resampled by smoothed importance
    weights.

    Parameters
    ----------
    density : callable
        Maps points, of shape (density, point, d), to their log-densities, of shape
        (density, point).
    dimensions : int
    count : int
        How many draws of each.
    rngs : sequence of numpy Generator
        One for each density.

    Returns
    -------
    list of Draws or None

    Examples
    --------
    >>> means = np.array([[3.0], [5.0]])
    >>> rngs = [np.random.default_rng(seed) for seed in (1, 2)]
    >>> found = drawn(lambda x: -0.5 * (x[:, :, 0] - means) ** 2, 1, 4_000, rngs)
    >>> [round(float(f.values.mean()), 1) for f in found]
    [3.0, 5.0]
    """
    found = peaks(density, dimensions, len(rngs))
    if dimensions == 1:
        return _by_grid(density, found[:, 0], count, rngs)
    [peak], [rng] = found, rngs
    if np.isnan(peak).any():
        return [None]
    [curvature], _ = differences(density, found)
    return [by_weights(of_one(density, 1, 0), peak, curvature, count, rng)]


def _by_grid(
    density: Density, places: Floats, count: int, rngs: Sequence[np.random.Generator]
) -> list[Draws | None]:
    peak = places[:, None]
    with np.errstate(all="ignore"):  # of those that are left out
        top = density(peak[:, :, None])
        (low, high), (below, above) = _ends(density, peak, top, (DEPTH, 0.5))
        width = np.minimum(peak - below, above - peak)
        # Dense at the peak and wide in the tails; then as dense as the mass is.
        first, last = (np.arcsinh((end - peak) / width)[:, 0] for end in (low, high))
        x = peak + width * np.sinh(np.linspace(first, last, GRID, axis=1))
        mass = _mass(density, x, top)
        shares = np.linspace(0.0, mass[:, -1], GRID, axis=1)
        even = np.array([np.interp(s, m, v) for s, m, v in zip(shares, mass, x, strict=True)])
        x = np.sort(np.concatenate([x, even], axis=1), axis=1)
        mass = _mass(density, x, top)
    sound = np.isfinite(mass).all(axis=1) & (mass[:, -1] > 0)
    for end in (low, high, width):
        sound &= np.isfinite(end[:, 0])
    return [
        Draws(np.interp(rng.random(count) * m[-1], m, v)[:, None]) if good else None
        for rng, m, v, good in zip(rngs, mass, x, sound, strict=True)
    ]


def _mass(density: Density, x: Floats, top: Floats) -> Floats:
    """Return the mass below each point of the grids, by trapezoids."""
    p = np.exp(density(x[:, :, None]) - top)
    mass = np.zeros_like(x)
    np.cumsum((p[:, 1:] + p[:, :-1]) / 2 * np.diff(x, axis=1), axis=1, out=mass[:, 1:])
    return mass


def _ends(
    density: Density, peak: Floats, top: Floats, depths: tuple[float, ...]
) -> list[list[Floats]]:
    """Return points on either side of the peaks where the density is gone, or infinity."""
    steps = 1e-6 * np.maximum(1.0, np.abs(peak)) * 2.0 ** np.arange(WIDEST)
    sides = [peak - steps, peak + steps]
    values = np.split(density(np.concatenate(sides, axis=1)[:, :, None]), 2, axis=1)
    found = []
    for depth in depths:
        ends = []
        for points, value, far in zip(sides, values, (-np.inf, np.inf), strict=True):
            gone = (value < top - depth) | np.isnan(value)
            first = np.take_along_axis(points, gone.argmax(axis=1)[:, None], axis=1)
            ends.append(np.where(gone.any(axis=1)[:, None], first, far))
        found.append(ends)
    return found


def by_weights(
    density: Density, peak: Floats, curvature: Floats, count: int, rng: np.random.Generator
) -> Draws | None:
    """Return draws by importance weights from a t distribution at the peak, or None.

    Parameters
    ----------
    density : callable
        Maps points, of shape (point, d), to their log-densities.
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
