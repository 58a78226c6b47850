"""The X-learner: regressions of imputed effects, weighted by the propensity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, override

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from .base import EXTRA
from .learner import MetaLearner

__all__ = ["XLearner"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class XLearner(MetaLearner):
    """Effects imputed by the other arm's regression, learnt in each arm, and weighted together.

    Parameters as for `MetaLearner`.

    Examples
    --------
    >>> XLearner(bootstraps=0).label
    'X-learner'
    """

    label: ClassVar[str] = "X-learner"
    method: ClassVar[str] = "regressions of imputed effects, weighted by the propensity"

    @override
    def unfitted(self) -> Any:
        pipeline = load("sklearn.pipeline", EXTRA)
        scaler = load("sklearn.preprocessing", EXTRA).StandardScaler()
        logistic = load("sklearn.linear_model", EXTRA).LogisticRegression(max_iter=1_000)
        return load("econml.metalearners", EXTRA).XLearner(
            models=self._regressor(),
            propensity_model=pipeline.make_pipeline(scaler, logistic),
        )
