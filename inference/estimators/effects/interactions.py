"""Linear regression in which every covariate changes the effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final, override

import numpy as np
from scipy.stats import t as student

from ...graph.regression import independent, standardised
from ...inputs.optional import load
from ..base import EXTRA, UnfitError
from ..unit_effects import UnitEffects
from .library_estimator import LibraryEstimator
from .sample import Sample

__all__ = ["Interactions"]


@final
@dataclass(frozen=True)
class Interactions(LibraryEstimator):
    """OLS with the product of the treatment and each covariate; robust standard errors (HC3).

    An interval is for the linear effect ``a + b'x`` of a unit with covariates x; that of the
    average is for the mean covariates of the units asked about. Lin (2013), Annals of Applied
    Statistics 7, 295-318, doi:10.1214/12-AOAS583.

    Examples
    --------
    >>> from ifonly.inference.estimators import Roles
    >>> x = np.array([0.0, 1.0, 2.0, 3.0] * 3)
    >>> t = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0])
    >>> data = {"x": x, "t": t, "y": x + (1 + 2 * x) * t}
    >>> found = Interactions().unit_effects(data, Roles("t", "y", adjust=("x",)))
    >>> found.mean[:4].round(6).tolist()
    [1.0, 3.0, 5.0, 7.0]
    """

    name = "ols"
    label = "OLS with interactions"
    library = "statsmodels"
    by_covariates = False

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        learnt, asked = sample.linear
        basis = np.column_stack([np.ones(len(learnt)), learnt])
        moved = np.hstack([basis, sample.treatment[:, None] * basis])
        if len(moved) <= moved.shape[1]:
            raise UnfitError(
                f"{self.label} has {moved.shape[1]} coefficients and {len(moved)} units; give "
                "more units, or hold fewer variables"
            )
        # Neither a covariate that does not vary in one arm nor what others determine changes the
        # effect: its product is left out.
        kept = np.append(True, independent(standardised(moved[:, 1:])))
        design, terms = moved[:, kept], kept[basis.shape[1] :]
        if not terms[0]:
            raise UnfitError(
                f"{self.label} cannot tell the effect of {sample.roles.treatment!r}, which "
                f"{', '.join(sample.roles.adjust)} determine; hold fewer variables"
            )
        fit = load("statsmodels.api", EXTRA).OLS(sample.outcome, design).fit()
        with np.errstate(all="ignore"):
            robust = fit.get_robustcov_results("HC3").cov_params()
        # A unit that alone decides a coefficient leaves HC3 undefined.
        if not np.isfinite(robust).all():
            robust = fit.get_robustcov_results("HC1").cov_params()
        first = int(kept[: basis.shape[1]].sum())
        effect, covariance = np.zeros(len(terms)), np.zeros((len(terms), len(terms)))
        effect[terms] = fit.params[first:]
        covariance[np.ix_(terms, terms)] = robust[first:, first:]
        count = int((~terms).sum())
        problems = (f"{count} products are left out: one arm does not tell them",) if count else ()
        at_units = np.column_stack([np.ones(len(asked)), asked])
        rows = np.vstack([at_units, at_units.mean(axis=0)])
        mean = rows @ effect
        sd = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows))
        reach = student.ppf((1 + sample.ci_prob) / 2, fit.df_resid) * sd
        low, high = mean - reach, mean + reach
        return UnitEffects(
            mean=mean[:-1], sd=sd[:-1], low=low[:-1], high=high[:-1],
            ate=mean[-1], ate_low=low[-1], ate_high=high[-1],
            ci_prob=sample.ci_prob, problems=problems,
        )  # fmt: skip
