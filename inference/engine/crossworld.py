"""The one evaluator: what every variable is in every world, as one symbolic graph.

The worlds of a query share parameters and noise, and go by names. In each, a variable that no
intervention reaches is what it naturally is; a variable that one reaches is recomputed with the
unit's own noise. A world may read a variable in another one.
Variables are in their core shape here, without chains and draws; `compute` adds those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from ..errors import QueryError
from ..scm.interventions import Do
from .graph_inputs import Ledger
from .pathgraph import PathGraph, Route
from .worldgraph import WorldGraph

__all__ = ["CrossWorld"]

NATURAL = "natural"


@dataclass(eq=False)
class CrossWorld(Ledger):
    """Worlds over one set of equations, parameters and noise.

    Parameters
    ----------
    dos : mapping of str to interventions
        What holds in each world of the query, by the world's name.

    Notes
    -----
    The other parameters are those of `Ledger`.
    """

    dos: Mapping[str, Do] = field(default_factory=dict)
    _worlds: dict[str, WorldGraph] = field(default_factory=dict)
    _paths: dict[tuple[frozenset[Route], Route], PathGraph] = field(default_factory=dict)

    @property
    def natural(self) -> WorldGraph:
        """The world as it was."""
        return self.world(NATURAL)

    def world(self, label: str) -> WorldGraph:
        """Return the world of that name, made on first use; ``"natural"`` is the world as it was.

        Raises
        ------
        QueryError
            If the query has no such world.
        """
        if label != NATURAL and label not in self.dos:
            names = ", ".join(map(repr, (*self.dos, NATURAL)))
            raise QueryError(f"as_in names the world {label!r}; this query has {names}")
        do = self.dos.get(label, {})
        label = label if do else NATURAL
        if label not in self._worlds:
            natural = None if label == NATURAL else self.natural
            world = WorldGraph(self, do, label, natural=natural, elsewhere=self.world)
            self._worlds[label] = world
        return self._worlds[label]

    def along(self, routes: frozenset[Route], tail: Route = ()) -> PathGraph:
        """Return the world in which ``do`` is felt along `routes` alone, made on first use.

        Parameters
        ----------
        routes : frozenset of tuple of str
            The chosen paths, from a target of ``do`` to the outcome.
        tail : tuple of str
            The variables that come after those read there.

        Returns
        -------
        PathGraph
        """
        if (routes, tail) not in self._paths:
            worlds = self.world("do"), self.world("versus")
            there = partial(self.along, routes)
            self._paths[routes, tail] = PathGraph(worlds, routes, tail, there)
        return self._paths[routes, tail]
