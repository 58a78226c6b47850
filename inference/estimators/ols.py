"""Ordinary least squares on treatment and adjustment set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

import pandas as pd

from ..inputs.optional import load
from .base import EXTRA, Estimator, Fit
from .design import Design

__all__ = ["OLS"]


@dataclass(frozen=True, kw_only=True)
class OLS(Estimator):
    """The coefficient of the treatment in a linear regression; robust (HC1) standard error.

    Parameters
    ----------
    level : float
        Probability of the confidence interval.

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
        regressors = pd.concat(
            [design.encoded([roles.treatment]), design.held(roles.adjust)], axis=1
        )
        found = api.OLS(design.outcome, api.add_constant(regressors)).fit(cov_type="HC1")
        low, high = found.conf_int(alpha=1 - self.level).loc[roles.treatment]
        return Fit(found.params[roles.treatment], found.bse[roles.treatment], low, high)
