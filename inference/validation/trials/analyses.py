"""What is made of a trial's data at a look: an estimate of the effect, and its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from ...conditioning.condition import condition
from ...errors import QueryError
from ...inputs.arrays import numbers
from ...queries.base import Query

__all__ = ["Analysis", "EachRun", "MeanDifference", "PosteriorOf", "Reading"]

Columns = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float64]


class Reading(NamedTuple):
    """Estimates of many runs, each of shape (run,); a run that cannot be analysed has NaN."""

    estimate: Floats
    se: Floats
    df: Floats | float = np.inf

    @property
    def z(self) -> Floats:
        """The test statistic as a standard normal one has it: with the same p-value."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = self.estimate / self.se
        if np.isscalar(self.df) and np.isinf(self.df):
            return t
        tail = stdtr(self.df, -np.abs(t))
        return np.asarray(np.sign(t) * -ndtri(np.maximum(tail, 1e-300)))

    def half_width(self, ci_prob: float) -> Floats:
        """Return half the width of the interval of a probability."""
        q = (1 + ci_prob) / 2
        df = np.minimum(self.df, 1e9)
        return np.asarray(self.se * stdtrit(df, q))


class Analysis(Protocol):
    """A reading of many runs at once."""

    def __call__(self, columns: Columns, arm: NDArray[np.int64]) -> Reading:
        """Return the reading of the units there are; arrays are of shape (run, unit)."""
        ...


@dataclass(frozen=True)
class MeanDifference:
    r"""The difference in means between the arms, adjusted for covariates or not.

    Attributes
    ----------
    outcome : str
    covariates : tuple of str
        Variables that the treatment does not move.

    Notes
    -----
    Without covariates, Welch's test. With covariates, the coefficient of the arm in a least-squares
    regression with errors robust to heteroscedasticity (HC2 for none, HC1 for some), which a
    randomised design makes consistent whatever the truth (Lin, 2013, doi:10.1214/12-AOAS583). With
    one covariate from before the experiment this is CUPED.
    """

    outcome: str
    covariates: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """The variables that it reads; others need not be computed."""
        return (self.outcome, *self.covariates)

    def __call__(self, columns: Columns, arm: NDArray[np.int64]) -> Reading:
        """Return the estimates of all runs at once."""
        y = np.asarray(columns[self.outcome], dtype=float)
        if not self.covariates:
            return _welch(y, arm)
        ones = np.ones_like(y)
        x = np.stack([ones, *(np.asarray(columns[c], float) for c in self.covariates)], axis=-1)
        # Frisch and Waugh: what the covariates leave of the arm, and of the outcome.
        gram = np.einsum("rui,ruj->rij", x, x)
        both = np.stack([arm.astype(float), y], axis=-1)
        slopes = np.linalg.solve(gram, np.einsum("rui,ruj->rij", x, both))
        left = both - x @ slopes
        a, rest = left[..., 0], left[..., 1]
        power = (a * a).sum(axis=1)
        estimate = (a * rest).sum(axis=1) / power
        error = rest - estimate[:, None] * a
        n, k = y.shape[1], x.shape[2] + 1
        se = np.sqrt((a * a * error * error).sum(axis=1) * n / (n - k)) / power
        return Reading(estimate, se, float(n - k))


def _welch(y: Floats, arm: NDArray[np.int64]) -> Reading:
    one = arm.sum(axis=1).astype(float)
    zero = arm.shape[1] - one
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_1 = (y * arm).sum(axis=1) / one
        mean_0 = (y * (1 - arm)).sum(axis=1) / zero
        # From deviations, since sums of squares would cancel.
        off = (y - np.where(arm, mean_1[:, None], mean_0[:, None])) ** 2
        part_1 = (off * arm).sum(axis=1) / (one - 1) / one
        part_0 = (off * (1 - arm)).sum(axis=1) / (zero - 1) / zero
        variance = part_1 + part_0
        df = variance**2 / (part_1**2 / (one - 1) + part_0**2 / (zero - 1))
    return Reading(mean_1 - mean_0, np.sqrt(variance), df)


@dataclass(frozen=True, eq=False)
class EachRun:
    """An analysis of one run's table, done for each run in turn.

    Attributes
    ----------
    function : callable
        From a pandas.DataFrame, a row per unit with the treatment as assigned, to the estimate and
        its standard error; a classical test, or anything else.
    treatment : str
        The column of arms.
    """

    function: Callable[[pd.DataFrame], tuple[float, float]]
    treatment: str

    def __call__(self, columns: Columns, arm: NDArray[np.int64]) -> Reading:
        """Return the estimates, run by run."""
        found = []
        for k in range(len(arm)):
            frame = pd.DataFrame({n: v[k] for n, v in columns.items() if v[k].ndim == 1})
            found.append(self.function(frame.assign(**{self.treatment: arm[k]})))
        pairs = numbers(found)
        if pairs is None or pairs.shape != (len(arm), 2):
            raise QueryError("an analysis returns two numbers: the estimate, its standard error")
        return Reading(*pairs.astype(float).T)


@dataclass(frozen=True, eq=False)
class PosteriorOf:
    """The posterior mean and standard deviation of a query, by conditioning a model on each run.

    Attributes
    ----------
    model : pm.Model
        What the analyst believes; it need not be the one that the world follows.
    query : Query
        With one number for an answer.
    columns : sequence of str
        What the analyst sees.
    options : mapping of str to object
        As for `condition`, such as ``{"method": "auto"}``.
    """

    model: Any
    query: Query
    columns: Sequence[str]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reads(self) -> tuple[str, ...]:
        """The variables that it reads; others need not be computed."""
        return tuple(self.columns)

    def __call__(self, columns: Columns, arm: NDArray[np.int64]) -> Reading:
        """Return the posterior of each run."""
        means, sds = np.full(len(arm), np.nan), np.full(len(arm), np.nan)
        usual = {"method": "auto", "asked": [self.query], "progress": False, "seed": 0}
        for k in range(len(arm)):
            frame = pd.DataFrame({n: columns[n][k] for n in self.columns})
            posterior = condition(self.model, frame, **{**usual, **self.options})
            answer = posterior.ask(self.query)
            if set(answer.dims) - {"chain", "draw"}:
                raise QueryError("a trial's query has one number for an answer, such as an ATE")
            means[k], sds[k] = float(answer.mean()), float(answer.std(ddof=1))
        return Reading(means, sds)
