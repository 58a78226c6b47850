"""Bayesian causal forests: of stochtree, and of bartz on JAX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final, override

import numpy as np
from numpy.typing import NDArray

from ...inputs.optional import load
from ...inputs.scalars import positive_whole
from ..base import EXTRA
from ..unit_effects import UnitEffects
from .library_estimator import LibraryEstimator, random_forests
from .sample import Sample

__all__ = ["BartzForest", "StochtreeForest"]

OF_FORESTS = "forests"
GREATEST_SEED = 2**31 - 1  # what both take for a seed
WARM_STARTS = 10


@final
@dataclass(frozen=True)
class StochtreeForest(LibraryEstimator):
    """The Bayesian causal forest of stochtree; its own estimate of the propensity is a covariate.

    Hahn, Murray and Carvalho (2020), Bayesian Analysis 15, 965-1056, doi:10.1214/19-BA1195; started
    from trees grown as by He and Hahn (2023), doi:10.1080/01621459.2021.1942012.

    Parameters
    ----------
    draws : int
        Kept, after the warm start.

    Examples
    --------
    >>> StochtreeForest().draws
    200
    """

    draws: int = 200

    name = "bcf"
    label = "BCF (stochtree)"
    library = "stochtree"

    def __post_init__(self) -> None:
        """Check the number of draws."""
        positive_whole("draws", self.draws)

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        model = load("stochtree", OF_FORESTS).BCFModel()
        model.sample(
            X_train=sample.covariates, Z_train=sample.treatment.astype(float),
            y_train=sample.outcome, num_gfr=WARM_STARTS, num_mcmc=self.draws,
            general_params={"random_seed": sample.random_state % GREATEST_SEED},
        )  # fmt: skip
        draws = model.predict(X=sample.at, Z=np.ones(len(sample.at)), terms="cate")
        return UnitEffects.of_draws(np.asarray(draws, dtype=float).T, sample.ci_prob)


@final
@dataclass(frozen=True)
class BartzForest(LibraryEstimator):
    """The Bayesian causal forest of bartz, on JAX: fast on a GPU, slow on a CPU.

    The propensity, a covariate of the outcome's forest, is a cross-fitted random forest's.
    Petrillo (2024), arXiv:2410.23244; Hahn, Murray and Carvalho (2020), doi:10.1214/19-BA1195.

    Parameters
    ----------
    draws, tune : int
        Kept and dropped.
    trees : int
        Of the outcome's forest; that of the effect has two fifths as many.

    Examples
    --------
    >>> BartzForest().library
    'bartz'
    """

    draws: int = 200
    tune: int = 200
    trees: int = 250

    name = "bartz"
    label = "BCF (bartz)"
    library = "bartz"

    def __post_init__(self) -> None:
        """Check the numbers."""
        for option in ("draws", "tune", "trees"):
            positive_whole(option, getattr(self, option))

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        forest = load("bartz.bcf", OF_FORESTS).bcf
        centre, spread = sample.outcome.mean(), sample.outcome.std() or 1.0
        single = np.float32
        learnt, asked = _propensities(sample)
        found = forest(
            sample.covariates.astype(single),
            ((sample.outcome - centre) / spread).astype(single),
            sample.treatment.astype(single), pihat_train=learnt.astype(single),
            x_test=sample.at.astype(single), z_test=np.ones(len(sample.at), dtype=single),
            pihat_test=asked.astype(single), ndpost=self.draws, nskip=self.tune,
            num_trees_mu=self.trees, num_trees_tau=max(1, 2 * self.trees // 5),
            seed=sample.random_state % GREATEST_SEED,
        )  # fmt: skip
        draws = np.asarray(found.tau_test, dtype=float) * spread
        return UnitEffects.of_draws(draws, sample.ci_prob)


def _propensities(sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the propensity of the units learnt from, by other units, and of those asked about."""
    _, forest = random_forests(sample)
    selection = load("sklearn.model_selection", EXTRA)
    folds = selection.StratifiedKFold(
        min(5, *np.bincount(sample.treatment).tolist()),
        shuffle=True,
        random_state=sample.random_state,
    )
    across = selection.cross_val_predict(
        forest, sample.covariates, sample.treatment, cv=folds, method="predict_proba"
    )[:, 1]
    if sample.own:
        return across, across
    forest.fit(sample.covariates, sample.treatment)
    return across, forest.predict_proba(sample.at)[:, 1]
