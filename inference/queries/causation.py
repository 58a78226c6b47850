"""Probabilities of causation: was it necessary, would it be sufficient, is it both.

Of a binary outcome in two worlds, `do` (x) and `versus` (x'). Each depends on how a unit's outcomes
in the two worlds go together, which is the coupling of the outcome's mechanism and of what lies
between; under the monotone one they are at Tian and Pearl's lower bounds where `do` harms nobody.
The bounds, Tian and Pearl (2000), doi:10.1023/A:1018912507879, hold whatever the coupling. They are
made of the shares of the same units in the same draw: experimental, P(y_x) and P(y_x'), and
observational, P(x, y) and so on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..scm.equations import Equations
from ..scm.table import Table
from .binary import check_binary, happened
from .documented import documented
from .intervened import Intervened
from .means import MeanOrUnits, agreement
from .view import View

__all__ = ["PN", "PNS", "PS"]


@dataclass(frozen=True, eq=False)
class _Shares:
    """The shares of units that the bounds are made of; x is ``do``, x' is ``versus``, y is 1."""

    y_x: TensorVariable  # P(y_x), had all been treated
    y_x1: TensorVariable  # P(y_x'), had none been
    y: TensorVariable
    xy: TensorVariable  # P(x, y)
    xy1: TensorVariable  # P(x, y')
    x1y: TensorVariable  # P(x', y)
    x1y1: TensorVariable  # P(x', y')


@dataclass(frozen=True, eq=False)
class _Causation(MeanOrUnits, Intervened, ABC):
    """What the three share: a binary outcome in two worlds, and bounds.

    Parameters
    ----------
    bounds : bool
        Whether to answer with Tian and Pearl's bounds, along the dimension ``bound``.
    """

    _: KW_ONLY
    bounds: bool = False
    needs: ClassVar[tuple[str, ...]] = ("versus",)
    counts: ClassVar[str] = "outcomes that happen or not"
    nested: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check that two worlds are compared, of outcomes and not of expectations."""
        super().__post_init__()
        name = type(self).__name__
        if not self.versus:
            raise QueryError(f"{name} compares two treatments; give versus, such as {{'t': 0}}")
        if self.bounds and self.by:
            raise QueryError("bounds are of shares of units; leave by='unit' out")

    @override
    def check(self, equations: Equations) -> None:
        check_binary(equations, self.outcome, f"{type(self).__name__} is about")

    def happens(self, view: View, world: str) -> TensorVariable:
        """Return whether the outcome is 1 in a world, one boolean per unit."""
        return happened(view, self.outcome, view.outcome(self, world))

    @override
    def functional(self, view: View) -> TensorVariable:
        if not self.bounds:
            return super().functional(view)
        low, high = self.limits(self._shares(view))
        # Not pt.clip: a bound of a condition that no unit meets is NaN.
        return pt.stack([pt.maximum(low, 0.0), pt.minimum(high, 1.0)])

    @abstractmethod
    def limits(self, p: _Shares) -> tuple[TensorVariable, TensorVariable]:
        """Return the lower and the upper bound, before they are cut at 0 and 1."""

    def _shares(self, view: View) -> _Shares:
        everyone = MeanOrUnits.weight(self, view)
        treated, untreated = (agreement(self, view, world) for world in ("do", "versus"))
        words = (
            "the bounds are for two treatments, and some unit had neither; select units by where="
        )
        view.cross.object(words, (everyone * (1.0 - treated - untreated)).max() > 0.0)
        y, y_x, y_x1 = (
            self.happens(view, w).astype("float64") for w in ("natural", "do", "versus")
        )

        def share(event: TensorVariable) -> TensorVariable:
            return view.mean(event, everyone)

        return _Shares(
            share(y_x),
            share(y_x1),
            share(y),
            share(treated * y),
            share(treated * (1.0 - y)),
            share(untreated * y),
            share(untreated * (1.0 - y)),
        )

    @override
    def variance(self, view: View) -> TensorVariable | None:
        return None if self.bounds else super().variance(view)

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        bound = {"bound": np.array(["lower", "upper"])} if self.bounds else {}
        return {**super().coords(columns, labels), **bound}

    def _told(self, formula: str, name: str) -> str:
        if self.bounds:
            among = "" if self.where is None else f" among {self.whom}"
            return f"Tian and Pearl's bounds of {formula}{among}, the {name} for {self.outcome}"
        return f"{self.whose}{formula}, the {name} for {self.outcome}"


@final
@documented
@dataclass(frozen=True, eq=False)
class PNS(_Causation):
    """The probability of necessity and sufficiency: P(Y_i(do) = 1, Y_i(versus) = 0).

    With ``by="unit"`` it says of each, draw by draw, whether it is so (1, else 0).

    Notes
    -----
    The bounds are max(0, P(y_x) - P(y_x'),
    P(y) - P(y_x'), P(y_x) - P(y)) and min(P(y_x), P(y'_x'), P(x, y) + P(x', y'),
    P(y_x) - P(y_x') + P(x, y') + P(x', y)). Tian and Pearl (2000), doi:10.1023/A:1018912507879.

    Examples
    --------
    >>> PNS("y", do={"t": 1}, versus={"t": 0}, coupling="monotone").coupling
    'monotone'
    """

    @override
    def contrast(self, view: View) -> TensorVariable:
        both = self.happens(view, "do") & ~self.happens(view, "versus")
        return both.astype("float64")

    @override
    def limits(self, p: _Shares) -> tuple[TensorVariable, TensorVariable]:
        low = pt.maximum(p.y_x - p.y_x1, pt.maximum(p.y - p.y_x1, p.y_x - p.y))
        high = pt.minimum(
            pt.minimum(p.y_x, 1.0 - p.y_x1),
            pt.minimum(p.xy + p.x1y1, p.y_x - p.y_x1 + p.xy1 + p.x1y),
        )
        return low, high

    @override
    def describe_estimand(self) -> str:
        return self._told("[Y_i(do) = 1 and Y_i(versus) = 0]", "probability of both causes")


@final
@documented
@dataclass(frozen=True, eq=False)
class PN(_Causation):
    """The probability of necessity: P(Y_i(versus) = 0 | treated as ``do`` says, Y_i = 1).

    Of those who were treated and had the outcome: would they not have had it, untreated?

    With ``by="unit"`` it says of each, draw by draw, whether it is so (1, else 0), NaN for
    the units of other treatment or outcome.

    Notes
    -----
    The bounds are max(0, (P(y) - P(y_x')) / P(x, y)) and
    min(1, (P(y'_x') - P(x', y')) / P(x, y)). Tian and Pearl (2000), doi:10.1023/A:1018912507879.

    Examples
    --------
    >>> PN("y", do={"t": 1}, versus={"t": 0}, bounds=True).bounds
    True
    """

    subset: ClassVar[str] = "units treated as do says whose outcome is 1"

    @override
    def contrast(self, view: View) -> TensorVariable:
        return (~self.happens(view, "versus")).astype("float64")

    @override
    def weight(self, view: View) -> TensorVariable:
        had = agreement(self, view, "do") * self.happens(view, "natural")
        return super().weight(view) * had

    @override
    def limits(self, p: _Shares) -> tuple[TensorVariable, TensorVariable]:
        return (p.y - p.y_x1) / p.xy, ((1.0 - p.y_x1) - p.x1y1) / p.xy

    @override
    def describe_estimand(self) -> str:
        return self._told("[Y_i(versus) = 0 given x and y]", "probability of necessity")


@final
@documented
@dataclass(frozen=True, eq=False)
class PS(_Causation):
    """The probability of sufficiency: P(Y_i(do) = 1 | treated as ``versus`` says, Y_i = 0).

    Of those who were untreated and had no outcome: would they have had it, treated?

    With ``by="unit"`` it says of each, draw by draw, whether it is so (1, else 0), NaN for
    the units of other treatment or outcome.

    Notes
    -----
    The bounds are max(0, (P(y_x) - P(y)) / P(x', y'))
    and min(1, (P(y_x) - P(x, y)) / P(x', y')). Tian and Pearl (2000),
    doi:10.1023/A:1018912507879.

    Examples
    --------
    >>> PS("y", do={"t": 1}, versus={"t": 0}).subset
    'units treated as versus says whose outcome is 0'
    """

    subset: ClassVar[str] = "units treated as versus says whose outcome is 0"

    @override
    def contrast(self, view: View) -> TensorVariable:
        return self.happens(view, "do").astype("float64")

    @override
    def weight(self, view: View) -> TensorVariable:
        had_not = agreement(self, view, "versus") * ~self.happens(view, "natural")
        return super().weight(view) * had_not

    @override
    def limits(self, p: _Shares) -> tuple[TensorVariable, TensorVariable]:
        return (p.y_x - p.y) / p.x1y1, (p.y_x - p.xy) / p.x1y1

    @override
    def describe_estimand(self) -> str:
        return self._told("[Y_i(do) = 1 given x' and y']", "probability of sufficiency")
