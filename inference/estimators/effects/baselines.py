"""The baselines: no effect at all, and the same effect for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final, override

import numpy as np
from scipy.stats import t as student

from ...inputs.optional import load
from ..base import EXTRA
from ..unit_effects import UnitEffects
from .library_estimator import LibraryEstimator
from .sample import Sample

__all__ = ["ConstantEffect", "ZeroEffect"]


@final
@dataclass(frozen=True)
class ZeroEffect(LibraryEstimator):
    """The effect is zero for each unit, whatever the data say.

    Examples
    --------
    >>> from ifonly.inference.estimators import Roles
    >>> ZeroEffect().unit_effects({"t": [0, 0, 1, 1], "y": [0, 2, 3, 5]}, Roles("t", "y")).ate
    0.0
    """

    name = "zero"
    label = "zero effect"
    library = "numpy"
    by_covariates = False

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        nothing = np.zeros(len(sample.at))
        return UnitEffects(
            mean=nothing, sd=nothing, low=nothing, high=nothing, ate=0.0, ate_low=0.0, ate_high=0.0,
            ci_prob=sample.ci_prob,
        )  # fmt: skip


@final
@dataclass(frozen=True)
class ConstantEffect(LibraryEstimator):
    """One effect for all units: that of a linear regression without interactions.

    The standard error is robust (HC3). Where effects vary, the limit is a mean of them weighted by
    the variance of the treatment given the covariates, and not the average effect: Angrist (1998),
    Econometrica 66, 249-288, doi:10.2307/2998558.

    Examples
    --------
    >>> from ifonly.inference.estimators import Roles
    >>> data = {"t": [0, 0, 1, 1], "y": [0, 2, 3, 5]}
    >>> ConstantEffect().unit_effects(data, Roles("t", "y")).mean.round(6).tolist()
    [3.0, 3.0, 3.0, 3.0]
    """

    name = "constant"
    label = "constant effect"
    library = "statsmodels"
    by_covariates = False

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        ones = np.ones(len(sample.outcome))
        design = np.column_stack([sample.treatment, ones, sample.linear[0]])
        ols = load("statsmodels.api", EXTRA).OLS
        found = ols(sample.outcome, design).fit(cov_type="HC3")
        effect, sd = float(found.params[0]), float(found.bse[0])
        reach = student.ppf((1 + sample.ci_prob) / 2, max(1.0, found.df_resid)) * sd
        same = np.full(len(sample.at), effect)
        return UnitEffects(
            mean=same, sd=same * 0 + sd, low=same - reach, high=same + reach,
            ate=effect, ate_low=effect - reach, ate_high=effect + reach, ci_prob=sample.ci_prob,
        )  # fmt: skip
