r"""Linear mechanisms: Gaussian weights integrated out, and then drawn exactly.

A normal (or log-normal) mechanism whose mean is affine in Gaussian weights :math:`w`, given a few
scales :math:`s`, is a least-squares problem: one row :math:`(y_i - x_i^\top w)/\sigma(s)` a unit
and one row :math:`(w_j - c_j - a_j^\top w)/\tau_j(s)` a weight. Scales may stand in the mean too,
where they multiply weights before these meet the data (:math:`\tau z`). Units enter through the
triangular factor of their own rows, which is computed once.
(Lindley and Smith, 1972, doi:10.1111/j.2517-6161.1972.tb00885.x.)
"""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.random.basic import LogNormalRV, NormalRV

from ...symbolic.affine import is_affine
from .design import prior_rows, triangle
from .effective import Effective, effective
from .problem import Problem, Scales, Solution
from .rotated import Rotated
from .smooth import GRID, PROPOSALS, drawn
from .system import System

__all__ = ["linear", "weights_of"]

Floats = NDArray[np.float64]
MOST_WEIGHTS = 1_000
MOST_SCALES = 6
# Where the priors' spreads are unknown too, each value of them costs a decomposition: at most so
# many multiplications, some ten seconds of one core.
MOST_WORK = 1.5e11
ONE = pt.constant(1.0)
# Ends of the unbounded scale, for what is to be positive everywhere.
FAR = 30.0


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
    own = ("linear", problem.block.name)
    parts = problem.equations.once(own, lambda: _parts(problem))
    if parts is None:
        return None
    weights, scales = parts
    [name] = problem.block.seen
    mean, sd = problem.parameters_of(name)
    inner = None
    if problem.reads(mean) & set(scales):
        inner = effective(problem, mean, weights, scales)
        if inner is None:
            return None
    priors = [problem.parameters_of(w) for w in weights]
    sizes = tuple(int(np.prod(problem.shape(w))) for w in weights)
    spreads = [p[1] for p in priors]
    known = inner is None and not any(problem.reads(s) & set(scales) for s in spreads)
    if sum(sizes) > MOST_WEIGHTS or not (known or _work(sizes, len(scales), count) <= MOST_WORK):
        return None
    spread = None
    if not problem.reads(sd) & set(scales):  # known, perhaps another for each unit
        spread = problem.known(sd, np.shape(problem.evidence.columns[name]))
        sd = ONE
    factor, units = _seen(problem, weights, inner, spread)
    prior = prior_rows(problem, weights)
    system: System | Rotated
    if known:
        at = Scales.of(problem, scales, [sd])
        own_sd = [problem.known(s, problem.shape(w)) for s, w in zip(spreads, weights, strict=True)]
        prior = prior.divided(np.concatenate([np.zeros(0), *own_sd]))
        system = Rotated.of(factor, prior, units, at)
    else:
        whole = problem.equations.once(
            (*own, "spreads"),
            lambda: [s + pt.zeros(problem.shape(w)) for s, w in zip(spreads, weights, strict=True)],
        )
        at = Scales.of(problem, scales, [sd, *whole, *(inner.images if inner else ())])
        if inner is not None and not _all_positive(at):
            return None
        system = System(factor, prior, units, sizes, at, inner)
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


def _seen(
    problem: Problem, weights: tuple[str, ...], inner: Effective | None, spread: Floats | None
) -> tuple[Floats, int]:
    """Return the triangular factor of the units' rows, and how many rows there are."""
    [name] = problem.block.seen
    y = problem.seen_values(name)
    if isinstance(problem.equations[name].expression.owner.op, LogNormalRV):
        y = np.log(y)
    if inner is not None:
        return triangle(problem, inner.symbols, inner.shapes, inner.mean, y, spread), len(y)
    symbols = [problem.equations[w].symbol for w in weights]
    shapes = [problem.shape(w) for w in weights]
    mean, _ = problem.parameters_of(name)
    return triangle(problem, symbols, shapes, mean, y, spread), len(y)


def _work(sizes: tuple[int, ...], scales: int, count: int) -> float:
    """Return about how many multiplications the decompositions take."""
    points = count + (2 * GRID if scales == 1 else PROPOSALS * count)
    return 3.0 * points * sum(sizes) ** 3


def _all_positive(scales: Scales) -> bool:
    """Return whether scales are positive everywhere: of a product with a weight the sign is one's.

    Else the posterior has two peaks that mirror each other.
    """
    ends = np.repeat([[-FAR], [FAR]], len(scales.names), axis=1)
    return all((v > 0).all() for v in scales.at(ends)[1].values())


def _parts(problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return weights and scales of a block that may be one linear mechanism."""
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
    centres = [problem.parameters_of(w)[0] for w in weights]
    symbols = [equations[w].symbol for w in weights]
    sound = (
        len(scales) <= MOST_SCALES
        and all(_is_scale(problem, n, weights) for n in scales)
        and not any(problem.reads(c) & set(scales) for c in centres)
        and not any(problem.reads(s) & set(weights) for s in spreads)
        and (not problem.reads(sd) & set(scales) or not problem.has_units(sd))
        and all(is_affine(c, symbols, problem.definitions) for c in centres)
    )
    if not sound:
        return None
    if not in_mean & set(scales) and not is_affine(mean, symbols, problem.definitions):
        return None
    return weights, scales


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
