"""A normal distribution at the mode, corrected by importance weights that say how good it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ...errors import ModelError
from .unconstrained import Unconstrained

__all__ = ["Approximation", "laplace", "likely"]

Floats = NDArray[np.float64]
# Vehtari et al. (2024), https://jmlr.org/papers/v25/19-556.html: above it the weights cannot be
# trusted.
MOST_KHAT = 0.7
# Proposals at least: the weights' tail shows itself in many.
PROPOSALS = 400
# Of which chains begin at some.
STARTS = 100
# Log weights that differ by less all count the same, whatever their tail is like.
SAME = 0.01


@dataclass(frozen=True, eq=False)
class Approximation:
    """Draws of a posterior found by importance weights.

    Attributes
    ----------
    draws : array of shape (draw, d)
        Of equal weight, on the unconstrained scale.
    khat : float
        The Pareto shape of the weights' tail.
    efficiency : float
        The effective share of the proposals, 1 where the normal distribution is exact.
    """

    draws: Floats
    khat: float
    efficiency: float


def laplace(
    density: Unconstrained, mode: Floats, root: Floats, count: int, rng: np.random.Generator
) -> Approximation:
    """Return draws from the normal distribution at the mode, resampled by smoothed weights.

    Parameters
    ----------
    density : Unconstrained
    mode : array of shape (d,)
    root : array of shape (d, d)
        Of the covariance there.
    count : int
        How many draws.
    rng : numpy Generator

    Raises
    ------
    ModelError
        If the weights show that the posterior is not like that normal distribution.
    """
    from arviz_stats.base import array_stats

    z, weights = _proposed(density, mode, root, max(count, PROPOSALS), rng)
    points = mode + z @ root.T
    if np.ptp(weights) < SAME:  # the normal distribution is the posterior, and has no tail to fit
        return Approximation(points[:count], 0.0, 1.0)
    # It takes log-likelihoods to leave out, of which the log weights are the negatives.
    smoothed, khat = array_stats.psislw(logsumexp(weights) - weights)
    khat = float(khat)
    if not khat <= MOST_KHAT:
        raise ModelError(
            f"the posterior is not like a normal distribution (k-hat {khat:.2f} is above "
            f"{MOST_KHAT}), so method='laplace' would be wrong; use method='marginal'"
        )
    share = np.exp(smoothed - logsumexp(smoothed))
    # Systematic resampling (Carpenter et al., 1999): equal weights keep nearly every draw once.
    picked = np.searchsorted(np.cumsum(share), (rng.random() + np.arange(count)) / count)
    picked = rng.permutation(np.minimum(picked, len(points) - 1))
    return Approximation(points[picked], khat, float(1 / (share**2).sum() / len(points)))


def likely(density: Unconstrained, mode: Floats, root: Floats, rng: np.random.Generator) -> Floats:
    """Return points where the density is likely, in coordinates of one standard deviation.

    Parameters
    ----------
    density : Unconstrained
    mode : Floats
    root : Floats
    rng : np.random.Generator

    Returns
    -------
    array of shape (point, d)
        From the normal distribution at the mode, resampled by weights that nobody checks: for
        chains to begin at.
    """
    z, weights = _proposed(density, mode, root, STARTS, rng)
    weights = np.where(np.isfinite(weights), weights, -np.inf)
    if not np.isfinite(weights).any():
        return z
    share = np.exp(weights - logsumexp(weights))
    return z[rng.choice(STARTS, STARTS, p=share)]


def _proposed(
    density: Unconstrained, mode: Floats, root: Floats, count: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return draws of the normal distribution, and their log weights."""
    z = rng.standard_normal((count, len(mode)))
    weights = density.values(mode + z @ root.T) + 0.5 * (z**2).sum(axis=1)
    return z, np.where(np.isnan(weights), -np.inf, weights)
