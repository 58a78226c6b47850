"""The T-learner: one regression of the outcome in each arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, override

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from .base import EXTRA
from .learner import MetaLearner

__all__ = ["TLearner"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class TLearner(MetaLearner):
    """Two regressions of the outcome, one for the treated and one for the untreated.

    Parameters as for `MetaLearner`.

    Examples
    --------
    >>> TLearner(bootstraps=0).label
    'T-learner'
    """

    label: ClassVar[str] = "T-learner"
    method: ClassVar[str] = "one regression of the outcome in each arm"

    @override
    def unfitted(self) -> Any:
        return load("econml.metalearners", EXTRA).TLearner(models=self._regressor())
