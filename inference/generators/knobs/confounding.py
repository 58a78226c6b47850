"""A latent confounder that keeps the propensity exactly, and what it does to each arm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

__all__ = ["STRENGTH", "assigned", "latent_means", "threshold_given"]

Array = NDArray[np.float64]
STRENGTH = 0.8  # correlation of U with what decides the treatment


def threshold_given(threshold: Array, latent: Array, strength: float) -> Array:
    r"""Return :math:`(h + \lambda u) / \sqrt{1 - \lambda^2}`: the normal quantile of P(T=1 | x, u).

    Parameters
    ----------
    threshold : array of shape (unit,)
        h, the normal quantile of the propensity.
    latent : array of shape (unit,)
    strength : float

    Returns
    -------
    array of shape (unit,)
    """
    return (threshold + strength * latent) / np.sqrt(1.0 - strength**2)


def assigned(threshold: Array, latent: Array, noise: Array, strength: float) -> NDArray[np.int64]:
    """Return the treatment of each unit: 1 where U and its own noise are above a threshold.

    Parameters
    ----------
    threshold, latent : array of shape (unit,)
        As in `threshold_given`.
    noise : array of shape (unit,)
        Standard normal.
    strength : float

    Returns
    -------
    array of shape (unit,)
        0 or 1; over U, 1 has exactly the probability of the propensity.
    """
    return (threshold_given(threshold, latent, strength) + noise > 0).astype(np.int64)


def latent_means(threshold: Array, strength: float) -> tuple[Array, Array]:
    """Return E[U | T = 0, x] and E[U | T = 1, x].

    Parameters
    ----------
    threshold : array of shape (unit,)
    strength : float

    Returns
    -------
    pair of arrays of shape (unit,)

    Examples
    --------
    >>> import numpy as np
    >>> [round(float(m), 4) for m in latent_means(np.zeros(()), 0.5)]
    [-0.3989, 0.3989]
    """
    density = strength * norm.pdf(threshold)
    return -density / norm.sf(threshold), density / norm.cdf(threshold)
