r"""A least-squares problem of which only the spread of the mechanism is unknown.

Where the priors of the weights are known, one singular value decomposition of the units' rows (in
units of the prior) makes all directions independent: along singular value :math:`s_k` the target
:math:`z_k` is normal with variance :math:`\sigma^2 + s_k^2`. Each further value of :math:`\sigma`
then costs no more than a sum, for any number of weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .design import Rows
from .problem import Scales

__all__ = ["Rotated"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rotated:
    """The problem in independent directions.

    Attributes
    ----------
    centre : array of shape (weight,)
        The prior mean.
    root : array of shape (weight, weight)
        Maps standard normal numbers to deviations from it.
    directions : array of shape (direction, weight)
        Orthonormal; of the standard normal numbers.
    lengths : array of shape (direction,)
        The singular values.
    target : array of shape (direction,)
    left : float
        The sum of squares that no weight explains.
    units : int
    scales : Scales
        With the standard deviation of the mechanism.
    """

    centre: Floats
    root: Floats
    directions: Floats
    lengths: Floats
    target: Floats
    left: float
    units: int
    scales: Scales

    @classmethod
    def of(cls, triangle: Floats, prior: Rows, units: int, scales: Scales) -> Rotated:
        """Return the problem in independent directions.

        Parameters
        ----------
        triangle : array of shape (row, weight + 1)
            The triangular factor of the units' rows, their target as the last column.
        prior : Rows
            In units of the priors' standard deviations.
        units : int
            How many rows the triangle stands for.
        scales : Scales

        Returns
        -------
        Rotated
        """
        root = np.linalg.inv(prior.matrix)
        centre = root @ prior.target
        matrix, target = triangle[:, :-1], triangle[:, -1]
        rest = target - matrix @ centre
        left, lengths, directions = np.linalg.svd(matrix @ root, full_matrices=False)
        along = left.T @ rest
        unexplained = max(float(rest @ rest - along @ along), 0.0)
        return cls(centre, root, directions, lengths, along, unexplained, units, scales)

    def _spread(self, points: Floats) -> tuple[Floats, Floats]:
        log_prior, _, [sd, *_] = self.scales.at(points)
        return log_prior, np.broadcast_to(np.asarray(sd, float).ravel(), len(points))

    def density(self, points: Floats) -> Floats:
        """Return the log-density of the scales, the weights integrated out, at each point."""
        log_prior, sd = self._spread(points)
        with np.errstate(all="ignore"):
            variance = sd[:, None] ** 2 + self.lengths**2
            free = self.units - len(self.lengths)
            value = log_prior - free * np.log(sd) - 0.5 * np.log(variance).sum(axis=1)
            value -= 0.5 * ((self.target**2 / variance).sum(axis=1) + self.left / sd**2)
        return np.where(np.isfinite(value), value, -np.inf)

    def weights(self, points: Floats, rng: np.random.Generator) -> Floats:
        """Return one draw of all weights at each point, of shape (point, weight).

        Parameters
        ----------
        points : Floats
        rng : np.random.Generator
        """
        _, sd = self._spread(points)
        variance = sd[:, None] ** 2 + self.lengths**2
        normal = rng.standard_normal((len(points), len(self.centre)))
        along = normal @ self.directions.T
        drawn = self.lengths * self.target / variance + sd[:, None] / np.sqrt(variance) * along
        normal += (drawn - along) @ self.directions
        return self.centre + normal @ self.root.T
