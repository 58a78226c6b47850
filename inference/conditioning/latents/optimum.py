"""The mode of a log-density and the curvature there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["climb", "curvature", "root_of_inverse"]

Floats = NDArray[np.float64]
Density = Callable[[Floats], tuple[float, Floats]]


# Steps of the difference quotient, in standard deviations: the error is of third order in it.
STEP = 1e-2
CLOSE = 1e-3
# Directions in which the density is flatter than this share of the steepest are taken to be flat.
FLAT = 1e-12


class Densities(Protocol):
    """A log-density that can be evaluated at many points at once."""

    def many(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the log-density at each point, and the gradients."""


def climb(density: Density, start: Floats, root: Floats | None = None, steps: int = 200) -> Floats:
    """Return the point uphill from `start` where the gradient vanishes.

    Parameters
    ----------
    density : callable
        Returns the log-density and its gradient.
    start : array of shape (d,)
    root : array of shape (d, d), optional
        A root of the covariance that is expected, in whose coordinates the climb is quick.
    steps : int
        At most.
    """
    from scipy.optimize import minimize  # long to import

    root = np.eye(len(start)) if root is None else root

    def downhill(z: Floats) -> tuple[float, Floats]:
        value, slope = density(start + root @ z)
        if not np.isfinite(value) or not np.isfinite(slope).all():
            return np.inf, np.zeros_like(z)
        return -value, -root.T @ slope

    # In coordinates of one standard deviation a slope is the distance left.
    options = {"maxiter": steps, "maxfun": 3 * steps, "ftol": 1e-12, "gtol": CLOSE}
    found = minimize(downhill, np.zeros_like(start), jac=True, method="L-BFGS-B", options=options)
    return start + root @ found.x


def curvature(density: Densities, at: Floats, root: Floats | None = None) -> Floats:
    """Return the negative Hessian at a point, from differences of the gradient.

    Parameters
    ----------
    density : Densities
    at : array of shape (d,)
    root : array of shape (d, d), optional
        As for `climb`; steps are taken along its columns.

    Returns
    -------
    array of shape (d, d)
    """
    root = np.eye(len(at)) if root is None else root
    steps = STEP * root.T
    _, found = density.many(np.concatenate([at + steps, at - steps]))
    ahead, behind = np.split(found, 2)
    slopes = root.T @ (behind - ahead).T / (2 * STEP)
    inverse = np.linalg.inv(root)
    return inverse.T @ ((slopes + slopes.T) / 2) @ inverse


def root_of_inverse(precision: Floats) -> tuple[Floats, Floats]:
    """Return a root of the inverse of `precision`, and the directions in which it is flat.

    Returns
    -------
    array of shape (d, d)
    array of shape (d, flat)
        Directions without curvature, or with the wrong one, or with no finite one.
    """
    lost = ~np.isfinite(precision)
    if lost.any():
        return np.eye(len(precision)), np.eye(len(precision))[:, lost.all(axis=1) | lost.diagonal()]
    scale = np.sqrt(np.maximum(np.abs(np.diag(precision)), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(precision / np.outer(scale, scale))
    most = values.max()
    flat = values <= max(FLAT * most, 0.0)
    safe = np.where(flat, most if most > 0 else 1.0, values)
    return (vectors / np.sqrt(safe)) / scale[:, None], (vectors / scale[:, None])[:, flat]
