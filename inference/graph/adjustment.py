"""Adjustment: the variables to hold so that association is causation, or why none suffice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from .causal import CausalGraph, check_graph, names_of
from .instruments import instruments
from .networks import nx
from .paths import open_paths, spelled
from .separators import MOST_CANDIDATES, minimal_separators

__all__ = [
    "BackDoor",
    "back_door",
    "default_adjustment",
    "front_door",
    "is_back_door_set",
    "open_back_door",
]


@dataclass(frozen=True)
class BackDoor:
    """The adjustment sets for the effect of one variable on another, or the path that stays open.

    Attributes
    ----------
    treatment, outcome : str
    sets : tuple of frozenset of str
        The minimal valid adjustment sets, smallest first; empty where there is none.
    open_path : str
        A path that no adjustment closes, in arrows; empty where there is a set.
    latents : tuple of str
        The latents on that path.
    """

    treatment: str
    outcome: str
    sets: tuple[frozenset[str], ...]
    open_path: str = ""
    latents: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Whether some set of observed variables is enough."""
        return bool(self.sets)

    def __str__(self) -> str:
        what = f"the effect of {self.treatment} on {self.outcome}"
        if not self.exists:
            return f"no adjustment identifies {what}: {self.open_path} stays open" + latent_words(
                self.latents
            )
        if self.sets == (frozenset(),):
            return f"{what} needs no adjustment"
        return f"{what} needs " + ", or ".join(_braced(s) for s in self.sets)


def back_door(graph: CausalGraph, treatment: str, outcome: str) -> BackDoor:
    """Return the minimal adjustment sets for an effect, or the path that stays open.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    treatment, outcome : str
        Variables of the graph.

    Returns
    -------
    BackDoor

    Raises
    ------
    QueryError
        If either is no variable of the graph, or has no column.

    Notes
    -----
    A set is valid if it holds no effect of what lies on the way from treatment to outcome, and
    closes every other path [1]_. This criterion is complete: where it finds no set, there is none.

    References
    ----------
    .. [1] Shpitser, VanderWeele and Robins (2010), UAI. arXiv:1203.3515

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("u", "t"), ("u", "y"), ("t", "y")], latents=["u"])
    >>> print(back_door(graph, "t", "y"))
    no adjustment identifies the effect of t on y: t <- u -> y stays open, and u is latent
    """
    check_graph(graph)
    graph.require_effect(treatment, outcome)
    cut = graph.without_effects([treatment], outcome)
    allowed = graph.observed - forbidden(graph, treatment, outcome) - {outcome}
    sets = minimal_separators(cut, treatment, outcome, allowed)
    if sets:
        return BackDoor(treatment, outcome, sets)
    # If any set is valid, then so is the set of all allowed causes of the two.
    everything = allowed & graph.ancestors(treatment, outcome)
    path = next(open_paths(cut, treatment, outcome, everything), (treatment, outcome))
    return BackDoor(
        treatment,
        outcome,
        (),
        spelled(graph.dag, path),
        tuple(n for n in path if n in graph.latents),
    )


def is_back_door_set(
    graph: CausalGraph, treatment: str, outcome: str, given: Iterable[str]
) -> bool:
    """Return whether adjusting for `given` identifies the effect of treatment on outcome.

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
    bool

    Raises
    ------
    QueryError
        If a name is no variable of the graph, or one that is not observed.

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("w", "t"), ("w", "y"), ("t", "y")])
    >>> is_back_door_set(graph, "t", "y", []), is_back_door_set(graph, "t", "y", ["w"])
    (False, True)
    """
    check_graph(graph)
    given = set(names_of(given))
    graph.require_effect(treatment, outcome)
    graph.require_observed(*given)
    if given & forbidden(graph, treatment, outcome):
        return False
    cut = graph.without_effects([treatment], outcome)
    return bool(nx.is_d_separator(cut, treatment, outcome, given))


def open_back_door(
    graph: CausalGraph, treatment: str, outcome: str, given: Iterable[str]
) -> str | None:
    """Return a path, other than the effect itself, that `given` leaves open.

    Parameters
    ----------
    graph : CausalGraph
    treatment, outcome : str
    given : iterable of str

    Returns
    -------
    str or None
        The shortest such path, in arrows.
    """
    cut = graph.without_effects([treatment], outcome)
    path = next(open_paths(cut, treatment, outcome, set(given)), None)
    return None if path is None else spelled(graph.dag, path)


def forbidden(graph: CausalGraph, treatment: str, outcome: str) -> frozenset[str]:
    """Return the variables that may not be adjusted for.

    Parameters
    ----------
    graph : CausalGraph
    treatment, outcome : str

    Returns
    -------
    frozenset of str
        Treatment and outcome, the mediators, and all effects of mediators and outcome.
    """
    carriers = graph.carriers(treatment, outcome)
    return graph.descendants(*carriers) | {treatment, outcome}


def front_door(graph: CausalGraph, treatment: str, outcome: str) -> tuple[frozenset[str], ...]:
    """Return the smallest sets of observed mediators that fulfil the front-door criterion.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    treatment, outcome : str
        Variables of the graph.

    Returns
    -------
    tuple of frozenset of str
        Each carries the whole effect, is unconfounded with the treatment, and is confounded with
        the outcome by way of the treatment alone; none where there is no such set.

    Raises
    ------
    QueryError
        If a name is no variable of the graph, or one that is not observed.

    References
    ----------
    .. [1] Pearl (1995), Biometrika 82, 669-688. doi:10.1093/biomet/82.4.669

    Examples
    --------
    >>> edges = [("u", "t"), ("u", "y"), ("t", "m"), ("m", "y")]
    >>> front_door(CausalGraph.of_edges(edges, latents=["u"]), "t", "y")
    (frozenset({'m'}),)
    """
    check_graph(graph)
    graph.require_effect(treatment, outcome)
    mediators = [m for m in graph.mediators(treatment, outcome) if m in graph.observed]
    for size in range(1, min(len(mediators), MOST_CANDIDATES) + 1):
        found = [
            frozenset(chosen)
            for chosen in combinations(mediators, size)
            if _is_front_door(graph, treatment, outcome, set(chosen))
        ]
        if found:
            return tuple(found)
    return ()


def _is_front_door(graph: CausalGraph, treatment: str, outcome: str, chosen: set[str]) -> bool:
    rest = graph.dag.subgraph(set(graph.dag) - chosen)
    if nx.has_path(rest, treatment, outcome):
        return False
    no_effects = nx.DiGraph(graph.dag)
    no_effects.remove_edges_from(list(graph.dag.out_edges(treatment)))
    if not nx.is_d_separator(no_effects, {treatment}, chosen, set()):
        return False
    no_effects = nx.DiGraph(graph.dag)
    no_effects.remove_edges_from(list(graph.dag.out_edges(chosen)))
    return bool(nx.is_d_separator(no_effects, chosen, {outcome}, {treatment}))


def default_adjustment(graph: CausalGraph, treatment: str, outcome: str) -> tuple[str, ...]:
    """Return what an analyst who knows the graph adjusts for.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    treatment, outcome : str
        Variables of the graph.

    Returns
    -------
    tuple of str
        The direct causes of the mediators and of the outcome, which is the valid set of least
        variance [1]_. If a latent is among them: the smallest valid set. If no set is valid: all
        observed causes of treatment or outcome except instruments [2]_, which leaves bias.

    Raises
    ------
    QueryError
        If a name is no variable of the graph, or one that is not observed.

    References
    ----------
    .. [1] Henckel, Perkovic and Maathuis (2022), JRSS B 84, 579-599. doi:10.1111/rssb.12451
    .. [2] VanderWeele (2019), Eur. J. Epidemiol. 34, 211-219. doi:10.1007/s10654-019-00494-6

    Examples
    --------
    >>> edges = [("w", "t"), ("w", "y"), ("v", "y"), ("z", "t"), ("t", "y")]
    >>> default_adjustment(CausalGraph.of_edges(edges), "t", "y")
    ('w', 'v')
    """
    check_graph(graph)
    no_go = forbidden(graph, treatment, outcome)
    carriers = graph.carriers(treatment, outcome)
    best = frozenset(p for n in carriers for p in graph.parents(n)) - no_go
    if best <= graph.observed and is_back_door_set(graph, treatment, outcome, best):
        return graph.ordered(best)
    found = back_door(graph, treatment, outcome)
    if found.exists:
        return graph.ordered(found.sets[0])
    causes = (graph.ancestors(treatment, outcome) & graph.observed) - no_go
    without = {i.name for i in instruments(graph, treatment, outcome)}
    return graph.ordered(causes - without)


def latent_words(latents: Iterable[str]) -> str:
    """Return the end of a sentence that says which variables are latent; empty for none."""
    names = list(latents)
    if not names:
        return ""
    return f", and {' and '.join(names)} {'is' if len(names) == 1 else 'are'} latent"


def _braced(names: Collection[str]) -> str:
    return "{" + ", ".join(sorted(names)) + "}"
