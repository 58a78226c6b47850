"""Refits of a model of effects: on outcomes that it makes itself, with everything learnt anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ifonly.inference.validation.refits import Refits, refitted

from .models import Fitted
from .pool import fitted

__all__ = ["refits_of"]

Floats = NDArray[np.float64]


def refits_of(
    part: Fitted, count: int, ci_prob: float, *, draws: int | None = None, tune: int | None = None
) -> Refits:
    """Return how the intervals of a model do in worlds that it makes itself.

    Treatments and covariates stay; outcomes are drawn anew. Bases, lengthscales and weights are
    learnt again.

    Parameters
    ----------
    part : Fitted
    count : int
        Of worlds.
    ci_prob : float
    draws, tune : int, optional
        As for `fit`.

    Returns
    -------
    Refits
    """

    def again(outcomes: Floats, seed: int) -> Floats:
        frame = part.table.frame.assign(**{part.table.outcome: outcomes})
        table = replace(part.table, frame=frame)
        options: dict[str, Any] = {
            "family": part.family,
            "seed": seed,
            "draws": draws,
            "tune": tune,
        }
        return fitted(table, part.assignment, part.name, **options).effects()

    return refitted(part.simulated, again, count=count, ci_prob=ci_prob, seed=part.seed)
