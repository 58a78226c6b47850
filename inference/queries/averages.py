"""Average effects: over all units, the treated, the untreated, or any subset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from functools import reduce
from typing import Any, ClassVar, override

import pytensor.tensor as pt
from numpy.typing import ArrayLike, NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from .base import Query, View, average, describe, weights
from .unit_level import _what

__all__ = ["ATE", "ATT", "ATU"]


@dataclass(frozen=True, eq=False)
class ATE(Query):
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

    _: KW_ONLY
    where: ArrayLike | Callable[..., Any] | None = None
    subset: ClassVar[str] = "all units"

    def weight(self, view: View) -> TensorVariable:
        """Return the weight of each unit in the average."""
        return weights(view, self.where)

    @override
    def functional(self, view: View) -> TensorVariable:
        return average(view.difference(self), self.weight(view))

    @override
    def variance(self, view: View) -> TensorVariable | None:
        difference, weight = view.difference(self), self.weight(view)
        spread = average(difference**2, weight) - average(difference, weight) ** 2
        return spread / weight.sum()

    @override
    def coords(self, columns: Mapping[str, NDArray[Any]], labels: NDArray[Any]) -> dict[str, Any]:
        return {}

    @override
    def describe_estimand(self) -> str:
        subset = self.subset if self.where is None else "the units that `where` selects"
        return f"mean over {subset} of Y_i(do) - Y_i(versus), the average effect on {_what(self)}"


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
        return weights(view, self.where) if self.where is not None else _agreement(self, view)


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
        return 1.0 - _agreement(self, view)


def _agreement(query: Query, view: View) -> TensorVariable:
    """Return 1 for the units whose natural values are those that ``do`` sets, else 0."""
    do = view.dos["do"]
    if not do or any(v.kind != "set_to" or v.where is not None for v in do.values()):
        raise QueryError(
            f"{type(query).__name__} needs set_to interventions to know who is treated, not "
            f"do({describe(do)}); say which units are meant with where="
        )
    equations = view.cross.equations
    if unitless := [n for n in do if not equations.has_units(n)]:
        raise QueryError(
            f"{type(query).__name__} cannot tell who is treated by {unitless[0]!r}, which has no "
            f"{equations.unit!r} dimension: all units share it; ask for the ATE, or say which "
            "units are meant with where="
        )
    equal = [
        pt.eq(view.natural(n), view.number(f"do:{n}", v.amount))
        for n, v in do.items()
        if v.amount is not None  # a set_to always has one
    ]
    # Of a vector per unit, all of it agrees.
    equal = [e.all(axis=tuple(range(1, e.ndim))) if e.ndim > 1 else e for e in equal]
    return reduce(pt.and_, equal).astype("float64")
