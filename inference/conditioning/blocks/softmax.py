r"""Categories by a softmax of linear predictors: the mode by Newton's method, then weights.

Unit :math:`i` is of category :math:`k` with a chance in proportion to :math:`\exp(\eta_{ik})`,
where :math:`\eta` is affine in Gaussian weights. The posterior is log-concave, so there is one
mode. Draws come from a t distribution there, by Pareto-smoothed importance weights; where these
cannot be trusted there is no answer. Units of equal covariates are gathered into one row.
(Böhning, 1992, doi:10.1007/BF00048682; Vehtari et al., 2024,
https://jmlr.org/papers/v25/19-556.html.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import CategoricalRV
from pytensor.tensor.special import Softmax
from scipy import special

from ...symbolic.affine import is_affine
from .design import prior_rows
from .glm import BATCH, MOST_WEIGHTS, MOST_WORK, is_weight, spreads
from .newton import mode
from .problem import Problem, Solution
from .smooth import by_weights

__all__ = ["softmax"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Posterior:
    """The log-density of the weights.

    Attributes
    ----------
    matrix : array of shape (row, category, weight)
    offset : array of shape (row, category)
        What the predictors are without the weights.
    times : array of shape (row, category)
        How many units of a row are of each category.
    root, centre : array of shape (weight, weight) and (weight,)
        The prior: ``root @ weights - centre`` is standard normal.
    """

    matrix: Floats
    offset: Floats
    times: Floats
    root: Floats
    centre: Floats

    def density(self, points: Floats) -> Floats:
        """Return the log-density at points of shape (point, weight)."""
        step = max(1, BATCH // self.times.size)
        found = [self._some(points[k : k + step]) for k in range(0, len(points), step)]
        return np.concatenate(found)

    def _some(self, points: Floats) -> Floats:
        eta = np.tensordot(points, self.matrix, axes=(1, 2)) + self.offset
        norms = special.logsumexp(eta, axis=2) @ self.times.sum(axis=1)
        prior = points @ self.root.T - self.centre
        return np.tensordot(eta, self.times, axes=2) - norms - 0.5 * (prior**2).sum(axis=1)

    def bends(self, point: Floats) -> tuple[Floats, Floats]:
        """Return the first and minus the second derivatives at one point."""
        chances = special.softmax(self.matrix @ point + self.offset, axis=1)
        total = self.times.sum(axis=1, keepdims=True)
        slope = np.tensordot(self.times - total * chances, self.matrix, axes=2)
        slope -= self.root.T @ (self.root @ point - self.centre)
        mean = (chances[:, :, None] * self.matrix).sum(axis=1)
        apart = (self.matrix - mean[:, None]) * np.sqrt(total * chances)[:, :, None]
        flat = apart.reshape(-1, len(point))
        return slope, flat.T @ flat + self.root.T @ self.root

    @property
    def start(self) -> Floats:
        """The mean of the prior."""
        found: Floats = np.linalg.solve(self.root, self.centre)
        return found


def softmax(problem: Problem, count: int, rng: np.random.Generator) -> Solution | None:
    """Return independent draws of a block that is one mechanism of this kind, or None.

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
    predictor = problem.equations.once(("softmax", problem.block.name), lambda: _predictor(problem))
    if predictor is None:
        return None
    found = _posterior(problem, predictor)
    if found.times.size * count > MOST_WORK:
        return None
    place = mode(found.density, found.bends, found.start)
    draws = None if place is None else by_weights(found.density, *place, count, rng)
    if draws is None:
        return None
    weights = problem.block.unknowns
    shapes = [problem.shape(w) for w in weights]
    ends = np.cumsum([0, *(int(np.prod(s)) for s in shapes)])
    values = {
        w: draws.values[:, start:end].reshape(count, *shape)
        for w, shape, start, end in zip(weights, shapes, ends, ends[1:], strict=False)
    }
    return Solution(values, draws.khat)


def _predictor(problem: Problem) -> TensorVariable | None:
    """Return what the softmax is of; None where the block is of another kind."""
    block, equations = problem.block, problem.equations
    if block.potentials or len(block.seen) != 1:
        return None
    if not isinstance(equations[block.seen[0]].expression.owner.op, CategoricalRV):
        return None
    [p] = problem.parameters_of(block.seen[0])
    p = problem.definitions.get(p, p)
    if p.owner is None or not isinstance(p.owner.op, Softmax):
        return None
    axis, [eta] = p.owner.op.axis, p.owner.inputs
    symbols = [equations[w].symbol for w in block.unknowns]
    sound = (
        axis in (-1, p.ndim - 1, (-1,), (p.ndim - 1,))
        and all(is_weight(problem, w) for w in block.unknowns)
        and is_affine(eta, symbols, problem.definitions)
        and sum(int(np.prod(problem.shape(w))) for w in block.unknowns) <= MOST_WEIGHTS
    )
    return eta if sound else None


def _posterior(problem: Problem, predictor: TensorVariable) -> Posterior:
    weights, [name] = problem.block.unknowns, problem.block.seen
    codes = problem.seen_values(name).astype(np.int64)
    symbols = [problem.equations[w].symbol for w in weights]
    shapes = [problem.shape(w) for w in weights]
    function, values = problem.function(symbols, [predictor], weights), [*map(np.zeros, shapes)]
    [eta] = function(*values)
    shape = (len(codes), eta.shape[-1])
    offset = np.broadcast_to(eta, shape)
    columns = []
    for value in values:
        for at in np.ndindex(value.shape):
            value[at] = 1.0
            columns.append(np.broadcast_to(function(*values)[0], shape) - offset)
            value[at] = 0.0
    matrix = np.stack(columns, axis=2)
    table = np.column_stack([matrix.reshape(len(codes), -1), offset])
    _, first, place = np.unique(table, axis=0, return_index=True, return_inverse=True)
    times = np.zeros((len(first), shape[1]))
    np.add.at(times, (place.ravel(), codes), 1.0)
    prior, spread = prior_rows(problem, weights), spreads(problem, weights)
    root, centre = prior.matrix / spread[:, None], prior.target / spread
    return Posterior(matrix[first], offset[first], times, root, centre)
