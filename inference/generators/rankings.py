"""Which of several methods is better on data like a user's, over the posterior of generators.

A method's score on one generated table says how it does there. Tables of one fitted generator would
say how methods do if that fit were the truth; here each table comes from a draw of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import QueryError, unknown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability, checked_seed, positive_whole
from .generator import Generator

__all__ = ["Rankings", "rank"]

Score = Callable[[Generator, int], Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class Rankings:
    """Scores of methods, by draw of the generator.

    Attributes
    ----------
    scores : xarray.DataArray
        Dims: draw, replication, method. The lower the better.
    """

    scores: xr.DataArray

    @property
    def expected(self) -> xr.DataArray:
        """Mean score of each method in each draw; dims: draw, method."""
        return self.scores.mean("replication")

    def better(self, one: str, other: str) -> float:
        """Return the probability that one method has the lower expected score than another.

        It is over the posterior of generators; draws in which both do the same count half.

        Parameters
        ----------
        one : str
            An estimator.
        other : str
            The estimator that it is compared with.
        """
        first, second = (self._of(name) for name in (one, other))
        return float(np.mean(first < second) + np.mean(first == second) / 2)

    @takes_ci_prob
    def regret(self, name: str, ci_prob: float = 0.9) -> tuple[float, float, float]:
        """Return how much is lost by always taking one method instead of the best of each draw.

        Parameters
        ----------
        name : str
            An estimator.
        ci_prob : float
            Probability of the interval.

        Returns
        -------
        tuple of float
            Posterior mean, and the two ends of the equal-tailed credible interval.
        """
        ci_prob = checked_probability("ci_prob", ci_prob)
        lost = self._of(name) - self.expected.min("method").to_numpy()
        low, high = np.quantile(lost, [(1 - ci_prob) / 2, (1 + ci_prob) / 2])
        return float(lost.mean()), float(low), float(high)

    @takes_ci_prob
    def table(self, ci_prob: float = 0.9) -> pd.DataFrame:
        """Return a row for each method, the one of least expected regret first.

        Columns: ``score``, posterior mean of the expected score; ``best``, probability that no
        other has a lower one; ``regret``, ``regret_low``, ``regret_high``; ``error``, the Monte
        Carlo standard error of ``score`` that the replications leave.
        """
        methods = self.scores["method"].to_numpy().tolist()
        least = self.expected.min("method")
        first = self.expected == least
        share = (first / first.sum("method")).mean("draw")
        size = self.scores.sizes["replication"]
        within = self.scores.var("replication", ddof=1) if size > 1 else self.expected * np.nan
        error = (within.mean("draw") / (size * self.scores.sizes["draw"])).to_numpy() ** 0.5
        regrets = [self.regret(name, ci_prob) for name in methods]
        found = pd.DataFrame(
            {
                "score": self.expected.mean("draw").to_numpy(),
                "best": share.to_numpy(),
                "regret": [r[0] for r in regrets],
                "regret_low": [r[1] for r in regrets],
                "regret_high": [r[2] for r in regrets],
                "error": error,
            },
            index=pd.Index(methods, name="method"),
        )
        return found.sort_values("regret", kind="stable")

    def pairs(self) -> pd.DataFrame:
        """Return the probability that the row's method is better than the column's."""
        methods = self.scores["method"].to_numpy().tolist()
        found = [[self.better(a, b) for b in methods] for a in methods]
        return pd.DataFrame(found, index=methods, columns=methods)

    def _of(self, name: str) -> NDArray[np.float64]:
        known = self.scores["method"].to_numpy().tolist()
        if name not in known:
            raise QueryError(unknown("the rankings are asked for", name, known))
        found: NDArray[np.float64] = self.expected.sel({"method": name}).to_numpy()
        return found


def rank(
    generator: Generator,
    score: Score,
    *,
    seed: int,
    draws: int | Sequence[int] | None = None,
    replications: int = 1,
) -> Rankings:
    """Return how methods rank over the posterior of generators.

    Parameters
    ----------
    generator : Generator
        Whose draws are the worlds that estimators are ranked over.
    score : callable
        Takes a generator of one draw and a seed; returns the score of each method on a table
        that it draws itself, the lower the better: a squared error, or the width of an interval.
        All methods see the same table, so that their differences are of the methods.
    seed : int
        Of all random numbers: the same seed gives the same result.
    draws : int or sequence of int, optional
        How many draws are taken, evenly spread, or which; by default all.
    replications : int
        Tables of each draw.

    Returns
    -------
    Rankings

    Raises
    ------
    QueryError
        If the scores are no finite numbers, or their methods differ from table to table.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": np.arange(40.0)})
    >>> from ifonly.inference.generators import Prior, learn
    >>> generator = learn(frame, seed=1, draws=4, prior=Prior(components=3))
    >>> def score(one, seed):
    ...     mean = float(one.covariates(50, seed)["x"].mean())
    ...     return {"right": 0.0, "wrong": abs(mean)}
    >>> rank(generator, score, seed=1).better("right", "wrong")
    1.0
    """
    replications = positive_whole("replications", replications)
    chosen = _chosen(generator, draws)
    seeds = np.random.SeedSequence(checked_seed(seed)).generate_state(len(chosen) * replications)
    seeds = seeds.reshape(len(chosen), replications)
    found: list[list[Mapping[str, float]]] = []
    for draw, own in zip(chosen, seeds, strict=True):
        single = generator.single(int(draw))
        found.append([dict(score(single, int(s))) for s in own])
    methods = list(found[0][0])
    for row in found:
        for scores in row:
            _check(scores, methods)
    values = np.array([[[scores[m] for m in methods] for scores in row] for row in found])
    coords = {"draw": chosen, "method": methods}
    return Rankings(xr.DataArray(values, coords, ("draw", "replication", "method")))


def _chosen(generator: Generator, draws: int | Sequence[int] | None) -> list[int]:
    if isinstance(draws, Sequence):
        return list(draws)
    taken = generator.draws if draws is None else positive_whole("draws", draws)
    if taken > generator.draws:
        raise QueryError(f"{taken} draws are asked of a generator that keeps {generator.draws}")
    evenly: list[int] = np.linspace(0, generator.draws - 1, taken).round().astype(int).tolist()
    return evenly


def _check(scores: Mapping[str, float], methods: list[str]) -> None:
    if set(scores) != set(methods) or len(methods) < 2:
        raise QueryError(
            f"score gives {', '.join(map(str, scores)) or 'nothing'} here and "
            f"{', '.join(map(str, methods)) or 'nothing'} before; give the same methods each time, "
            "two at least"
        )
    for name, value in scores.items():
        if not np.isfinite(value):
            raise QueryError(f"score gives {value!r} for {name!r}; give a finite number")
