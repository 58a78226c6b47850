"""Average effects: over all units, the treated, the untreated, or any subset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

from pytensor.tensor import TensorVariable

from .base import View, weights
from .means import EVERYONE, Mean, agreement
from .unit_level import what

__all__ = ["ATE", "ATT", "ATU"]


@dataclass(frozen=True, eq=False)
class ATE(Mean):
    """The average effect: the mean over units of Y_i(do) - Y_i(versus).

    Parameters
    ----------
    where : boolean array of shape (unit,) or callable, optional
        The units averaged over; a callable maps the natural world's variables to a boolean tensor.

    Notes
    -----
    The other parameters are those of `Query`. Over the observed units it is the sample's own
    average; with ``units="new"`` that of fresh units, and the attribute ``monte_carlo_error``
    says how far a draw's finite number of them may be off.

    Examples
    --------
    >>> ATE("y", do={"x": 1}, versus={"x": 0}).compares
    True
    """

    subset: ClassVar[str] = EVERYONE

    @override
    def contrast(self, view: View) -> TensorVariable:
        return view.difference(self)

    @override
    def describe_estimand(self) -> str:
        return f"mean over {self.whom} of Y_i(do) - Y_i(versus), the average effect on {what(self)}"


@dataclass(frozen=True, eq=False)
class ATT(ATE):
    """The average effect on the units whose own value agrees with ``do`` (the treated).

    Parameters as for `ATE`; ``do`` sets its variables to values (``set_to``), or `where` says
    which units are meant.

    Examples
    --------
    >>> ATT("y", do={"t": 1}, versus={"t": 0}).subset
    'the units whose own values agree with do'
    """

    subset: ClassVar[str] = "the units whose own values agree with do"

    @override
    def weight(self, view: View) -> TensorVariable:
        return weights(view, self.where) if self.where is not None else agreement(self, view)


@dataclass(frozen=True, eq=False)
class ATU(ATE):
    """The average effect on the units whose own value does not agree with ``do``.

    Parameters as for `ATT`.

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
