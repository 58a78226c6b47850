"""The S-learner: one regression of the outcome on treatment and covariates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, override

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from .base import EXTRA
from .learner import MetaLearner

__all__ = ["SLearner"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class SLearner(MetaLearner):
    """One regression of the outcome, with the treatment as a regressor among others.

    Parameters as for `MetaLearner`.

    Examples
    --------
    >>> SLearner(bootstraps=0).label
    'S-learner'
    """

    label: ClassVar[str] = "S-learner"
    method: ClassVar[str] = "one regression of the outcome on treatment and covariates"

    @override
    def unfitted(self) -> Any:
        return load("econml.metalearners", EXTRA).SLearner(overall_model=self._regressor())
