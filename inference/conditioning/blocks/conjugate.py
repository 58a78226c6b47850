r"""Conjugate pairs: a root mechanism and the one parameter that it has, by the textbook's formulas.

The parameter may be one number for all units, or one for each group that a column of codes names.
(Gelman et al., 2013, *Bayesian Data Analysis*, ISBN 978-1-4398-4095-5, chapter 2 and section 3.4.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.basic import Variable
from pytensor.scalar import basic as scalar
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.random import basic as families

from .problem import Problem, Solution

__all__ = ["conjugate"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """A likelihood, the prior that is conjugate to its one parameter, and how they combine.

    Attributes
    ----------
    prior : type
        The parameter's random variable.
    place : int
        Of the parameter among those of the likelihood.
    inverse : bool
        Whether the likelihood holds one over the parameter (PyMC writes rates as scales).
    update : callable
        Maps the prior's parameters, the values, their other parameters and the groups' indicator
        to the parameters of the posterior, each one a group.
    """

    prior: type
    place: int
    inverse: bool
    update: Callable[..., tuple[Floats, Floats]]


def _sums(groups: NDArray[np.int64], count: int, values: Floats) -> Floats:
    return np.bincount(groups, np.broadcast_to(values, groups.shape), minlength=count)


def _successes(a: Floats, b: Floats, y: Floats, n: Floats, g: Any, k: int) -> tuple[Floats, Floats]:
    return a + _sums(g, k, y), b + _sums(g, k, n - y)


def _waiting(a: Floats, b: Floats, y: Floats, n: Floats, g: Any, k: int) -> tuple[Floats, Floats]:
    return a + _sums(g, k, np.ones_like(y)), b + _sums(g, k, y - 1)


def _events(
    a: Floats, scale: Floats, y: Floats, n: Floats, g: Any, k: int
) -> tuple[Floats, Floats]:
    return a + _sums(g, k, y), 1 / (1 / scale + _sums(g, k, np.ones_like(y)))


def _times(a: Floats, scale: Floats, y: Floats, n: Floats, g: Any, k: int) -> tuple[Floats, Floats]:
    return a + _sums(g, k, np.ones_like(y)), 1 / (1 / scale + _sums(g, k, y))


PAIRS: Mapping[type, Pair] = {
    families.BernoulliRV: Pair(families.BetaRV, 0, False, _successes),
    families.BinomialRV: Pair(families.BetaRV, 1, False, _successes),
    families.GeometricRV: Pair(families.BetaRV, 0, False, _waiting),
    families.PoissonRV: Pair(families.GammaRV, 0, False, _events),
    families.ExponentialRV: Pair(families.GammaRV, 0, True, _times),
}


def conjugate(problem: Problem, count: int, rng: np.random.Generator) -> Solution | None:
    """Return independent draws of a block that is a conjugate pair, or None if it is not.

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
    block, equations = problem.block, problem.equations
    if block.potentials or len(block.seen) != 1 or len(block.unknowns) != 1:
        return None
    [unknown], [seen] = block.unknowns, block.seen
    likelihood = equations[seen].expression.owner.op
    if isinstance(likelihood, families.CategoricalRV):
        values = _categories(problem, unknown, seen, count, rng)
    else:
        values = _pair(problem, unknown, seen, count, rng)
    if values is None:
        return None
    return Solution({unknown: values.reshape(count, *problem.shape(unknown))})


def _pair(
    problem: Problem, unknown: str, seen: str, count: int, rng: np.random.Generator
) -> Floats | None:
    likelihood = type(problem.equations[seen].expression.owner.op)
    prior = problem.equations[unknown].expression
    pair = PAIRS.get(likelihood)
    if pair is None or not isinstance(prior.owner.op, pair.prior) or prior.ndim > 1:
        return None
    parameters = problem.parameters_of(seen)
    groups = _groups(problem, parameters[pair.place], unknown, pair.inverse)
    others = [p for k, p in enumerate(parameters) if k != pair.place]
    if groups is None or any(unknown in problem.reads(p) for p in others):
        return None
    y = problem.seen_values(seen)
    trials = np.ones_like(y)
    if others:
        trials = np.broadcast_to(_numbers(problem, others)[0], y.shape)
    shape = problem.shape(unknown)
    k = int(np.prod(shape))
    a, b = (
        np.broadcast_to(p, shape).ravel().astype(float)
        for p in _numbers(problem, problem.parameters_of(unknown))
    )
    a, b = pair.update(a, b, y, trials, np.broadcast_to(groups, y.shape), k)
    if pair.prior is families.BetaRV:
        return rng.beta(a, b, (count, k))
    return rng.gamma(a, b, (count, k))


def _categories(
    problem: Problem, unknown: str, seen: str, count: int, rng: np.random.Generator
) -> Floats | None:
    prior = problem.equations[unknown].expression
    [p] = problem.parameters_of(seen)
    if not isinstance(prior.owner.op, families.DirichletRV) or prior.ndim > 2:
        return None
    groups = _groups(problem, p, unknown, False, event=1)
    if groups is None:
        return None
    shape = problem.shape(unknown)
    levels = shape[-1]
    rows = int(np.prod(shape[:-1]))
    y = problem.seen_values(seen).astype(np.int64)
    counts = np.zeros((rows, levels))
    np.add.at(counts, (np.broadcast_to(groups, y.shape), y), 1.0)
    [a] = _numbers(problem, problem.parameters_of(unknown))
    a = np.broadcast_to(a, shape).reshape(rows, levels) + counts
    return np.stack([rng.dirichlet(row, count) for row in a], axis=1)


def _numbers(problem: Problem, expressions: list[TensorVariable]) -> list[Any]:
    return [np.asarray(v) for v in problem.function([], expressions)()]


def _groups(
    problem: Problem, parameter: Variable, unknown: str, inverse: bool, event: int = 0
) -> Any:
    """Return which element of the unknown each unit has as its parameter, or None.

    Zero where there is one element for all; None where the parameter is anything else.
    """
    symbol = problem.equations[unknown].symbol
    inner = _bare(parameter, problem.definitions)
    if inverse:
        if not _is(inner, scalar.Reciprocal):
            if not (_is(inner, scalar.TrueDiv) and _is_one(inner.owner.inputs[0])):
                return None
            inner = _bare(inner.owner.inputs[1], problem.definitions)
        else:
            inner = _bare(inner.owner.inputs[0], problem.definitions)
    if symbol.ndim == event:
        return np.zeros(1, np.int64) if inner is symbol else None
    return _codes(problem, inner, symbol)


def _codes(problem: Problem, inner: Variable, symbol: Variable) -> Any:
    """Return the codes by which a table is looked up in its first axis, or None."""
    from pytensor.tensor.subtensor import AdvancedSubtensor

    if inner.owner is None or not isinstance(inner.owner.op, AdvancedSubtensor):
        return None
    table, *index = inner.owner.inputs
    if _bare(table, problem.definitions) is not symbol or len(index) != 1:
        return None
    if problem.reads(index[0]) & set(problem.block.unknowns) or index[0].dtype == "bool":
        return None
    [codes] = _numbers(problem, [pt.as_tensor_variable(index[0])])
    return codes if codes.ndim == 1 and (codes >= 0).all() else None


def _bare(variable: Variable, definitions: Mapping[Variable, Variable]) -> Variable:
    """Return a variable without what only broadcasts it or gives it a name."""
    while True:
        if variable in definitions:
            variable = definitions[variable]
        elif _is(variable, scalar.Identity):
            variable = variable.owner.inputs[0]
        elif variable.owner is not None and isinstance(variable.owner.op, DimShuffle):
            if list(variable.owner.op.shuffle) != sorted(variable.owner.op.shuffle):
                return variable
            variable = variable.owner.inputs[0]
        else:
            return variable


def _is(variable: Variable, kind: type) -> bool:
    op = getattr(variable.owner, "op", None)
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, kind)


def _is_one(variable: Variable) -> bool:
    data = getattr(_bare(variable, {}), "data", None)
    return data is not None and bool(np.all(data == 1))
