"""Ordinary least squares on treatment and adjustment set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from .base import EXTRA, Estimator, Fit
from .design import Design

__all__ = ["OLS"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class OLS(Estimator):
    """The coefficient of the treatment in a linear regression; robust (HC1) standard error.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.

    References
    ----------
    .. [1] MacKinnon and White (1985), Journal of Econometrics 29, 305-325.
       doi:10.1016/0304-4076(85)90158-7

    Examples
    --------
    >>> from ifonly.inference.estimators import Roles
    >>> data = {"t": [0, 1, 0, 1, 0], "w": [0, 0, 1, 1, 2], "y": [0, 3, 2, 5, 4]}
    >>> answer = OLS().estimate(data, Roles("t", "y", adjust=("w",)))
    >>> round(float(answer.sel(statistic="mean")), 9)
    3.0
    """

    label: ClassVar[str] = "OLS"
    method: ClassVar[str] = "ordinary least squares, HC1 standard error"
    library: ClassVar[str] = "statsmodels"

    @override
    def _fit(self, design: Design) -> Fit:
        api = load("statsmodels.api", EXTRA)
        roles = design.roles
        outcome, [unit] = design.scaled(roles.outcome)
        treatment, [per] = design.scaled(roles.treatment)
        constant = np.ones((len(outcome), 1))
        regressors = np.hstack([constant, treatment, design.held(roles.adjust)])
        found = api.OLS(outcome[:, 0], regressors).fit(cov_type="HC1")
        low, high = found.conf_int(alpha=1 - self.ci_prob)[1]
        return Fit(found.params[1], found.bse[1], low, high).times(unit / per)
