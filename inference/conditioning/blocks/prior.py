"""A block of which the data say nothing: its posterior is its prior."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from .problem import PLAIN, Problem
from .submodel import submodel

__all__ = ["prior"]

MOST_VALUES = 100_000


def prior(
    problem: Problem, count: int, rng: np.random.Generator
) -> Mapping[str, NDArray[np.float64]] | None:
    """Return independent draws of a block that nothing seen depends on, or None if it is not.

    Parameters
    ----------
    problem : Problem
    count : int
        How many draws.
    rng : numpy Generator

    Returns
    -------
    dict of str to array of shape (draw, ...), or None
    """
    names = problem.block.unknowns
    if problem.block.seen or problem.block.potentials:
        return None
    if sum(int(np.prod(problem.shape(n))) for n in names) > MOST_VALUES:
        return None
    model = submodel(problem.model, problem.equations, problem.evidence, problem.block)
    seed = int(rng.integers(2**31))
    values = pm.draw([model[n] for n in names], draws=count, random_seed=seed, mode=PLAIN)
    return {n: np.asarray(v).reshape(count, *np.shape(v)[1:]) for n, v in zip(names, values, strict=True)}
