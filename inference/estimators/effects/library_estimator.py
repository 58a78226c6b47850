"""What all estimators by libraries share: data are read and checked, and the library learns."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, override

from ...inputs.optional import load
from ..base import EXTRA
from ..roles import Roles
from ..unit_effects import UnitEffectEstimator, UnitEffects
from .sample import Sample, fitting, read_sample

__all__ = ["LibraryEstimator", "random_forests"]

LEAST_LEAF = 10


class LibraryEstimator(UnitEffectEstimator):
    """An estimator of unit effects that a library fits to checked arrays.

    Attributes
    ----------
    by_covariates : bool
        Whether it learns effects from covariates, and needs some.
    """

    by_covariates: ClassVar[bool] = True

    @override
    def unit_effects(
        self, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
    ) -> UnitEffects:
        sample = read_sample(self.label, data, roles, at=at, ci_prob=ci_prob, seed=seed)
        if self.by_covariates:
            sample.needs_covariates(self.label)
        with fitting(self.label, sample):
            return self._learnt(sample)

    @abstractmethod
    def _learnt(self, sample: Sample) -> UnitEffects:
        """Return the effects on the units that are asked about."""


def random_forests(sample: Sample) -> tuple[Any, Any]:
    """Return a regressor of the outcome and a classifier of the treatment, not fitted.

    Parameters
    ----------
    sample : Sample
        Its seed is theirs.

    Returns
    -------
    RandomForestRegressor, RandomForestClassifier
        Of scikit-learn.
    """
    ensemble = load("sklearn.ensemble", EXTRA)
    options = {"min_samples_leaf": LEAST_LEAF, "random_state": sample.random_state, "n_jobs": 1}
    return ensemble.RandomForestRegressor(**options), ensemble.RandomForestClassifier(**options)
