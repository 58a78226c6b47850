r"""The marginal likelihood of lines, curves and processes, and its slope in every scale.

An outcome is normal about a sum of columns, of which groups share a prior variance, and of Matérn
processes that each reads through landmarks, :math:`y \sim N(B w, s^2)`,
:math:`w_j \sim N(0, D_j)`. With the weights integrated out, :math:`S` their posterior covariance
and :math:`\mu` their mean, the slope of the logarithm in :math:`B` is
:math:`\alpha \mu^T - B S / s^2` with :math:`\alpha = (y - B \mu) / s^2`, and that in
:math:`\log D_j` is :math:`(\mu_j^2 / D_j - 1 + S_{jj} / D_j) / 2`. What the landmarks do not carry
of a process is taken off as by Titsias (2009), https://proceedings.mlr.press/v5/titsias09a.html,
so that few landmarks do not pass for a good fit.
(Rasmussen and Williams, 2006, ISBN 978-0-262-18253-9, section 5.4; MacKay, 1992,
doi:10.1162/neco.1992.4.3.415.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpotrf, dpotri

from ifonly.inference.inputs.process_basis import matern, matern_root

__all__ = ["Evidence", "Fit", "Process", "Scales"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Process:
    """A process as it enters the outcome.

    Attributes
    ----------
    points : array of shape (unit, line)
        The coordinates of the rows, before they are divided by lengthscales.
    owner : int array of shape (line,)
        Which covariate each coordinate belongs to, counted from 0.
    times : array of shape (unit,)
        What it is multiplied by: 1, or the treatment.
    landmarks : array of shape (landmark, line)
    """

    points: Floats
    owner: Ints
    times: Floats
    landmarks: Floats

    @property
    def covariates(self) -> int:
        """How many lengthscales it has."""
        return int(self.owner.max()) + 1


@dataclass(frozen=True, eq=False)
class Scales:
    """All scales, each as a logarithm.

    Attributes
    ----------
    groups : array of shape (group,)
        The prior variance of the weights of each group of columns.
    inverses : tuple of array of shape (covariate,)
        One over the lengthscales of each process.
    amplitudes : array of shape (process,)
        The variance of each process.
    noise : float
        The variance of the noise.
    """

    groups: Floats
    noise: float
    inverses: tuple[Floats, ...] = ()
    amplitudes: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def flat(self) -> Floats:
        """All as one vector."""
        return np.concatenate([self.groups, [self.noise], *self.inverses, self.amplitudes])

    def like(self, flat: Floats) -> Scales:
        """Return the scales that a vector holds in the same order."""
        ends = np.cumsum([len(self.groups), 1, *(len(v) for v in self.inverses)])
        groups, noise, *inverses, amplitudes = np.split(flat, ends)
        return Scales(groups, float(noise[0]), tuple(inverses), amplitudes)


@dataclass(frozen=True, eq=False)
class Fit:
    """What the data say at some scales.

    Attributes
    ----------
    value : float
        The log marginal likelihood, less what landmarks do not carry.
    slope : Scales
        Of the value, in each scale.
    mean, variance : array of shape (weight,)
        Of the posterior of the weights: those of the columns, then of each process.
    """

    value: float
    slope: Scales
    mean: Floats
    variance: Floats


@dataclass(frozen=True, eq=False)
class _Columns:
    """The columns of a process at some lengthscales, and what their slope needs."""

    process: Process
    inverse: Floats
    variance: float
    root: Floats
    own: Floats
    by_square: Floats

    @classmethod
    def of(cls, process: Process, log_inverse: Floats, log_variance: float) -> _Columns:
        inverse = np.exp(log_inverse)[process.owner]
        landmarks = process.landmarks * inverse
        root = matern_root(landmarks)
        kernel, by_square = matern(landmarks, process.points * inverse)
        own = solve_triangular(root, kernel, lower=True, check_finite=False).T
        return cls(process, inverse, float(np.exp(log_variance)), root, own, by_square.T)

    @property
    def lost(self) -> float:
        """The variance over all units that the landmarks do not carry, in units of the process."""
        return float(self.process.times**2 @ (1 - (self.own**2).sum(axis=1)))

    def slope(self, by_columns: Floats, noise: float) -> Floats:
        """Return the slope in each log inverse lengthscale, given that in the columns."""
        process, inverse = self.process, self.inverse
        times = process.times[:, None]
        by_columns = times * (by_columns + self.variance / noise * times * self.own)
        of_kernel = solve_triangular(self.root, by_columns.T, lower=True, trans=1).T
        half = solve_triangular(self.root, self.own.T @ by_columns, lower=True, trans=1)
        of_landmarks = -0.5 * solve_triangular(self.root, half.T, lower=True, trans=1)
        landmarks = process.landmarks
        near = landmarks * inverse
        _, among = matern(near, near)
        total = np.zeros(len(inverse))
        for slope, points, by_square in (
            (of_kernel, process.points, self.by_square),
            (of_landmarks, landmarks, among),
        ):
            share = slope * by_square
            total += share.sum(axis=1) @ points**2 + share.sum(axis=0) @ landmarks**2
            total -= 2 * (points * (share @ landmarks)).sum(axis=0)
        return np.bincount(process.owner, 2 * inverse**2 * total, process.covariates)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Columns, processes and an outcome.

    Attributes
    ----------
    columns : array of shape (unit, column)
    group : int array of shape (column,)
        Counted from 0.
    outcome : array of shape (unit,)
        Centred.
    processes : sequence of Process
    """

    columns: Floats
    group: Ints
    outcome: Floats
    processes: Sequence[Process] = ()

    @cached_property
    def _gram(self) -> tuple[Floats, Floats]:
        return self.columns.T @ self.columns, self.columns.T @ self.outcome

    def at(self, scales: Scales) -> Fit:
        """Return the log marginal likelihood, its slope, and the posterior of the weights."""
        noise, y = float(np.exp(scales.noise)), self.outcome
        found = [
            _Columns.of(*each)
            for each in zip(self.processes, scales.inverses, scales.amplitudes, strict=True)
        ]
        columns, gram, right = self._all(found)
        own = [np.full(c.own.shape[1], c.variance) for c in found]
        prior = np.concatenate([np.exp(scales.groups)[self.group], *own])
        covariance, log_det = _posterior(gram, prior, noise)
        mean, variance = covariance @ right / noise, np.diag(covariance).copy()
        away = (y - columns @ mean) / noise
        lost = np.array([c.variance * c.lost / (2 * noise) for c in found])
        value = len(y) * scales.noise + log_det + (y @ y - mean @ right) / noise
        by_prior = 0.5 * (mean**2 / prior - 1 + variance / prior)
        by_noise = 0.5 * (noise * away @ away - len(y) + (1 - variance / prior).sum())
        of_columns, *of_processes = np.split(
            by_prior, np.cumsum([len(self.group), *map(len, own)])
        )[:-1]
        inverses, start = [], len(self.group)
        for part in found:
            place = slice(start, start + part.own.shape[1])
            by_columns = np.outer(away, mean[place]) - columns @ covariance[:, place] / noise
            inverses.append(part.slope(by_columns, noise))
            start = place.stop
        slope = Scales(
            np.bincount(self.group, of_columns, len(scales.groups)).astype(np.float64),
            float(by_noise + lost.sum()),
            tuple(inverses),
            np.array([v.sum() for v in of_processes]) - lost,
        )
        return Fit(float(-0.5 * value - lost.sum()), slope, mean, variance)

    def _all(self, found: Sequence[_Columns]) -> tuple[Floats, Floats, Floats]:
        """Return all columns, their products with each other and with the outcome."""
        gram, right = self._gram
        if not found:
            return self.columns, gram, right
        new = np.hstack([c.process.times[:, None] * c.own for c in found])
        across = self.columns.T @ new
        gram = np.block([[gram, across], [across.T, new.T @ new]])
        return (
            np.hstack([self.columns, new]),
            gram,
            np.concatenate([right, new.T @ self.outcome]),
        )


def _posterior(gram: Floats, prior: Floats, noise: float) -> tuple[Floats, float]:
    """Return the covariance of the weights, and the log determinant of the evidence's own."""
    root = np.sqrt(prior)
    system = gram * (root / noise)
    system *= root[:, None]
    system[np.diag_indices_from(system)] += 1.0
    factor, failed = dpotrf(system.T, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("columns that are not finite numbers")
    log_det = 2 * float(np.log(np.diag(factor)).sum())
    inverse, _ = dpotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    inverse *= root
    inverse *= root[:, None]
    return inverse, log_det
