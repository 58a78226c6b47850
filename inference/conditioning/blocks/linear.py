r"""Linear mechanisms: Gaussian weights integrated out, and then drawn exactly.

A normal (or log-normal) mechanism whose mean is affine in Gaussian weights :math:`w`, given a few
scales :math:`s`, is a least-squares problem: one row :math:`(y_i - x_i^\top w)/\sigma(s)` a unit
and one row :math:`(w_j - c_j - a_j^\top w)/\tau_j(s)` a weight. Scales may stand in the mean too,
where they multiply weights before these meet the data (:math:`\tau z`). Units enter through the
triangular factor of their own rows, which is computed once.
(Lindley and Smith, 1972, doi:10.1111/j.2517-6161.1972.tb00885.x.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import LogNormalRV, NormalRV

from ...symbolic.affine import is_affine
from .design import Rows, prior_rows, triangle
from .effective import Effective, effective
from .problem import Problem, Scales, Solution
from .rotated import Rotated
from .smooth import GRID, PROPOSALS, Draws, drawn
from .system import System

__all__ = ["linear", "weights_of"]

Floats = NDArray[np.float64]
MOST_WEIGHTS = 1_000
MOST_SCALES = 6
# Where the priors' spreads are unknown too, each value of them costs a decomposition: at most so
# many multiplications, some ten seconds of one core.
MOST_WORK = 1.5e11
# Numbers that the grids of several problems have at once.
BATCH = 4_000_000
ONE = pt.constant(1.0)
# Ends of the unbounded scale, for what is to be positive everywhere.
FAR = 30.0


def linear(
    problems: Sequence[Problem], count: int, rngs: Sequence[np.random.Generator]
) -> list[Solution | None]:
    """Return independent draws of blocks that are one linear mechanism, None where they are not.

    Problems with at most one scale, whose law is the same for all, are solved at once.

    Parameters
    ----------
    problems : sequence of Problem
        Of one block of the same equations, for data of the same shapes.
    count : int
        How many draws of each.
    rngs : sequence of numpy Generator
        One for each problem.

    Returns
    -------
    list of Solution or None
    """
    one = problems[0]
    parts = one.equations.once(("linear", one.block.name), lambda: _parts(one))
    if parts is None:
        return [None] * len(problems)
    weights, scales = parts
    sizes = tuple(int(np.prod(one.shape(w))) for w in weights)
    step = _at_once(one, weights, scales, max(count, 2 * GRID) * (1 + sum(sizes)))
    if len(problems) > step:
        places = [slice(k, k + step) for k in range(0, len(problems), step)]
        return [found for some in places for found in linear(problems[some], count, rngs[some])]
    system = _system(problems, weights, scales, sizes, count)
    if system is None:
        return [None] * len(problems)
    found: list[Draws | None] = [Draws(np.zeros((count, 0)))] * len(problems)
    if scales:
        found = drawn(system.density, len(scales), count, rngs)
    if not any(found):
        return [None] * len(problems)
    nowhere = np.zeros((count, len(scales)))
    points = np.stack([nowhere if f is None else f.values for f in found])
    drawings = np.split(system.weights(points, rngs), np.cumsum(sizes)[:-1], axis=2)
    values = {
        w: v.reshape(*v.shape[:2], *one.shape(w)) for w, v in zip(weights, drawings, strict=False)
    }
    values |= system.scales.at(points)[1]
    return [
        None if f is None else Solution({n: v[k].copy() for n, v in values.items()}, f.khat)
        for k, f in enumerate(found)
    ]


def _at_once(
    problem: Problem, weights: tuple[str, ...], scales: tuple[str, ...], numbers: int
) -> int:
    """Return how many problems are solved at once, where the grid of each holds so many numbers.

    More than one only with a single scale, whose law and whose use are the same for all data.
    """
    [name] = problem.block.seen
    mean, sd = problem.parameters_of(name)
    spreads = [problem.parameters_of(w)[1] for w in weights]
    unknown = set(scales)
    own = [p for n in scales for p in problem.parameters_of(n)]
    own += [sd] if problem.reads(sd) & unknown else []
    alike = len(scales) <= 1 and all(problem.reads(e) <= unknown for e in own)
    apart = not any(problem.reads(e) & unknown for e in (mean, *spreads))
    return max(1, BATCH // numbers) if alike and apart else 1


def _system(
    problems: Sequence[Problem],
    weights: tuple[str, ...],
    scales: tuple[str, ...],
    sizes: tuple[int, ...],
    count: int,
) -> System | Rotated | None:
    """Return the least-squares problems, or None where they are none or too large."""
    problem = problems[0]
    [name] = problem.block.seen
    mean, sd = problem.parameters_of(name)
    inner = None
    if problem.reads(mean) & set(scales):
        inner = effective(problem, mean, weights, scales)
        if inner is None:
            return None
    spreads = [problem.parameters_of(w)[1] for w in weights]
    known = inner is None and not any(problem.reads(s) & set(scales) for s in spreads)
    if sum(sizes) > MOST_WEIGHTS or not (known or _work(sizes, len(scales), count) <= MOST_WORK):
        return None
    spread: list[Floats | None] = [None] * len(problems)
    if not problem.reads(sd) & set(scales):  # known, perhaps another for each unit
        spread = [p.known(sd, np.shape(p.evidence.columns[name])) for p in problems]
        sd = ONE
    seen = [_seen(p, weights, inner, s) for p, s in zip(problems, spread, strict=True)]
    factors, [units, *_] = zip(*seen, strict=True)
    if known:
        priors = [_prior(p, weights, spreads) for p in problems]
        return Rotated.of(factors, priors, units, Scales.of(problem, scales, [sd]))
    whole = problem.equations.once(
        ("linear", problem.block.name, "spreads"),
        lambda: [s + pt.zeros(problem.shape(w)) for s, w in zip(spreads, weights, strict=True)],
    )
    at = Scales.of(problem, scales, [sd, *whole, *(inner.images if inner else ())])
    if inner is not None and not _all_positive(at):
        return None
    [factor] = factors
    return System(factor, prior_rows(problem, weights), units, sizes, at, inner)


def _prior(problem: Problem, weights: tuple[str, ...], spreads: Sequence[TensorVariable]) -> Rows:
    """Return the rows of the weights' priors, in units of their standard deviations."""
    own = [problem.known(s, problem.shape(w)) for s, w in zip(spreads, weights, strict=True)]
    return prior_rows(problem, weights).divided(np.concatenate([np.zeros(0), *own]))


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
