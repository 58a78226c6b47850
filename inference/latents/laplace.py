"""A normal distribution at the mode, corrected by importance weights that say how good it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from ..errors import ModelError
from .unconstrained import Unconstrained

__all__ = ["Approximation", "laplace"]

Floats = NDArray[np.float64]
# Vehtari et al. (2024), https://jmlr.org/papers/v25/19-556.html: above it the weights cannot be
# trusted.
MOST_KHAT = 0.7
# Proposals at least: the weights' tail shows itself in many.
PROPOSALS = 400
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

    z = rng.standard_normal((max(count, PROPOSALS), len(mode)))
    points = mode + z @ root.T
    weights = density.many(points)[0] + 0.5 * (z**2).sum(axis=1)
    weights = np.where(np.isnan(weights), -np.inf, weights)
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
