"""Queries with one answer per unit."""

from __future__ import annotations

from abc import ABC
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..scm.table import Table
from .base import Query
from .documented import documented
from .intervened import Intervened
from .view import View

__all__ = ["ITE", "Counterfactual", "PotentialOutcome", "what"]


@dataclass(frozen=True, eq=False)
class _UnitLevel(Intervened, ABC):
    """A query whose answer has the unit dimension.

    Parameters
    ----------
    summary : bool
        Whether to answer with the mean and the standard deviation over draws (dimension
        ``statistic``) instead of all draws; the full array is then never held.
    """

    _: KW_ONLY
    summary: bool = False

    @property
    @override
    def over_units(self) -> bool:
        return True

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {"unit": labels}


@dataclass(frozen=True, eq=False)
class _Outcome(_UnitLevel, ABC):
    """The outcome of each unit in one world.

    Parameters
    ----------
    versus : None
        Not taken: one world is compared with none.
    """

    compares: ClassVar[bool] = False

    @override
    def functional(self, view: View) -> TensorVariable:
        return view.outcome(self, "do")


@final
@documented
@dataclass(frozen=True, eq=False)
class PotentialOutcome(_Outcome):
    """The outcome of each unit under ``do``: Y_i(do).

    For observed units it is the counterfactual; for ``units="new"`` a draw of Y(do) from the
    model's own population (rung 2).

    Examples
    --------
    >>> PotentialOutcome("y", do={"x": 1.0}, units="new").units
    'new'
    """

    @override
    def describe_estimand(self) -> str:
        return f"Y_i(do), the potential {what(self)} of each unit"


@final
@documented
@dataclass(frozen=True, eq=False)
class Counterfactual(_Outcome):
    """What the outcome of each observed unit would have been: Y_i(do), given all that is known.

    Rung 3: the unit keeps its own noise, so that `units` is always ``"observed"``. Pearl,
    Causality (2009), section 7.1, doi:10.1017/CBO9780511803161.

    Examples
    --------
    >>> Counterfactual("y", do={"x": 1.0}).outcome
    'y'
    """

    rung_three_only: ClassVar[bool] = True

    @override
    def describe_estimand(self) -> str:
        return f"Y_i(do) given the evidence on unit i, the counterfactual {what(self)}"


@final
@documented
@dataclass(frozen=True, eq=False)
class ITE(_UnitLevel):
    """The effect on each observed unit: Y_i(do) - Y_i(versus), rung 3.

    The unit keeps its own noise, so that `units` is always ``"observed"``.

    Examples
    --------
    >>> ITE("y", do={"x": 1}, versus={"x": 0}).outcome
    'y'
    """

    rung_three_only: ClassVar[bool] = True

    @override
    def functional(self, view: View) -> TensorVariable:
        return view.difference(self)

    @override
    def describe_estimand(self) -> str:
        return f"Y_i(do) - Y_i(versus), the individual effect on {what(self)}"


def what(query: Query) -> str:
    """Return what the query is about, in words: its outcome, or the expectation of it."""
    return f"expectation of {query.outcome}" if query.expectation else query.outcome
