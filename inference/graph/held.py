"""What goes wrong when an analysis conditions on a mediator, a collider or another effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .causal import CausalGraph, check_graph, names_of
from .networks import nx
from .paths import colliders_on, open_paths, spelled

__all__ = ["ConditioningProblem", "colliders", "conditioning_problems"]


@dataclass(frozen=True)
class ConditioningProblem:
    """A variable that should not be held, and why.

    Attributes
    ----------
    variable : str
    role : str
        ``mediator``, ``collider``, ``descendant of a collider``, ``descendant of a mediator``,
        ``descendant of the outcome`` or ``descendant of the treatment``.
    path : str
        The path that holding it closes or opens, in arrows; empty where there is none.
    """

    variable: str
    role: str
    path: str = ""

    def __str__(self) -> str:
        text = f"{self.variable} is a {self.role}"
        if "collider" in self.role:
            return f"{text}: conditioning on it opens {self.path}"
        if self.role == "mediator":
            return f"{text}: conditioning on it takes away the effect along {self.path}"
        return text


def conditioning_problems(
    graph: CausalGraph, treatment: str, outcome: str, given: Iterable[str]
) -> tuple[ConditioningProblem, ...]:
    """Return why variables should not be held to estimate the effect of treatment on outcome.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    treatment, outcome : str
        Variables of the graph.
    given : iterable of str
        Variables that are held.

    Returns
    -------
    tuple of ConditioningProblem
        A collider is among them only if holding it opens a path that the rest of `given` does not
        close.

    Raises
    ------
    QueryError
        If a name is no variable of the graph, or one that is not observed.

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("t", "c"), ("u", "c"), ("u", "y"), ("t", "y")])
    >>> [str(p) for p in conditioning_problems(graph, "t", "y", ["c"])]
    ['c is a collider: conditioning on it opens t -> c <- u -> y']
    """
    check_graph(graph)
    given = set(names_of(given))
    graph.require_effect(treatment, outcome)
    graph.require_observed(*given)
    opened = _opened(graph, treatment, outcome, given)
    effects = graph.descendants(treatment)
    found = []
    for name in graph.ordered(given):
        problem = opened.get(name)
        # A mediator may be a collider too; that it carries the effect comes first.
        if name in effects and (problem is None or name in graph.mediators(treatment, outcome)):
            problem = _effect(graph, treatment, outcome, name)
        if problem is not None:
            found.append(problem)
    return tuple(found)


def _effect(graph: CausalGraph, treatment: str, outcome: str, name: str) -> ConditioningProblem:
    """Return the problem with holding an effect of the treatment."""
    mediators = graph.mediators(treatment, outcome)
    if name in mediators:
        way = nx.shortest_path(graph.dag, treatment, name)
        way += nx.shortest_path(graph.dag, name, outcome)[1:]
        return ConditioningProblem(name, "mediator", spelled(graph.dag, way))
    if name in graph.descendants(outcome):
        return ConditioningProblem(name, "descendant of the outcome")
    if mediators and name in graph.descendants(*mediators):
        return ConditioningProblem(name, "descendant of a mediator")
    return ConditioningProblem(name, "descendant of the treatment")


def _opened(
    graph: CausalGraph, treatment: str, outcome: str, given: set[str]
) -> dict[str, ConditioningProblem]:
    """Return, by variable held, the first path that is open because it is held."""
    cut = graph.without_effects([treatment], outcome)
    found: dict[str, ConditioningProblem] = {}
    for path in open_paths(cut, treatment, outcome, given):
        for collider in colliders_on(cut, path):
            for name in given & graph.descendants(collider):
                role = "collider" if name == collider else "descendant of a collider"
                found.setdefault(name, ConditioningProblem(name, role, spelled(graph.dag, path)))
        if given <= set(found):
            break
    return found


def colliders(graph: CausalGraph, treatment: str, outcome: str) -> tuple[str, ...]:
    """Return the variables at which two arrows of a path between treatment and outcome meet.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    treatment, outcome : str
        Variables of the graph.

    Returns
    -------
    tuple of str
        Causes first; latents too. `conditioning_problems` says whether holding one opens its path.

    Raises
    ------
    QueryError
        If a name is no variable of the graph.

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("t", "c"), ("u", "c"), ("u", "y"), ("t", "y")])
    >>> colliders(graph, "t", "y")
    ('c',)
    """
    check_graph(graph)
    graph.require(treatment, outcome)
    return graph.ordered(
        name
        for name in set(graph.dag) - {treatment, outcome}
        if _is_collider(graph, treatment, outcome, name)
    )


def _is_collider(graph: CausalGraph, treatment: str, outcome: str, name: str) -> bool:
    """Return whether two disjoint paths lead from the ends to two parents of the variable.

    By Menger's theorem two exist if no single variable cuts all paths.
    """
    start, end = object(), object()
    skeleton = graph.dag.to_undirected()
    skeleton.remove_node(name)
    skeleton.add_edges_from([(start, treatment), (start, outcome)])
    skeleton.add_edges_from((end, p) for p in graph.parents(name))
    return bool(end in skeleton and nx.node_connectivity(skeleton, start, end) > 1)
