"""Average effects: over all units, the treated, the untreated, or any subset."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final, override

from pytensor.tensor import TensorVariable

from .documented import documented
from .intervened import Intervened
from .means import EVERYONE, Mean, agreement
from .unit_level import what
from .view import View, weights

__all__ = ["ATE", "ATT", "ATU"]


@dataclass(frozen=True, eq=False)
class _Average(Mean, Intervened, ABC):
    """The mean over some units of Y_i(do) - Y_i(versus)."""

    @override
    def contrast(self, view: View) -> TensorVariable:
        return view.difference(self)

    @override
    @abstractmethod
    def weight(self, view: View) -> TensorVariable:
        """Return the weight of each unit: who is meant is what tells these effects apart."""

    @override
    def describe_estimand(self) -> str:
        return f"mean over {self.whom} of Y_i(do) - Y_i(versus), the average effect on {what(self)}"


@final
@documented
@dataclass(frozen=True, eq=False)
class ATE(_Average):
    """The average effect: the mean over units of Y_i(do) - Y_i(versus).

    Over the observed units it is the sample's own average; with ``units="new"`` that of fresh
    units, and the attribute ``monte_carlo_error`` says how far a draw's finite number of them may
    be off.

    Examples
    --------
    >>> ATE("y", do={"x": 1}, versus={"x": 0}).compares
    True
    """

    subset: ClassVar[str] = EVERYONE

    @override
    def weight(self, view: View) -> TensorVariable:
        return weights(view, self.where)


@final
@documented
@dataclass(frozen=True, eq=False)
class ATT(_Average):
    """The average effect on the units whose own value agrees with ``do`` (the treated).

    ``do`` sets its variables to values (``set_to``), or `where` says which units are meant.

    Examples
    --------
    >>> ATT("y", do={"t": 1}, versus={"t": 0}).subset
    'the units whose own values agree with do'
    """

    subset: ClassVar[str] = "the units whose own values agree with do"

    @override
    def weight(self, view: View) -> TensorVariable:
        return weights(view, self.where) if self.where is not None else agreement(self, view)


@final
@documented
@dataclass(frozen=True, eq=False)
class ATU(_Average):
    """The average effect on the units whose own value does not agree with ``do``.

    ``do`` sets its variables to values (``set_to``), or `where` says which units are meant.

    Examples
    --------
    >>> ATU("y", do={"t": 1}, versus={"t": 0}).subset
    'the units whose own values do not agree with do'
    """

    subset: ClassVar[str] = "the units whose own values do not agree with do"

    @override
    def weight(self, view: View) -> TensorVariable:
        if self.where is not None:
            return weights(view, self.where)
        return 1.0 - agreement(self, view)
