"""Means over units, or over some of them, of something that each unit has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from functools import reduce
from typing import Any, ClassVar, Literal, override

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..scm.sites import Acting
from ..scm.table import Table
from .base import Query
from .dos import describe
from .view import View, Where, weights

__all__ = ["EVERYONE", "Mean", "MeanOrUnits", "agreement"]

EVERYONE = "all units"


@dataclass(frozen=True, eq=False)
class Mean(Query, ABC):
    """A mean over units of a contrast of worlds.

    Parameters
    ----------
    where : boolean array of shape (unit,) or callable, optional
        The units averaged over, by default all; a callable maps the natural world's variables to a
        boolean tensor.
    """

    _: KW_ONLY
    where: Where = None
    subset: ClassVar[str] = EVERYONE

    @abstractmethod
    def contrast(self, view: View) -> TensorVariable:
        """Return what is averaged, of shape (unit, ...)."""

    def weight(self, view: View) -> TensorVariable:
        """Return the weight of each unit in the mean: 1, or 0."""
        return weights(view, self.where)

    @property
    def whom(self) -> str:
        """Who is averaged over, in words."""
        return self.subset if self.where is None else "the units that `where` selects"

    @override
    def functional(self, view: View) -> TensorVariable:
        return view.average(self.contrast(view), self.weight(view))

    @override
    def variance(self, view: View) -> TensorVariable | None:
        contrast, weight = self.contrast(view), self.weight(view)
        mean = view.mean(contrast, weight)
        spread = view.mean(contrast**2, weight) - mean**2
        return spread / weight.sum()

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, eq=False)
class MeanOrUnits(Mean, ABC):
    """A mean over units, or each unit by itself.

    Parameters
    ----------
    by : {"unit"}, optional
        Whether to answer unit by unit, NaN for the units that the mean leaves out.
    summary : bool
        With ``by="unit"``: whether to answer with the mean and the standard deviation over draws
        (dimension ``statistic``) instead of all draws; the full array is then never held.
    """

    _: KW_ONLY
    by: Literal["unit"] | None = None
    summary: bool = False

    def __post_init__(self) -> None:
        """Check what can be checked without a model."""
        super().__post_init__()
        if self.by not in (None, "unit"):
            raise QueryError(
                f"{type(self).__name__} takes by='unit', or no `by` for the mean, not {self.by!r}; "
                "for the mean of some units give where="
            )
        if self.summary and self.by is None:
            raise QueryError("summary is over the draws of each unit; give by='unit' with it")

    @property
    @override
    def over_units(self) -> bool:
        return self.by == "unit"

    @property
    @override
    def leaves_out(self) -> bool:
        return self.by == "unit" and self.whom != EVERYONE

    @override
    def functional(self, view: View) -> TensorVariable:
        if self.by is None:
            return super().functional(view)
        contrast = self.contrast(view)
        if self.whom == EVERYONE:
            return contrast
        left_out = pt.eq(self.weight(view), 0.0)
        return pt.switch(pt.shape_padright(left_out, contrast.ndim - 1), np.nan, contrast)

    @override
    def variance(self, view: View) -> TensorVariable | None:
        return super().variance(view) if self.by is None else None

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {"unit": labels} if self.by else {}

    @property
    def whose(self) -> str:
        """Whose contrast the answer is, in words to put before it."""
        if self.by is None:
            return f"mean over {self.whom} of "
        return "" if self.whom == EVERYONE else f"for each of {self.whom}, "


def agreement(query: Query, view: View, world: str = "do") -> TensorVariable:
    """Return 1 for the units whose natural values are those that a world sets, else 0.

    Parameters
    ----------
    query : Query
        For messages.
    view : View
    world : str
        Its name.

    Returns
    -------
    TensorVariable of shape (unit,)

    Raises
    ------
    QueryError
        If the world does more than to set variables that units have.
    """
    do = view.cross.dos[world]
    if not do or any(not v.sets for v in do.values()):
        raise QueryError(
            f"{type(query).__name__} needs set_to interventions to know who is treated, and "
            f"`{world}` is {describe(do)}; say which units are meant with where="
        )
    equations = view.cross.equations
    if unitless := [n for n in do if not equations.has_units(n)]:
        raise QueryError(
            f"{type(query).__name__} cannot tell who is treated by {unitless[0]!r}, which has no "
            f"{equations.unit!r} dimension: all units share it; ask for the ATE, or say which "
            "units are meant with where="
        )
    equal = [
        pt.eq(view.natural(n), view.number(Acting(n, "amount", world), v.amount))
        for n, v in do.items()
        if v.amount is not None  # a set_to always has one
    ]
    # Of a vector per unit, all of it agrees.
    equal = [e.all(axis=tuple(range(1, e.ndim))) if e.ndim > 1 else e for e in equal]
    return reduce(pt.and_, equal).astype("float64")
