"""A world in which an intervention is felt along chosen paths only."""

from __future__ import annotations

from collections.abc import Callable

from pytensor.tensor import TensorVariable

from .worldgraph import WorldGraph

__all__ = ["PathGraph", "Route"]

type Route = tuple[str, ...]


class PathGraph(WorldGraph):
    """The values of variables as they are read at one place of the chosen paths.

    What an equation reads along a chosen path is what ``do`` makes of it, all else is as in the
    world ``versus``. A variable may lie on a chosen path and on another that begins alike (a
    recanting witness: Avin, Shpitser and Pearl 2005, IJCAI 19, 357-363);
    it then has a value for each way on to the outcome. So a place is such a way on, the `tail`.

    Parameters
    ----------
    worlds : pair of WorldGraph
        The worlds ``do`` and ``versus``.
    routes : frozenset of tuple of str
        The chosen paths, every edge spelled out: from a target of ``do`` to the outcome.
    tail : tuple of str
        The variables that come after those read here; none for the outcome itself.
    along : callable
        Returns the world of the same worlds and paths at another place.
    """

    def __init__(
        self,
        worlds: tuple[WorldGraph, WorldGraph],
        routes: frozenset[Route],
        tail: Route,
        along: Callable[[Route], PathGraph],
    ) -> None:
        do, self.versus = worlds
        super().__init__(do.ledger, do.do, "do", natural=do.natural, elsewhere=do.elsewhere)
        self.affected |= self.versus.affected
        self.routes, self.tail, self.along = routes, tail, along

    def read(self, name: str, reader: str) -> TensorVariable:
        """Return the value of `name` as the equation of `reader` reads it."""
        way = (name, reader, *self.tail)
        if any(route[-len(way) :] == way for route in self.routes):
            return self.along(way[1:])[name]
        return self.versus[name]
