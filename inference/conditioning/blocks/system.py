r"""A least-squares problem in Gaussian weights, as a function of a few scales.

In units of the prior, :math:`w = c + L z` with standard normal :math:`z`, the units' rows are
:math:`(r - N z)/\sigma`, and :math:`S = I + N^\top N/\sigma^2` gives all: the density of the scales
with the weights integrated out, and the law of the weights given the scales.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dtrtrs

from .design import Rows
from .effective import Effective
from .problem import Scales

__all__ = ["System"]

Floats = NDArray[np.float64]
# Matrices held at once, in numbers.
BATCH = 4_000_000
# Above it the normal equations lose digits that an orthogonal decomposition keeps.
MOST_CONDITION = 1e10


class Given(NamedTuple):
    """The law of the weights at each point: ``centre + root @ inv(upper) @ (right + normal)``.

    Attributes
    ----------
    log_density : array of shape (point,)
        Of the point, the weights integrated out.
    root : array of shape (point, weight, weight)
    upper : array of shape (point, weight, weight)
        Triangular.
    right : array of shape (point, weight)
    """

    log_density: Floats
    root: Floats
    upper: Floats
    right: Floats


@dataclass(frozen=True, eq=False)
class System:
    """The problem.

    Attributes
    ----------
    triangle : array of shape (row, v + 1)
        The triangular factor of the units' rows, their target as the last column.
    prior : Rows
    units : int
        How many rows the triangle stands for.
    sizes : tuple of int
        Of each weight.
    scales : Scales
        With the standard deviation of the mechanism and of each weight, and then the images of
        `inner`.
    inner : Effective or None
        What the rows are in terms of, if not of the weights.
    """

    triangle: Floats
    prior: Rows
    units: int
    sizes: tuple[int, ...]
    scales: Scales
    inner: Effective | None = None

    def density(self, points: Floats) -> Floats:
        """Return the log-density of the scales, the weights integrated out, at each point.

        Parameters
        ----------
        points : array of shape (1, point, scale)
            The first axis is that of the problem, as those of `Rotated` have it.

        Returns
        -------
        array of shape (1, point)
        """
        found = [given.log_density for given, _ in self._given(points[0])]
        return np.concatenate(found)[None]

    def weights(self, points: Floats, rngs: Sequence[np.random.Generator]) -> Floats:
        """Return one draw of all weights at each point, of shape (1, point, weight).

        Parameters
        ----------
        points : array of shape (1, point, scale)
        rngs : sequence of numpy Generator
            The only one.
        """
        [some_points], [rng] = points, rngs
        z = rng.standard_normal((len(some_points), sum(self.sizes)))
        found = []
        for given, some in self._given(some_points):
            right = given.right + z[some]
            drawn = np.linalg.solve(given.upper, right[:, :, None])
            found.append(self._centre + (given.root @ drawn)[:, :, 0])
        return np.concatenate(found)[None]

    @cached_property
    def _lead(self) -> Floats:
        """What maps the weights' own deviations to their joint ones."""
        return np.linalg.inv(self.prior.matrix)

    @cached_property
    def _centre(self) -> Floats:
        return self._lead @ self.prior.target

    def _given(self, points: Floats) -> Iterator[tuple[Given, slice]]:
        w, rows = sum(self.sizes), len(self.triangle)
        step = max(1, BATCH // ((w + 1) * (w + rows + 1)))
        for start in range(0, len(points), step):
            some = slice(start, start + step)
            with np.errstate(all="ignore"):
                yield self._at(points[some]), some

    def _at(self, points: Floats) -> Given:
        log_prior, _, [sd, *further] = self.scales.at(points)
        k, w = len(points), sum(self.sizes)
        sd = sd.reshape(k, -1)[:, 0]
        own = zip(further, self.sizes, strict=False)
        spreads = [s.reshape(k, size) for s, size in own]
        spread = np.concatenate([np.ones((k, 0)), *spreads], axis=1)
        root = self._lead * spread[:, None, :]
        matrix, target = self._rows(further[len(self.sizes) :])
        n = matrix @ root / sd[:, None, None]
        r = (target - matrix @ self._centre) / sd[:, None]
        bad = ~(np.isfinite(n).all(axis=(1, 2)) & np.isfinite(r).all(axis=1))
        n[bad], r[bad] = 0.0, 0.0
        upper, right, left = _solved(n, r)
        half = np.log(np.abs(np.diagonal(upper, axis1=1, axis2=2))).sum(axis=1)
        value = log_prior - self.units * np.log(sd) - half - 0.5 * left
        usable = np.isfinite(value) & ~bad
        return Given(np.where(usable, value, -np.inf), root.reshape(k, w, w), upper, right)

    def _rows(self, images: list[Floats]) -> tuple[Floats, Floats]:
        """Return the rows and targets in terms of the weights."""
        if self.inner is None:
            return self.triangle[:, :-1], self.triangle[:, -1]
        return self.inner.rows(self.triangle, images)


def _solved(n: Floats, r: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the triangle of the problem ``n @ z = r`` with ``z = 0``, its target, and the rest."""
    k, w = len(n), n.shape[2]
    if not w:
        return np.ones((k, 0, 0)), np.zeros((k, 0)), (r**2).sum(axis=1)
    system = n.transpose(0, 2, 1) @ n
    place = np.arange(w)
    system[:, place, place] += 1.0
    if system[:, place, place].max() < MOST_CONDITION:
        upper = np.linalg.cholesky(system, upper=True)
        along = (n.transpose(0, 2, 1) @ r[:, :, None])[:, :, 0]
        right = np.array([dtrtrs(u, a, trans=1)[0] for u, a in zip(upper, along, strict=True)])
        mean = np.array([dtrtrs(u, b)[0] for u, b in zip(upper, right, strict=True)])
        # Summed up at the mean: a difference of two great sums would lose digits.
        left = ((r - (n @ mean[:, :, None])[:, :, 0]) ** 2).sum(axis=1) + (mean**2).sum(axis=1)
        return upper, right, left
    rows = np.concatenate([n, np.broadcast_to(np.eye(w), (k, w, w))], axis=1)
    whole = np.concatenate([rows, np.zeros((k, rows.shape[1], 1))], axis=2)
    whole[:, : n.shape[1], w] = r
    factor = np.linalg.qr(whole, mode="r")
    return factor[:, :w, :w], factor[:, :w, w], factor[:, w, w] ** 2
