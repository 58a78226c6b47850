"""A block of which the data say nothing: its posterior is its prior."""

from __future__ import annotations

import numpy as np
import pymc as pm

from .problem import PLAIN, Problem, Solution
from .submodel import submodel

__all__ = ["prior"]

MOST_VALUES = 100_000


def prior(problem: Problem, count: int, rng: np.random.Generator) -> Solution | None:
    """Return independent draws of a block that nothing seen depends on, or None if it is not.

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
    names = problem.block.unknowns
    if problem.block.seen or problem.block.potentials:
        return None
    if sum(int(np.prod(problem.shape(n))) for n in names) > MOST_VALUES:
        return None
    model = submodel(problem.model, problem.equations, problem.evidence, problem.block)
    seed = int(rng.integers(2**31))
    values = pm.draw([model[n] for n in names], draws=count, random_seed=seed, mode=PLAIN)
    shaped = zip(names, (np.asarray(v) for v in values), strict=True)
    return Solution({n: v.reshape(count, *v.shape[1:]) for n, v in shaped})
