"""Queries of what interventions do: the world ``do``, mostly compared with ``versus``."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, override

from ..errors import QueryError
from ..scm.interventions import Do
from .base import Query
from .dos import DoLike, describe, interventions, is_sequence, sequence

__all__ = ["Intervened"]


@dataclass(frozen=True, eq=False)
class Intervened(Query, ABC):
    """A query that is told what is done.

    Parameters
    ----------
    outcome : str
        A mechanism, or a Deterministic with the unit dimension.
    do : mapping of str to intervention or number, or a sequence of such mappings
        What replaces which variable; a number means ``set_to``. A list of interventions, or of
        mappings, asks the query once for each, along the dimension `dose`.
    versus : mapping of str to intervention or number, optional
        The world compared with; by default the world as it was.
    """

    outcome: str
    do: DoLike
    versus: Mapping[str, Any] | None = None

    compares: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Read what is done."""
        super().__post_init__()
        object.__setattr__(self, "doses", sequence(self.do))
        if self.versus is not None:
            if not self.compares:
                raise QueryError(
                    f"{type(self).__name__} asks of one world and compares none; leave versus "
                    "out, or ask an ITE"
                )
            interventions(self.versus, "versus")

    @property
    @override
    def is_ladder(self) -> bool:
        return is_sequence(self.do)

    @override
    def worlds(self, dose: Do) -> dict[str, Do]:
        versus = {"versus": interventions(self.versus or {}, "versus")} if self.compares else {}
        return {"do": dose, **versus}

    @override
    def sentence(self) -> str:
        some = [describe(d) for d in self.doses[:3]] + ["..."] * (len(self.doses) > 3)
        text = f"{self.describe_estimand()} under {' | '.join(some)}"
        if self.compares:
            text += f" against {describe(interventions(self.versus or {}, 'versus'))}"
        return text
