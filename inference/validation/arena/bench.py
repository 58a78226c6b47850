"""One match: an estimator learns from one case's data, and its answer is scored."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ...estimators.unit_effects import UnitEffectEstimator
from ...inputs.arrays import shown
from ..calibration.ranks import Row
from ..calibration.replication import seeds
from ..calibration.workers import Worker
from .cases import Case, Cases
from .memory import measured
from .scores import NO_SCORES, score

__all__ = ["Bench", "Match"]


@dataclass(frozen=True)
class Match:
    """Which estimator, by name, on which replication."""

    replication: int
    estimator: str


@dataclass(eq=False)
class Bench(Worker):
    """What all matches share; the last case is kept, since estimators take turns on it."""

    cases: Cases
    estimators: Mapping[str, UnitEffectEstimator]
    seed: int
    ci_prob: float
    cost: float
    value: float
    _last: tuple[int, Case] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_last": None}

    def run(self, match: Match) -> list[Row]:
        """Return the one row of a match; a failure is a row with a problem and no scores.

        Parameters
        ----------
        match : Match

        Returns
        -------
        list of Row
        """
        chosen = self.estimators[match.estimator]
        case_seed, own_seed, _ = seeds(self.seed, match.replication)
        row: Row = {
            "replication": match.replication, "estimator": match.estimator,
            "label": chosen.label, "library": _versioned(chosen.library), "seed": case_seed,
        }  # fmt: skip
        case = self.case(match.replication, case_seed)
        start = time.perf_counter()
        with measured() as memory:
            try:
                found = chosen.unit_effects(
                    case.data, self.cases.roles, at=case.at, ci_prob=self.ci_prob, seed=own_seed
                )
                seconds = time.perf_counter() - start
                scores = score(found, case.effects, cost=self.cost, value=self.value)
                problem = "; ".join(found.problems)
            # Whatever an estimator of anybody's raises is its result, and the others go on.
            except Exception as error:
                seconds = time.perf_counter() - start
                scores, problem = NO_SCORES, f"{type(error).__name__}: {shown(str(error), 300)}"
        peak = None if memory.peak is None else round(memory.peak, 1)
        return [row | scores | {"seconds": round(seconds, 3), "memory": peak, "problem": problem}]

    def case(self, replication: int, seed: int) -> Case:
        """Return the case of one replication; the last one is kept.

        Parameters
        ----------
        replication : int
        seed : int
        """
        if self._last is None or self._last[0] != replication:
            self._last = replication, self.cases.case(replication, seed)
        return self._last[1]


def _versioned(library: str) -> str:
    package = library.partition(".")[0]
    try:
        return f"{package} {version(package)}"
    except (PackageNotFoundError, ValueError):
        return package
