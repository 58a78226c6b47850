"""Augmented inverse probability weighting: consistent if either of two regressions is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from ..inputs.scalars import checked_seed, positive_whole
from .base import EXTRA, GREATEST_RANDOM_STATE, Estimator, Fit
from .design import Design
from .propensity import fit_propensity

__all__ = ["AIPW"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class AIPW(Estimator):
    """The doubly robust effect, cross-fitted; linear outcome and logistic propensity.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.
    folds : int
        Of the cross-fitting; fewer where an arm has fewer units.
    seed : int
        Of the folds.

    References
    ----------
    .. [1] Robins, Rotnitzky and Zhao (1994), JASA 89, 846-866. doi:10.1080/01621459.1994.10476818
    .. [2] Chernozhukov et al. (2018), Econometrics Journal 21, C1-C68. doi:10.1111/ectj.12097

    Examples
    --------
    >>> from ifonly.inference.estimators import Roles
    >>> rng = np.random.default_rng(0)
    >>> w, t = rng.normal(size=200), rng.integers(0, 2, 200)
    >>> data = {"t": t, "w": w, "y": 3.0 * t + w}
    >>> round(float(AIPW().estimate(data, Roles("t", "y", adjust=("w",))).sel(statistic="mean")), 6)
    3.0
    """

    folds: int = 5
    seed: int = 0

    label: ClassVar[str] = "AIPW"
    method: ClassVar[str] = "augmented inverse probability weighting, cross-fitted"
    library: ClassVar[str] = "econml"
    binary: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        positive_whole("folds", self.folds)
        checked_seed(self.seed)

    @override
    def _fit(self, design: Design) -> Fit:
        selection, problems = fit_propensity(design)
        if selection is None:
            return Fit(problems=tuple(problems))
        linear = load("sklearn.linear_model", EXTRA)
        learner = load("econml.dr", EXTRA).LinearDRLearner(
            model_propensity=linear.LogisticRegression(C=np.inf, max_iter=1_000),
            model_regression=linear.LinearRegression(),
            cv=min(self.folds, *np.unique(design.treatment, return_counts=True)[1].tolist()),
            random_state=checked_seed(self.seed) % GREATEST_RANDOM_STATE,
        )
        # EconML wants a column: where nothing is held it is zeros, and both regressions are means.
        held = selection.model.exog[:, 1:]
        held = held if held.shape[1] else np.zeros((len(held), 1))
        outcome, [unit] = design.scaled(design.roles.outcome)
        learner.fit(outcome[:, 0], design.treatment.astype(int), W=held)
        found = learner.ate_inference(T0=0, T1=1)
        low, high = found.conf_int_mean(alpha=1 - self.ci_prob)
        return Fit(found.mean_point, found.stderr_mean, low, high, tuple(problems)).times(unit)
