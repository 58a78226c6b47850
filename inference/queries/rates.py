"""Rates of the outcome in two worlds: their difference, ratio, lift and odds ratio."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..inputs.arrays import numbers
from ..scm.equations import Equations
from ..scm.table import Table
from .binary import check_binary
from .documented import documented
from .intervened import Intervened
from .unit_level import what
from .view import View, Where, weights

__all__ = ["Lift", "OddsRatio", "Probability", "RiskDifference", "RiskRatio"]

NOT_POSITIVE = (
    "a ratio of means is asked for, and the mean under `versus` is not positive for some draw; "
    "compare means by their difference (ATE, RiskDifference)"
)
CERTAIN = (
    "an odds ratio is asked for, and for some draw all units have the outcome in one of the "
    "worlds, or none has; compare by the difference (ATE, RiskDifference)"
)


@dataclass(frozen=True, eq=False)
class _Rates(Intervened, ABC):
    """A comparison of the means of the outcome over units in two worlds.

    Parameters
    ----------
    where : boolean array of shape (unit,), mapping or callable, optional
        The units averaged over, by default all.
    above : float, optional
        Whether the outcome lies above this number takes the place of the outcome: its mean is then
        P(Y > above).
    """

    _: KW_ONLY
    where: Where = None
    above: float | None = None
    of_events: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the threshold."""
        super().__post_init__()
        name = type(self).__name__
        if self.above is None:
            return
        number = numbers(self.above)
        if number is None or number.ndim or not abs(float(number)) < float("inf"):
            raise QueryError(f"above is one number, not {self.above!r}")
        if self.expectation:
            raise QueryError(f"{name} asks whether the outcome itself lies above; no expectation")

    @override
    def check(self, equations: Equations) -> None:
        if self.of_events and self.above is None and not self.expectation:
            check_binary(equations, self.outcome, f"{type(self).__name__} without `above` is about")

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {}

    def _happens(self, view: View, world: str) -> TensorVariable:
        outcome = view.outcome(self, world)
        if self.above is None:
            return outcome.astype("float64")
        defined = view.finite(outcome.astype("float64"))  # of NaN none is above anything
        threshold = view.number("above", np.asarray(float(self.above)))
        return pt.gt(defined, threshold).astype("float64")

    def _rate(self, view: View, world: str) -> TensorVariable:
        return view.average(self._happens(view, world), weights(view, self.where))

    @override
    def functional(self, view: View) -> TensorVariable:
        return self.compared(view, *(self._rate(view, w) for w in self.worlds(self.doses[0])))

    @abstractmethod
    def compared(self, view: View, *rates: TensorVariable) -> TensorVariable:
        """Return the estimand from the mean of each world."""

    @override
    def variance(self, view: View) -> TensorVariable | None:
        """Return the variance of the first-order change of the estimand with each mean."""
        weight = weights(view, self.where)
        worlds = list(self.worlds(self.doses[0]))
        rates = [self._rate(view, w) for w in worlds]
        slopes = pt.grad(self.compared(view, *rates).sum(), rates)
        values = [self._happens(view, w) - r for w, r in zip(worlds, rates, strict=True)]
        change = sum(s * v for s, v in zip(slopes, values, strict=True))
        return view.mean(change**2, weight) / weight.sum()

    @property
    def _rate_words(self) -> str:
        who = "all units" if self.where is None else "the units that `where` selects"
        of = what(self) if self.above is None else f"whether {self.outcome} > {self.above:g}"
        return f"the mean over {who} of {of}"


@final
@documented
@dataclass(frozen=True, eq=False)
class Probability(_Rates):
    """The probability that the outcome happens, or lies above a number: P(Y(do) > above).

    Parameters
    ----------
    versus : None
        Not taken: one world is compared with none.

    Examples
    --------
    >>> Probability("y", do={"x": 1}, above=2.5).above
    2.5
    """

    compares: ClassVar[bool] = False

    @override
    def compared(self, view: View, *rates: TensorVariable) -> TensorVariable:
        return rates[0]

    @override
    def describe_estimand(self) -> str:
        return f"{self._rate_words}, the probability of it"


@final
@documented
@dataclass(frozen=True, eq=False)
class RiskDifference(_Rates):
    """The difference of two probabilities: P(Y(do) > above) - P(Y(versus) > above).

    Examples
    --------
    >>> RiskDifference("y", do={"x": 1}, above=2.5).compares
    True
    """

    @override
    def compared(self, view: View, *rates: TensorVariable) -> TensorVariable:
        return rates[0] - rates[1]

    @override
    def describe_estimand(self) -> str:
        return f"difference of {self._rate_words}, the risk difference"


@final
@documented
@dataclass(frozen=True, eq=False)
class RiskRatio(_Rates):
    """The ratio of two means: E Y(do) / E Y(versus); of what happens or not, the risk ratio.

    Examples
    --------
    >>> RiskRatio("y", do={"x": 1}, versus={"x": 0}).compares
    True
    """

    of_events: ClassVar[bool] = False

    @override
    def compared(self, view: View, *rates: TensorVariable) -> TensorVariable:
        view.cross.object(NOT_POSITIVE, pt.le(rates[1], 0.0))
        return rates[0] / rates[1]

    @override
    def describe_estimand(self) -> str:
        return f"ratio of {self._rate_words}, the risk ratio"


@final
@documented
@dataclass(frozen=True, eq=False)
class Lift(_Rates):
    """The relative change of the mean: E Y(do) / E Y(versus) - 1; 0.1 is 10 % more.

    Examples
    --------
    >>> Lift("y", do={"x": 1}, versus={"x": 0}).compares
    True
    """

    of_events: ClassVar[bool] = False

    @override
    def compared(self, view: View, *rates: TensorVariable) -> TensorVariable:
        view.cross.object(NOT_POSITIVE, pt.le(rates[1], 0.0))
        return rates[0] / rates[1] - 1.0

    @override
    def describe_estimand(self) -> str:
        return f"relative change of {self._rate_words}, the lift"


@final
@documented
@dataclass(frozen=True, eq=False)
class OddsRatio(_Rates):
    """The ratio of the odds p / (1 - p) of two probabilities.

    Examples
    --------
    >>> OddsRatio("y", do={"x": 1}, versus={"x": 0}).compares
    True
    """

    @override
    def compared(self, view: View, *rates: TensorVariable) -> TensorVariable:
        one, other = rates
        for rate in rates:
            view.cross.object(CERTAIN, pt.or_(pt.le(rate, 0.0), pt.ge(rate, 1.0)))
        return one * (1.0 - other) / (other * (1.0 - one))

    @override
    def describe_estimand(self) -> str:
        return f"ratio of the odds of {self._rate_words}, the odds ratio"
