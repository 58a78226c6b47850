"""Where an intervention acts, and what it brings into the graph of a query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pytensor.tensor import TensorVariable

    from ..families.form import StructuralForm

__all__ = ["Acting", "Site", "Values"]

Values = Mapping[str, "TensorVariable"]


@dataclass(frozen=True)
class Site:
    """Where an intervention acts: one target in one world; tensors have the target's own dims.

    Attributes
    ----------
    name : str
        The target.
    values : Mapping[str, TensorVariable]
        The variables of this world; the target's own name gives its natural value.
    natural : callable
        Returns the target's natural value in this world.
    amount : TensorVariable or None
        The number or the array per unit that the intervention was given.
    draw : callable
        Takes a structural form and its parameters; returns noise drawn for this site.
    elsewhere : callable
        Returns the target's value in the world of the query that has the name given.
    factor : TensorVariable or None
        A second number, where the intervention has one.
    """

    name: str
    values: Values
    natural: Callable[[], TensorVariable]
    amount: TensorVariable | None
    draw: Callable[[StructuralForm, tuple[TensorVariable, ...]], TensorVariable]
    elsewhere: Callable[[str], TensorVariable]
    factor: TensorVariable | None = None


@dataclass(frozen=True)
class Acting:
    """The key of what an intervention brings into the graph of a query.

    Attributes
    ----------
    variable : str
        What the intervention acts on.
    part : {"amount", "factor", "where", "noise"}
        Its number, the units that it selects, or the noise that it draws.
    of : str
        The world of a number; of noise its law and width, since worlds share it where both agree.
    """

    variable: str
    part: Literal["amount", "factor", "where", "noise"]
    of: str

    def __str__(self) -> str:
        # Noise has its random stream by this name: another name would be other draws.
        return f"do {self.variable}|{self.of}" if self.part == "noise" else repr(self)
