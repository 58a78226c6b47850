r"""Generalised linear mechanisms with Gaussian weights: the mode by Newton's method, then weights.

The posterior of the weights is log-concave, so there is one mode. Draws come from a t distribution
there, by Pareto-smoothed importance weights; where these cannot be trusted there is no answer.
Units of equal covariates are gathered into one row.
(Vehtari et al., 2024, https://jmlr.org/papers/v25/19-556.html.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytensor
from numpy.typing import NDArray
from pytensor.scalar import basic as scalar
from pytensor.scalar.math import Sigmoid
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.random import basic as families
from pytensor.tensor.random.basic import NormalRV
from scipy.special import expit

from ...symbolic.affine import is_affine
from .design import prior_rows, rows
from .problem import PLAIN, Problem, Solution
from .smooth import by_weights

__all__ = ["glm"]

Floats = NDArray[np.float64]
MOST_WEIGHTS = 60
# Rows times proposals, at most: a few seconds of one core.
MOST_WORK = 4e8
BATCH = 4_000_000
STEPS = 50
TOLERANCE = 1e-10


@dataclass(frozen=True)
class Link:
    """The log-likelihood of a row as a function of its predictor, with its derivatives.

    Attributes
    ----------
    inverse : type
        The scalar operation that makes the family's parameter from the predictor.
    place : int
        Of that parameter among the family's.
    log_partition : callable
        What a trial's log-likelihood takes off the predictor times the value.
    mean, variance : callable
        Its first and second derivative.
    """

    inverse: type
    place: int
    log_partition: Callable[[Floats], Floats]
    mean: Callable[[Floats], Floats]
    variance: Callable[[Floats], Floats]


def _softplus(x: Floats) -> Floats:
    return np.logaddexp(0.0, x)


def _logistic_variance(x: Floats) -> Floats:
    return expit(x) * expit(-x)


LINKS: Mapping[type, Link] = {
    families.BernoulliRV: Link(Sigmoid, 0, _softplus, expit, _logistic_variance),
    families.BinomialRV: Link(Sigmoid, 1, _softplus, expit, _logistic_variance),
    families.PoissonRV: Link(scalar.Exp, 0, np.exp, np.exp, np.exp),
}


@dataclass(frozen=True, eq=False)
class Posterior:
    """The log-density of the weights.

    Attributes
    ----------
    matrix : array of shape (row, weight)
    offset : array of shape (row,)
        What the predictor is without the weights.
    value, trials : array of shape (row,)
        Sums over the units of a row.
    root, centre : array of shape (weight, weight) and (weight,)
        The prior: ``root @ weights - centre`` is standard normal.
    link : Link
    """

    matrix: Floats
    offset: Floats
    value: Floats
    trials: Floats
    root: Floats
    centre: Floats
    link: Link

    def density(self, points: Floats) -> Floats:
        """Return the log-density at points of shape (point, weight)."""
        step = max(1, BATCH // len(self.value))
        found = [self._some(points[k : k + step]) for k in range(0, len(points), step)]
        return np.concatenate(found)

    def _some(self, points: Floats) -> Floats:
        eta = points @ self.matrix.T + self.offset
        prior = points @ self.root.T - self.centre
        with np.errstate(over="ignore"):
            taken = self.link.log_partition(eta) @ self.trials
        return eta @ self.value - taken - 0.5 * (prior**2).sum(axis=1)

    def mode(self) -> tuple[Floats, Floats] | None:
        """Return the mode and minus the second derivatives there, or None."""
        w = np.linalg.lstsq(self.root, self.centre, rcond=None)[0]
        here = self.density(w[None])[0]
        for _ in range(STEPS):
            eta = self.matrix @ w + self.offset
            slope = self.matrix.T @ (self.value - self.trials * self.link.mean(eta))
            slope -= self.root.T @ (self.root @ w - self.centre)
            weight = self.trials * self.link.variance(eta)
            curvature = (self.matrix * weight[:, None]).T @ self.matrix + self.root.T @ self.root
            try:
                step = np.linalg.solve(curvature, slope)
            except np.linalg.LinAlgError:
                return None
            gain, size = slope @ step, 1.0
            if gain < TOLERANCE:
                return w, curvature
            there = self.density((w + step)[None])[0]
            while not there >= here and size > 1e-6:
                size /= 2
                there = self.density((w + size * step)[None])[0]
            w, here = w + size * step, there
        return None


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
    found = _posterior(problem)
    if found is None or len(found.value) * count > MOST_WORK:
        return None
    place = found.mode()
    draws = None if place is None else by_weights(found.density, *place, count, rng)
    if draws is None:
        return None
    shapes = [problem.shape(w) for w in problem.block.unknowns]
    ends = np.cumsum([int(np.prod(s)) for s in shapes])
    parts = np.split(draws.values, ends[:-1], axis=1)
    values = {
        w: part.reshape(count, *shape)
        for w, part, shape in zip(problem.block.unknowns, parts, shapes, strict=True)
    }
    return Solution(values, draws.khat)


def _posterior(problem: Problem) -> Posterior | None:
    block, equations = problem.block, problem.equations
    if block.potentials or len(block.seen) != 1:
        return None
    [name] = block.seen
    link = LINKS.get(type(equations[name].expression.owner.op))
    if link is None or not all(_is_weight(problem, w) for w in block.unknowns):
        return None
    parameters = problem.parameters_of(name)
    inner = parameters[link.place]
    while inner in problem.definitions:
        inner = problem.definitions[inner]
    op = getattr(inner.owner, "op", None)
    others = [p for k, p in enumerate(parameters) if k != link.place]
    symbols = [equations[w].symbol for w in block.unknowns]
    if (
        not isinstance(op, Elemwise)
        or not isinstance(op.scalar_op, link.inverse)
        or any(problem.reads(p) & set(block.unknowns) for p in others)
        or not is_affine(inner.owner.inputs[0], symbols, problem.definitions)
        or sum(int(np.prod(problem.shape(w))) for w in block.unknowns) > MOST_WEIGHTS
    ):
        return None
    y = problem.seen_values(name)
    trials = np.ones_like(y)
    if others:
        trials = problem.known(others[0], np.shape(problem.evidence.columns[name]))
    seen = rows(problem, block.unknowns, inner.owner.inputs[0], np.zeros_like(y))
    matrix, offset, y, trials = _gathered(seen.matrix, -seen.target, y, trials)
    prior = prior_rows(problem, block.unknowns)
    spread = _spreads(problem)
    return Posterior(
        matrix, offset, y, trials, prior.matrix / spread[:, None], prior.target / spread, link
    )


def _is_weight(problem: Problem, name: str) -> bool:
    op = problem.equations[name].expression.owner.op
    if not isinstance(op, NormalRV):
        return False
    mean, sd = problem.parameters_of(name)
    return not (problem.reads(sd) | problem.reads(mean)) & set(problem.block.unknowns)


def _spreads(problem: Problem) -> Floats:
    """Return the prior standard deviation of each weight."""
    names = problem.block.unknowns
    outputs = problem.with_data([problem.parameters_of(w)[1] for w in names])
    values = pytensor.function([], outputs, mode=PLAIN)()
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
