"""The difference in means, as if the treatment were randomised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from .base import EXTRA, Estimator, Fit
from .design import Design
from .roles import Roles

__all__ = ["NaiveDifference"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class NaiveDifference(Estimator):
    """The mean outcome of the treated less that of the untreated; Welch's standard error.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.

    References
    ----------
    .. [1] Welch (1947), Biometrika 34, 28-35. doi:10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> answer = NaiveDifference().estimate({"t": [0, 0, 1, 1], "y": [0, 2, 3, 5]}, Roles("t", "y"))
    >>> float(answer.sel(statistic="mean"))
    3.0
    """

    label: ClassVar[str] = "difference"
    method: ClassVar[str] = "difference in means"
    library: ClassVar[str] = "statsmodels"
    binary: ClassVar[bool] = True

    @override
    def _held(self, roles: Roles) -> tuple[str, ...]:
        return ()

    @override
    def _fit(self, design: Design) -> Fit:
        stats = load("statsmodels.stats.weightstats", EXTRA)
        treated = design.treatment == 1
        outcome, [unit] = design.scaled(design.roles.outcome)
        pair = stats.CompareMeans.from_data(outcome[treated, 0], outcome[~treated, 0])
        with np.errstate(invalid="ignore"):  # outcomes that do not vary have no interval
            low, high = pair.tconfint_diff(alpha=1 - self.ci_prob, usevar="unequal")
        found = Fit(pair.d1.mean - pair.d2.mean, pair.std_meandiff_separatevar, low, high)
        return found.times(unit)
