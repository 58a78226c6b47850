"""DoubleML: the interactive regression model, and the best linear predictor of its effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final, override

import pandas as pd
from scipy.stats import norm

from ...inputs.optional import load
from ..base import EXTRA
from ..unit_effects import UnitEffects
from .library_estimator import LibraryEstimator, random_forests
from .sample import Sample

__all__ = ["InteractiveRegression"]

FOLDS = 5


@final
@dataclass(frozen=True)
class InteractiveRegression(LibraryEstimator):
    """Doubly robust scores of cross-fitted random forests; effects by their linear projection.

    Unit effects are the best linear predictor of the scores by the covariates; the average over
    the units learnt from is that of the scores. Bach et al. (2022), JMLR 23(53); Semenova and
    Chernozhukov (2021), doi:10.1093/ectj/utaa027.

    Examples
    --------
    >>> InteractiveRegression().library
    'doubleml'
    """

    name = "double_ml"
    label = "DoubleML IRM"
    library = "doubleml"

    @override
    def _learnt(self, sample: Sample) -> UnitEffects:
        learnt, asked = (pd.DataFrame(x).assign(constant=1.0) for x in sample.linear)
        model = self._fitted(sample)
        line = model.cate(learnt)
        rows = pd.concat([asked, asked.mean().to_frame().T], ignore_index=True)
        ends = line.confint(basis=rows, level=sample.ci_prob).to_numpy()
        own = model.confint(level=sample.ci_prob).to_numpy()[0]
        low, mean, high = ends.T
        average = (float(model.coef[0]), *own) if sample.own else (mean[-1], low[-1], high[-1])
        sd = (high - low)[:-1] / (2 * norm.ppf((1 + sample.ci_prob) / 2))
        return UnitEffects(
            mean=mean[:-1], sd=sd, low=low[:-1], high=high[:-1],
            ate=average[0], ate_low=average[1], ate_high=average[2], ci_prob=sample.ci_prob,
        )  # fmt: skip

    @staticmethod
    def _fitted(sample: Sample) -> Any:
        double = load("doubleml", EXTRA)
        given = double.DoubleMLData.from_arrays(
            sample.covariates, sample.outcome, sample.treatment.astype(float)
        )
        model = double.DoubleMLIRM(
            given, *random_forests(sample), n_folds=FOLDS, draw_sample_splitting=False
        )
        # Its own split comes from NumPy's global stream; this one from the seed.
        folds = load("sklearn.model_selection", EXTRA).StratifiedKFold(
            FOLDS, shuffle=True, random_state=sample.random_state
        )
        model.set_sample_splitting([list(folds.split(sample.covariates, sample.treatment))])
        return model.fit()
