r"""Linear mechanisms: Gaussian weights integrated out, and then drawn exactly.

A normal (or log-normal) mechanism whose mean is affine in Gaussian weights :math:`w`, given a few
scales :math:`s`, is a least-squares problem. With one row :math:`(y_i - x_i^\top w)/\sigma(s)` a
unit and one row :math:`(w_j - c_j - a_j^\top w)/\tau_j(s)` a weight, a QR decomposition of all
rows, :math:`R`, gives the density of the scales with the weights integrated out, and the weights
given the scales as :math:`R_w^{-1}(R_y + z)` with standard normal :math:`z`. Units enter through
the triangular factor of their own rows, which is computed once.
(Lindley and Smith, 1972, doi:10.1111/j.2517-6161.1972.tb00885.x.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.random.basic import LogNormalRV, NormalRV

from ...symbolic.affine import is_affine
from .design import Rows, prior_rows, rows
from .problem import Problem, Scales, Solution
from .rotated import Rotated
from .smooth import drawn

__all__ = ["linear", "weights_of"]

Floats = NDArray[np.float64]
MOST_WEIGHTS = 1_000
MOST_SCALES = 6
# Where the priors' spreads are unknown too, each value of them costs a decomposition.
MOST_OF_UNKNOWN_SPREAD = 50
# Matrices held at once, in numbers.
BATCH = 4_000_000


def linear(problem: Problem, count: int, rng: np.random.Generator) -> Solution | None:
    """Return independent draws of a block that is one linear mechanism, or None if it is not.

    Parameters
    ----------
    problem : Problem
    count : int
        How many draws.
    rng : numpy Generator

    Returns
    -------
    Solution or None
    """
    parts = _parts(problem)
    if parts is None:
        return None
    weights, scales = parts
    [name] = problem.block.seen
    mean, sd = problem.parameters_of(name)
    priors = [problem.parameters_of(w) for w in weights]
    sizes = [int(np.prod(problem.shape(w))) for w in weights]
    known = not any(problem.reads(p[1]) & set(scales) for p in priors)
    if not sum(sizes) <= (MOST_WEIGHTS if known else MOST_OF_UNKNOWN_SPREAD):
        return None
    y = problem.seen_values(name)
    if isinstance(problem.equations[name].expression.owner.op, LogNormalRV):
        y = np.log(y)
    seen = rows(problem, weights, mean, y)
    if not problem.reads(sd) & set(scales):  # known, perhaps another for each unit
        seen = seen.divided(problem.known(sd, np.shape(problem.evidence.columns[name])))
        sd = pt.ones(())
    prior = prior_rows(problem, weights)
    at = Scales.of(problem, scales, [sd, *(p[1] for p in priors)])
    triangle = np.linalg.qr(np.column_stack([seen.matrix, seen.target]), mode="r")
    system: System | Rotated = System(triangle, prior, len(y), tuple(sizes), at)
    if known:
        spread = [
            problem.known(p[1], problem.shape(w)) for p, w in zip(priors, weights, strict=True)
        ]
        own = prior.divided(np.concatenate([np.zeros(0), *spread]))
        system = Rotated.of(triangle, own, len(y), at)
    found = drawn(system.density, len(scales), count, rng) if scales else None
    if scales and found is None:
        return None
    points = np.zeros((count, 0)) if found is None else found.values
    values = system.weights(points, rng)
    ends = np.cumsum(sizes)
    result = {
        w: values[:, end - size : end].reshape(count, *problem.shape(w))
        for w, size, end in zip(weights, sizes, ends, strict=True)
    }
    result |= {n: v.copy() for n, v in at.at(points)[1].items()}
    return Solution(result, 0.0 if found is None else found.khat)


def _parts(problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the weights and the scales of a block that is one linear mechanism."""
    block, equations = problem.block, problem.equations
    if block.potentials or len(block.seen) != 1:
        return None
    [name] = block.seen
    if not isinstance(equations[name].expression.owner.op, NormalRV | LogNormalRV):
        return None
    mean, sd = problem.parameters_of(name)
    in_mean = problem.reads(mean)
    weights = weights_of(problem, in_mean)
    scales = tuple(n for n in block.unknowns if n not in weights)
    spreads = [sd, *(problem.parameters_of(w)[1] for w in weights)]
    centres = [mean, *(problem.parameters_of(w)[0] for w in weights)]
    symbols = [equations[w].symbol for w in weights]
    sound = (
        len(scales) <= MOST_SCALES
        and all(_is_scale(problem, n, weights) for n in scales)
        and not any(problem.reads(c) & set(scales) for c in centres)
        and not any(problem.reads(s) & set(weights) for s in spreads)
        and (not problem.reads(sd) & set(scales) or not problem.has_units(sd))
        and all(is_affine(c, symbols, problem.definitions) for c in centres)
    )
    return (weights, scales) if sound else None


def weights_of(problem: Problem, in_mean: frozenset[str]) -> tuple[str, ...]:
    """Return the normal unknowns that a mean reads, and those that the mean of one of these reads.

    Parameters
    ----------
    problem : Problem
    in_mean : frozenset of str
        What the mean of the seen mechanism reads.

    Returns
    -------
    tuple of str
    """
    found: set[str] = set()
    todo = set(in_mean) & set(problem.block.unknowns)
    while todo:
        name = todo.pop()
        if isinstance(problem.equations[name].expression.owner.op, NormalRV):
            found.add(name)
            todo |= problem.reads(problem.parameters_of(name)[0]) & set(problem.block.unknowns)
            todo -= found
    return tuple(n for n in problem.block.unknowns if n in found)


def _is_scale(problem: Problem, name: str, weights: tuple[str, ...]) -> bool:
    rv = problem.equations[name].expression
    reads = {n for p in problem.parameters_of(name) for n in problem.reads(p)}
    return rv.ndim == 0 and "float" in rv.dtype and not reads & set(weights)


@dataclass(frozen=True, eq=False)
class System:
    """The least-squares problem as a function of the scales.

    Attributes
    ----------
    triangle : array of shape (w + 1, w + 1)
        The triangular factor of the units' rows, their target as the last column.
    prior : Rows
    units : int
        How many rows the triangle stands for.
    sizes : tuple of int
        Of each weight.
    scales : Scales
        With the standard deviation of the mechanism and of each weight.
    """

    triangle: Floats
    prior: Rows
    units: int
    sizes: tuple[int, ...]
    scales: Scales

    def _factors(self, points: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return log prior, log of the deviations' product, the triangle, and what it leaves."""
        log_prior, _, [sd, *spreads] = self.scales.at(points)
        k, w = len(points), sum(self.sizes)
        sd = self._scalar(sd, k)
        spread = np.concatenate(
            [self._spread(s, size, k) for s, size in zip(spreads, self.sizes, strict=True)], axis=1
        ) if self.sizes else np.ones((k, 0))  # fmt: skip
        own = np.column_stack([self.prior.matrix, self.prior.target])
        rows = np.concatenate(
            [
                np.broadcast_to(self.triangle, (k, *self.triangle.shape)) / sd[:, None, None],
                own / spread[:, :, None],
            ],
            axis=1,
        )
        factor = np.linalg.qr(rows, mode="r")
        log_scale = self.units * np.log(sd) + np.log(spread).sum(axis=1)
        return log_prior, log_scale, factor[:, : w + 1], sd

    @staticmethod
    def _scalar(value: Floats, count: int) -> Floats:
        """Return one number a point; the same for all units."""
        value = np.asarray(value, float)
        return np.broadcast_to(value.reshape(value.shape[0] if value.ndim else 1, -1)[:, 0], count)

    @staticmethod
    def _spread(value: Floats, size: int, count: int) -> Floats:
        value = np.asarray(value, float)
        if value.size == 1 or value.shape[0] != count:
            return np.broadcast_to(value.ravel(), (count, size))
        return np.broadcast_to(value.reshape(count, -1), (count, size))

    def density(self, points: Floats) -> Floats:
        """Return the log-density of the scales, the weights integrated out, at each point."""
        w = sum(self.sizes)
        step = max(1, BATCH // (2 * w + 2) ** 2)
        found = []
        for start in range(0, len(points), step):
            with np.errstate(all="ignore"):
                log_prior, log_scale, r, _ = self._factors(points[start : start + step])
                diagonal = np.abs(np.diagonal(r[:, :w, :w], axis1=1, axis2=2))
                left = r[:, w, w] if r.shape[1] > w else np.zeros(len(r))
                value = log_prior - log_scale - np.log(diagonal).sum(axis=1) - 0.5 * left**2
            found.append(np.where(np.isfinite(value), value, -np.inf))
        return np.concatenate(found)

    def weights(self, points: Floats, rng: np.random.Generator) -> Floats:
        """Return one draw of all weights at each point, of shape (point, weight)."""
        w = sum(self.sizes)
        z = rng.standard_normal((len(points), w))
        step = max(1, BATCH // (2 * w + 2) ** 2)
        found = []
        for start in range(0, len(points), step):
            _, _, r, _ = self._factors(points[start : start + step])
            right = r[:, :w, w] + z[start : start + step]
            found.append(np.linalg.solve(r[:, :w, :w], right[:, :, None])[:, :, 0])
        return np.concatenate(found)
