"""EconML: double machine learning, the causal forest, the doubly robust and the meta-learners."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, final, override

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from ...errors import QueryError
from ...inputs.optional import load
from ..base import EXTRA
from ..learner import MetaLearner
from ..s_learner import SLearner
from ..t_learner import TLearner
from ..unit_effects import UnitEffects
from ..x_learner import XLearner
from .library_estimator import LibraryEstimator, random_forests
from .sample import Sample

__all__ = ["CausalForest", "DoublyRobust", "LinearDML", "MetaLearnerEffects"]

LEAST_PROPENSITY = 0.01


def _inferred(learner: Any, sample: Sample) -> UnitEffects:
    """Return what a fitted learner of EconML with standard errors says."""
    units = learner.effect_inference(sample.at)
    alpha = 1 - sample.ci_prob
    low, high = (np.asarray(end).reshape(-1) for end in units.conf_int(alpha=alpha))
    average = learner.ate_inference(sample.at)
    ate_low, ate_high = average.conf_int_mean(alpha=alpha)
    return UnitEffects(
        mean=np.asarray(units.point_estimate).reshape(-1),
        sd=np.asarray(units.stderr).reshape(-1),
        low=low, high=high, ate=float(average.mean_point), ate_low=float(ate_low),
        ate_high=float(ate_high), ci_prob=sample.ci_prob,
    )  # fmt: skip


@final
@dataclass(frozen=True)
class LinearDML(LibraryEstimator):
    """Double machine learning with an effect linear in the covariates.

    Outcome and treatment are predicted by random forests, fivefold cross-fitted; the effect is
    regressed on the residuals. Chernozhukov et al. (2018), doi:10.1111/ectj.12097.

    Examples
    --------
    >>> LinearDML().library
    'econml'
    """

    name = "linear_dml"
    label = "LinearDML"
    library = "econml"

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        learnt, asked = sample.linear
        sample = replace(sample, covariates=learnt, at=asked)
        outcome, treatment = random_forests(sample)
        learner = load("econml.dml", EXTRA).LinearDML(
            model_y=outcome, model_t=treatment, discrete_treatment=True, cv=5,
            random_state=sample.random_state,
        )  # fmt: skip
        learner.fit(sample.outcome, sample.treatment, X=sample.covariates)
        return _inferred(learner, sample)


@final
@dataclass(frozen=True)
class CausalForest(LibraryEstimator):
    """The causal forest on residuals of outcome and treatment; intervals from honest subforests.

    Athey, Tibshirani and Wager (2019), Annals of Statistics 47, 1148-1178,
    doi:10.1214/18-AOS1709. The average effect over the units learnt from is the doubly robust one;
    over others the mean of theirs, whose interval is conservative.

    Parameters
    ----------
    trees : int
        How many trees the forest has.

    Examples
    --------
    >>> CausalForest().trees
    500
    """

    trees: int = 500

    name = "causal_forest"
    label = "causal forest"
    library = "econml"

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        outcome, treatment = random_forests(sample)
        learner = load("econml.dml", EXTRA).CausalForestDML(
            model_y=outcome, model_t=treatment, discrete_treatment=True, cv=5,
            n_estimators=self.trees, n_jobs=1, random_state=sample.random_state,
        )  # fmt: skip
        learner.fit(sample.outcome, sample.treatment, X=sample.covariates)
        found = _inferred(learner, sample)
        if not sample.own:
            return found
        ate, sd = (float(np.ravel(v)[0]) for v in (learner.ate_, learner.ate_stderr_))
        reach = norm.ppf((1 + sample.ci_prob) / 2) * sd
        return replace(found, ate=ate, ate_low=ate - reach, ate_high=ate + reach)


@final
@dataclass(frozen=True)
class DoublyRobust(LibraryEstimator):
    """The DR-learner: doubly robust scores, regressed on the covariates.

    Outcome and treatment are predicted by random forests, twofold cross-fitted; the regression is
    linear, with robust standard errors. Kennedy (2023), Electronic Journal of Statistics 17,
    3008-3049, doi:10.1214/23-EJS2157.

    Examples
    --------
    >>> DoublyRobust().label
    'DR-learner'
    """

    name = "dr_learner"
    label = "DR-learner"
    library = "econml"

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        learnt, asked = sample.linear
        sample = replace(sample, covariates=learnt, at=asked)
        outcome, treatment = random_forests(sample)
        learner = load("econml.dr", EXTRA).LinearDRLearner(
            model_regression=outcome, model_propensity=treatment,
            min_propensity=LEAST_PROPENSITY, cv=5, random_state=sample.random_state,
        )  # fmt: skip
        learner.fit(sample.outcome, sample.treatment, X=sample.covariates)
        return _inferred(learner, sample)


@final
@dataclass(frozen=True)
class MetaLearnerEffects(LibraryEstimator):
    """The S-, T- or X-learner; intervals, where wanted, by resampling the units.

    Kunzel et al. (2019), PNAS 116, 4156-4165, doi:10.1073/pnas.1804597116. Trees shrink, so that
    an interval from resampling does not hold what they miss.

    Parameters
    ----------
    name : {"s_learner", "t_learner", "x_learner"}
        Which learner.
    regressor : scikit-learn regressor, optional
        Of the outcome; by default a random forest, as in the other learners here.
    bootstraps : int
        Resamplings behind the standard errors; below 2 there are none.

    Raises
    ------
    QueryError
        If there is no such learner.

    Examples
    --------
    >>> MetaLearnerEffects("x_learner").label
    'X-learner'
    """

    name: str
    regressor: Any = None
    bootstraps: int = 0
    label: str = field(init=False)

    library = "econml"

    def __post_init__(self) -> None:
        """Check the name."""
        if self.name not in LEARNERS:
            raise QueryError(f"the meta-learners are {', '.join(LEARNERS)}, not {self.name!r}")
        object.__setattr__(self, "label", LEARNERS[self.name].label)

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        rng, units = np.random.default_rng(sample.random_state), len(sample.outcome)
        mean = self._predicted(sample)
        again = [
            self._predicted(sample.again(rng.integers(0, units, units)))
            for _ in range(self.bootstraps if self.bootstraps > 1 else 0)
        ]
        ate = float(mean.mean())
        if not again:
            return UnitEffects(mean=mean, ate=ate, ci_prob=sample.ci_prob)
        sd, ate_sd = np.std(again, axis=0, ddof=1), float(np.std(np.mean(again, axis=1), ddof=1))
        z = float(norm.ppf((1 + sample.ci_prob) / 2))
        return UnitEffects(
            mean=mean, sd=sd, low=mean - z * sd, high=mean + z * sd, ate=ate,
            ate_low=ate - z * ate_sd, ate_high=ate + z * ate_sd, ci_prob=sample.ci_prob,
        )  # fmt: skip

    def _predicted(self, sample: Sample) -> NDArray[np.float64]:
        regressor = random_forests(sample)[0] if self.regressor is None else self.regressor
        kind = LEARNERS[self.name]
        learner = kind(regressor=regressor, bootstraps=0, seed=sample.random_state).unfitted()
        learner.fit(sample.outcome, sample.treatment, X=sample.covariates)
        return np.asarray(learner.effect(sample.at), dtype=float).reshape(-1)


LEARNERS: dict[str, type[MetaLearner]] = {
    "s_learner": SLearner,
    "t_learner": TLearner,
    "x_learner": XLearner,
}
