"""The baselines: no effect at all, and the same effect for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final, override

import numpy as np
from scipy.stats import t as student

from ...inputs.optional import load
from ..base import EXTRA
from ..roles import Roles
from ..unit_effects import UnitEffectEstimator, UnitEffects
from .sample import fitting, read_sample

__all__ = ["ConstantEffect", "ZeroEffect"]


@final
@dataclass(frozen=True)
class ZeroEffect(UnitEffectEstimator):
    """The effect is zero for each unit, whatever the data say.

    Examples
    --------
    >>> ZeroEffect().unit_effects({"t": [0, 0, 1, 1], "y": [0, 2, 3, 5]}, Roles("t", "y")).ate
    0.0
    """

    name = "zero"
    label = "zero effect"
    library = "numpy"

    @override
    def unit_effects(
        self, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
    ) -> UnitEffects:
        sample = read_sample(self.label, data, roles, at=at, ci_prob=ci_prob, seed=seed)
        nothing = np.zeros(len(sample.at))
        return UnitEffects(
            mean=nothing, sd=nothing, low=nothing, high=nothing, ate=0.0, ate_low=0.0, ate_high=0.0,
            ci_prob=ci_prob,
        )  # fmt: skip


@final
@dataclass(frozen=True)
class ConstantEffect(UnitEffectEstimator):
    """One effect for all units: that of a linear regression without interactions.

    The standard error is robust (HC3). Where effects vary, the limit is a mean of them weighted by
    the variance of the treatment given the covariates, and not the average effect: Angrist (1998),
    Econometrica 66, 249-288, doi:10.2307/2998558.

    Examples
    --------
    >>> data = {"t": [0, 0, 1, 1], "y": [0, 2, 3, 5]}
    >>> ConstantEffect().unit_effects(data, Roles("t", "y")).mean.round(6).tolist()
    [3.0, 3.0, 3.0, 3.0]
    """

    name = "constant"
    label = "constant effect"
    library = "statsmodels"

    @override
    def unit_effects(
        self, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
    ) -> UnitEffects:
        sample = read_sample(self.label, data, roles, at=at, ci_prob=ci_prob, seed=seed)
        ones = np.ones(len(sample.outcome))
        design = np.column_stack([sample.treatment, ones, sample.linear[0]])
        with fitting(self.label, sample):
            ols = load("statsmodels.api", EXTRA).OLS
            found = ols(sample.outcome, design).fit(cov_type="HC3")
            effect, sd = float(found.params[0]), float(found.bse[0])
        reach = student.ppf((1 + ci_prob) / 2, max(1.0, found.df_resid)) * sd
        same = np.full(len(sample.at), effect)
        return UnitEffects(
            mean=same, sd=same * 0 + sd, low=same - reach, high=same + reach,
            ate=effect, ate_low=effect - reach, ate_high=effect + reach, ci_prob=ci_prob,
        )  # fmt: skip
