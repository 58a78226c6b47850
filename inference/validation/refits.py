"""Intervals of units held against worlds that the fitted model makes itself, and corrected by them.

One draw of the posterior is a world: its effects are known and its outcomes are drawn anew. The
whole analysis is run on these outcomes as if they were the data. How often its intervals then hold
the known effects says how far to trust those of the data: what they leave out, such as the choice
of terms and lengthscales, is in the refits. The outcomes of several refits are those of a
parametric bootstrap (Efron, 2012, doi:10.1214/12-AOAS571; calibration of intervals: Beran, 1987,
doi:10.1093/biomet/74.3.457).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability, checked_seed, positive_whole

__all__ = ["Refits", "refitted"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Refits:
    """What the refits say of intervals.

    Attributes
    ----------
    count : int
        How many refits.
    coverage : float
        The share of the known effects, over units and refits, within their intervals.
    factor : float
        What intervals of `ci_prob` are to be stretched by about their middles, so that they hold
        that share; below 1 they are too wide.
    ci_prob : float
    """

    count: int
    coverage: float
    factor: float
    ci_prob: float

    def stretched(self, draws: Floats) -> Floats:
        """Return draws whose distance from the mean of each unit is stretched by the factor.

        Parameters
        ----------
        draws : array of shape (draw, unit)

        Returns
        -------
        array of shape (draw, unit)
        """
        mean = draws.mean(axis=0)
        return mean + self.factor * (draws - mean)

    def __str__(self) -> str:
        way = "wider" if self.factor > 1 else "narrower"
        return (
            f"in {self.count} worlds that the model made itself, intervals of {self.ci_prob:.0%} "
            f"held {self.coverage:.1%} of the effects; those of the units were made {way} by the "
            f"factor {self.factor:.2f}"
        )


@takes_ci_prob
def refitted(
    simulate: Callable[[np.random.Generator], tuple[Any, Floats]],
    fit: Callable[[Any, int], Floats],
    *,
    count: int = 1,
    ci_prob: float = 0.95,
    seed: int = 0,
) -> Refits:
    """Return how intervals do in worlds of the fitted model's own.

    Parameters
    ----------
    simulate : callable
        Takes a generator; returns data and the effect of each unit in them, of shape (unit,).
    fit : callable
        Takes data and a seed; returns draws of the effects, of shape (draw, unit).
    count : int
        How many worlds.
    ci_prob : float
        Probability of the equal-tailed intervals.
    seed : int

    Returns
    -------
    Refits

    Raises
    ------
    DataError
        If the draws are not of the units whose effects are known, or do not vary.

    Examples
    --------
    An estimate of a mean whose draws have half the spread that they should have:

    >>> def simulate(rng):
    ...     effects = rng.normal(size=2_000)
    ...     return effects + rng.normal(size=2_000), effects
    >>> def fit(data, seed):
    ...     noise = np.random.default_rng(seed).normal(size=(400, 2_000))
    ...     return data / 2 + np.sqrt(1 / 2) / 2 * noise
    >>> round(refitted(simulate, fit).factor, 1)
    2.0
    """
    tail = (1 - checked_probability("ci_prob", ci_prob)) / 2
    ratios = []
    for stream in np.random.SeedSequence(checked_seed(seed)).spawn(positive_whole("count", count)):
        data, effects = simulate(np.random.default_rng(stream))
        draws = np.asarray(fit(data, int(stream.generate_state(1)[0])), dtype=float)
        if draws.ndim != 2 or draws.shape[1:] != np.shape(effects):
            raise DataError(
                f"the refit gave draws of shape {draws.shape} for {len(effects)} units; give "
                "(draw, unit)"
            )
        low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
        mean = draws.mean(axis=0)
        reach = np.where(effects > mean, high - mean, mean - low)
        if not (reach > 0).all():
            raise DataError("the draws of a refit are the same for some units; give more draws")
        ratios.append(np.abs(effects - mean) / reach)
    found = np.concatenate(ratios)
    return Refits(count, float((found <= 1).mean()), float(np.quantile(found, ci_prob)), ci_prob)
