r"""Generalised linear mechanisms with Gaussian weights: the mode by Newton's method, then weights.

The posterior of the weights is log-concave, so there is one mode. Of a negative binomial the
dispersion may be unknown too. Draws come from a t distribution
there, by Pareto-smoothed importance weights; where these cannot be trusted there is no answer.
Units of equal covariates are gathered into one row.
(Vehtari et al., 2024, https://jmlr.org/papers/v25/19-556.html.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pytensor.tensor.random.basic import NormalRV
from scipy.special import gammaln

from ...symbolic.affine import is_affine
from .design import batches, prior_rows
from .links import Link, Written, dispersed, written
from .newton import mode
from .problem import Problem, Scales, Solution
from .smooth import by_weights

__all__ = ["BATCH", "MOST_WEIGHTS", "MOST_WORK", "glm", "is_weight", "spreads"]

Floats = NDArray[np.float64]
MOST_WEIGHTS = 60
# Rows times proposals, at most: a few seconds of one core.
MOST_WORK = 4e8
BATCH = 4_000_000
# Of differences in the dispersion, on its unbounded scale.
STEP = 1e-3


@dataclass(frozen=True, eq=False)
class Dispersion:
    """An unknown dispersion, and what the log-likelihood has of it alone.

    Attributes
    ----------
    scales : Scales
        With the dispersion as its expression.
    values, times : array of shape (value,)
        The distinct values of the mechanism, and how often each comes.
    """

    scales: Scales
    values: Floats
    times: Floats

    def at(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the dispersion, of shape (point, 1), and the log-density that it has alone."""
        log_prior, _, [alpha] = self.scales.at(points)
        alpha = alpha.reshape(len(points), 1)
        own = (gammaln(self.values + alpha) - gammaln(alpha)) @ self.times
        return alpha, log_prior + own


@dataclass(frozen=True, eq=False)
class Posterior:
    """The log-density of the weights, and of the dispersion on an unbounded scale if it is unknown.

    Attributes
    ----------
    matrix : array of shape (row, weight)
    offset : array of shape (row,)
        What the predictor is without the weights.
    value, trials : array of shape (row,)
        Sums over the units of a row.
    root, centre : array of shape (weight, weight) and (weight,)
        The prior: ``root @ weights - centre`` is standard normal.
    link : Link or None
    dispersion : Dispersion or None
        What the link depends on, if it is none.
    """

    matrix: Floats
    offset: Floats
    value: Floats
    trials: Floats
    root: Floats
    centre: Floats
    link: Link | None
    dispersion: Dispersion | None = None

    def density(self, points: Floats) -> Floats:
        """Return the log-density at points of shape (point, weight and dispersion)."""
        step = max(1, BATCH // len(self.value))
        found = [self._some(points[k : k + step]) for k in range(0, len(points), step)]
        return np.concatenate(found)

    def _links(self, points: Floats) -> tuple[Link, Floats]:
        """Return the link at points, and the log-density that no weight changes."""
        if self.link is not None:
            return self.link, np.zeros(len(points))
        assert self.dispersion is not None
        alpha, own = self.dispersion.at(points[:, self.matrix.shape[1] :])
        return dispersed(alpha), own

    def _some(self, points: Floats) -> Floats:
        weights = points[:, : self.matrix.shape[1]]
        with np.errstate(all="ignore"):
            link, own = self._links(points)
            eta = weights @ self.matrix.T + self.offset
            seen = link.of_sum.at(eta) @ self.value + link.of_count.at(eta) @ self.trials
            prior = weights @ self.root.T - self.centre
            return own + seen - 0.5 * (prior**2).sum(axis=1)

    def _bends(self, point: Floats) -> tuple[Floats, Floats]:
        """Return the first and minus the second derivatives in the weights."""
        w = point[: self.matrix.shape[1]]
        link, _ = self._links(point[None])
        eta = (self.matrix @ w + self.offset)[None]
        (one, two), (three, four) = link.of_sum.bends(eta), link.of_count.bends(eta)
        slope = self.matrix.T @ (self.value * one + self.trials * three)[0]
        slope -= self.root.T @ (self.root @ w - self.centre)
        weight = -(self.value * two + self.trials * four)[0]
        return slope, (self.matrix * weight[:, None]).T @ self.matrix + self.root.T @ self.root

    def _all_bends(self, point: Floats) -> tuple[Floats, Floats]:
        """Return the derivatives in all: by differences where it is not the weights alone."""
        slope, curvature = self._bends(point)
        w = len(slope)
        if len(point) == w:
            return slope, curvature
        moves = STEP * np.eye(len(point))[w:]
        sides = self.density(np.concatenate([point[None], point + moves, point - moves]))
        k = len(moves)
        here, above, below = sides[0], sides[1 : 1 + k], sides[1 + k :]
        across = [self._bends(point + m)[0] - self._bends(point - m)[0] for m in moves]
        whole = np.zeros((w + k, w + k))
        whole[:w, :w] = curvature
        whole[w:, :w] = -np.array(across) / (2 * STEP)
        whole[:w, w:] = whole[w:, :w].T
        whole[w:, w:] = np.diag(-(above + below - 2 * here) / STEP**2)
        return np.concatenate([slope, (above - below) / (2 * STEP)]), whole

    def peak(self) -> tuple[Floats, Floats] | None:
        """Return the mode and minus the second derivatives there, or None."""
        start = np.linalg.lstsq(self.root, self.centre, rcond=None)[0]
        unknown = 0 if self.dispersion is None else len(self.dispersion.scales.names)
        return mode(self.density, self._all_bends, np.concatenate([start, np.zeros(unknown)]))


def glm(problem: Problem, count: int, rng: np.random.Generator) -> Solution | None:
    """Return independent draws of a block that is one generalised linear mechanism, or None.

    Parameters
    ----------
    problem : Problem
    count : int
        How many draws.
    rng : numpy Generator

    Returns
    -------
    Solution or None
        None too where the importance weights cannot be trusted, or there are too many units.
    """
    parts = _parts(problem)
    if parts is None:
        return None
    equation, weights, scales = parts
    found = _posterior(problem, equation, weights, scales)
    if len(found.value) * count > MOST_WORK:
        return None
    place = found.peak()
    draws = None if place is None else by_weights(found.density, *place, count, rng)
    if draws is None:
        return None
    shapes = [problem.shape(w) for w in weights]
    ends = np.cumsum([0, *(int(np.prod(s)) for s in shapes)])
    values = {
        w: draws.values[:, start:end].reshape(count, *shape)
        for w, shape, start, end in zip(weights, shapes, ends, ends[1:], strict=False)
    }
    if found.dispersion is not None:
        values |= found.dispersion.scales.at(draws.values[:, ends[-1] :])[1]
    return Solution({n: np.array(v) for n, v in values.items()}, draws.khat)


def _parts(problem: Problem) -> tuple[Written, tuple[str, ...], tuple[str, ...]] | None:
    """Return how the block's mechanism is written, its weights, and what its dispersion reads."""
    block, equations = problem.block, problem.equations
    if block.potentials or len(block.seen) != 1:
        return None
    found = written(problem, block.seen[0])
    if found is None:
        return None
    unknown = set(block.unknowns)
    in_alpha = frozenset[str]() if found.alpha is None else problem.reads(found.alpha) & unknown
    scales = tuple(n for n in block.unknowns if n in in_alpha)
    weights = tuple(n for n in block.unknowns if n not in in_alpha)
    symbols = [equations[w].symbol for w in weights]
    sound = (
        len(weights) > 0
        and all(is_weight(problem, w) for w in weights)
        and all(_is_alone(problem, s) for s in scales)
        and not problem.reads(found.predictor) & set(scales)
        and (found.trials is None or not problem.reads(found.trials) & unknown)
        and (found.alpha is None or not problem.has_units(found.alpha))
        and is_affine(found.predictor, symbols, problem.definitions)
        and sum(int(np.prod(problem.shape(w))) for w in weights) <= MOST_WEIGHTS
    )
    return (found, weights, scales) if sound else None


def _posterior(
    problem: Problem, equation: Written, weights: tuple[str, ...], scales: tuple[str, ...]
) -> Posterior:
    [name] = problem.block.seen
    y = problem.seen_values(name)
    trials = np.ones_like(y)
    if equation.trials is not None:
        trials = problem.known(equation.trials, np.shape(problem.evidence.columns[name]))
    symbols = [problem.equations[w].symbol for w in weights]
    shapes = [problem.shape(w) for w in weights]
    parts = [
        _gathered(matrix, offset, y[some], trials[some])
        for some, matrix, offset in batches(problem, symbols, shapes, equation.predictor)
    ]
    prior = prior_rows(problem, weights)
    spread = spreads(problem, weights)
    link, dispersion = equation.link, None
    if equation.alpha is not None:
        if scales:
            own = Scales.of(problem, scales, [equation.alpha])
            distinct, counts = np.unique(y, return_counts=True)
            dispersion = Dispersion(own, distinct, counts.astype(float))
        else:
            link = dispersed(float(problem.known(equation.alpha, (1,))[0]))
    matrix, offset, y, trials = parts[0]
    if len(parts) > 1:
        matrices, offsets, values, times = zip(*parts, strict=True)
        matrix, offset, y, trials = _gathered(
            np.concatenate(matrices),
            np.concatenate(offsets),
            np.concatenate(values),
            np.concatenate(times),
        )
    root, centre = prior.matrix / spread[:, None], prior.target / spread
    return Posterior(matrix, offset, y, trials, root, centre, link, dispersion)


def _is_alone(problem: Problem, name: str) -> bool:
    """Return whether a scalar unknown reads no other of its block."""
    rv = problem.equations[name].expression
    reads = {n for p in problem.parameters_of(name) for n in problem.reads(p)}
    return rv.ndim == 0 and "float" in rv.dtype and not reads & set(problem.block.unknowns)


def is_weight(problem: Problem, name: str) -> bool:
    """Return whether an unknown is normal, of a known mean and spread.

    Parameters
    ----------
    problem : Problem
    name : str
    """
    op = problem.equations[name].expression.owner.op
    if not isinstance(op, NormalRV):
        return False
    mean, sd = problem.parameters_of(name)
    return not (problem.reads(sd) | problem.reads(mean)) & set(problem.block.unknowns)


def spreads(problem: Problem, names: Sequence[str]) -> Floats:
    """Return the prior standard deviation of each weight.

    Parameters
    ----------
    problem : Problem
    names : sequence of str
    """
    values = problem.function([], [problem.parameters_of(w)[1] for w in names])()
    return np.concatenate(
        [np.broadcast_to(v, problem.shape(w)).ravel() for v, w in zip(values, names, strict=True)]
    )


def _gathered(
    matrix: Floats, offset: Floats, value: Floats, trials: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the rows with units of equal covariates as one, where that saves many."""
    table = np.column_stack([matrix, offset])
    distinct, place = np.unique(table, axis=0, return_inverse=True)
    if len(distinct) > len(table) / 2:
        return matrix, offset, value, trials
    place = place.ravel()
    value, trials = (np.bincount(place, v, minlength=len(distinct)) for v in (value, trials))
    return distinct[:, :-1], distinct[:, -1], value, trials
