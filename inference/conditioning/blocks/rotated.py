r"""A least-squares problem of which only the spread of the mechanism is unknown.

Where the priors of the weights are known, one singular value decomposition of the units' rows (in
units of the prior) makes all directions independent: along singular value :math:`s_k` the target
:math:`z_k` is normal with variance :math:`\sigma^2 + s_k^2`. Each further value of :math:`\sigma`
then costs no more than a sum, for any number of weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .design import Rows
from .problem import Scales

__all__ = ["Rotated"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rotated:
    """Problems of one kind in independent directions; the first axis is the problem.

    Attributes
    ----------
    centre : array of shape (problem, weight)
        The prior mean.
    root : array of shape (problem, weight, weight)
        Maps standard normal numbers to deviations from it.
    directions : array of shape (problem, direction, weight)
        Orthonormal; of the standard normal numbers.
    lengths : array of shape (problem, direction)
        The singular values.
    target : array of shape (problem, direction)
    left : array of shape (problem,)
        The sum of squares that no weight explains.
    units : int
    scales : Scales
        With the standard deviation of the mechanism; those of all problems.
    """

    centre: Floats
    root: Floats
    directions: Floats
    lengths: Floats
    target: Floats
    left: Floats
    units: int
    scales: Scales

    @classmethod
    def of(
        cls, triangles: Sequence[Floats], priors: Sequence[Rows], units: int, scales: Scales
    ) -> Rotated:
        """Return the problems in independent directions.

        Parameters
        ----------
        triangles : sequence of array of shape (row, weight + 1)
            The triangular factor of the units' rows, their target as the last column.
        priors : sequence of Rows
            In units of the priors' standard deviations.
        units : int
            How many rows a triangle stands for.
        scales : Scales

        Returns
        -------
        Rotated
        """
        triangle = np.stack(triangles)
        root = np.linalg.inv(np.stack([p.matrix for p in priors]))
        centre = _times(root, np.stack([p.target for p in priors]))
        matrix, target = triangle[:, :, :-1], triangle[:, :, -1]
        rest = target - _times(matrix, centre)
        left, lengths, directions = np.linalg.svd(matrix @ root, full_matrices=False)
        along = _times(left.transpose(0, 2, 1), rest)
        unexplained = np.maximum((rest**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        return cls(centre, root, directions, lengths, along, unexplained, units, scales)

    def _spread(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the log prior and the mechanism's spread at each point."""
        log_prior, _, [sd] = self.scales.at(points)
        return log_prior, sd.reshape(log_prior.shape)

    def density(self, points: Floats) -> Floats:
        """Return the log-density of the scales, the weights integrated out, at each point.

        Parameters
        ----------
        points : array of shape (problem, point, scale)

        Returns
        -------
        array of shape (problem, point)
        """
        log_prior, sd = self._spread(points)
        with np.errstate(all="ignore"):
            own = sd**2
            variance = own[:, None] + self.lengths[:, :, None] ** 2
            free = self.units - self.lengths.shape[1]
            value = log_prior - free * np.log(sd) - 0.5 * np.log(variance).sum(axis=1)
            off = (self.target[:, :, None] ** 2 / variance).sum(axis=1)
            value -= 0.5 * (off + self.left[:, None] / own)
        return np.where(np.isfinite(value), value, -np.inf)

    def weights(self, points: Floats, rngs: Sequence[np.random.Generator]) -> Floats:
        """Return one draw of all weights at each point.

        Parameters
        ----------
        points : array of shape (problem, point, scale)
        rngs : sequence of numpy Generator
            One for each problem.

        Returns
        -------
        array of shape (problem, point, weight)
        """
        sd = self._spread(points)[1][:, :, None]
        lengths, target = self.lengths[:, None], self.target[:, None]
        variance = sd**2 + lengths**2
        shape = (points.shape[1], self.centre.shape[1])
        normal = np.stack([rng.standard_normal(shape) for rng in rngs])
        along = normal @ self.directions.transpose(0, 2, 1)
        drawn = lengths * target / variance + sd / np.sqrt(variance) * along
        normal += (drawn - along) @ self.directions
        return self.centre[:, None] + normal @ self.root.transpose(0, 2, 1)


def _times(matrix: Floats, vector: Floats) -> Floats:
    """Return the product of each matrix with its vector."""
    product: Floats = (matrix @ vector[:, :, None])[:, :, 0]
    return product
