"""Instruments: variables that are related to the outcome through the treatment alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, combinations, islice

from ..errors import QueryError
from .causal import CausalGraph, check_graph, names_of
from .networks import nx
from .paths import open_paths, spelled
from .separators import minimal_separators

__all__ = ["Instrument", "instrument_problem", "instruments"]

# What is tried where no set of causes serves: sets of so many variables, and so many sets.
MOST_HELD = 3
MOST_SETS = 500


@dataclass(frozen=True)
class Instrument:
    """A variable that is an instrument once others are held.

    Attributes
    ----------
    name : str
    given : frozenset of str
        What must be adjusted for; empty for an unconditional instrument.
    """

    name: str
    given: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.name} given {', '.join(sorted(self.given))}" if self.given else self.name


def instruments(
    graph: CausalGraph, treatments: str | Iterable[str], outcome: str
) -> tuple[Instrument, ...]:
    """Return the observed variables that are instruments, each with the least that must be held.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    treatments : str or iterable of str
        One variable; or several whose direct effects are estimated together.
    outcome : str
        The variable that effects are of.

    Returns
    -------
    tuple of Instrument

    Raises
    ------
    QueryError
        If a name is no variable of the graph, or one that is not observed.

    Notes
    -----
    Given W, an instrument Z is connected with a treatment, and separated from the outcome in the
    graph without the treatments' effects [1]_, [2]_. Neither Z nor W is an effect of a treatment.

    First W is sought among the causes of Z and of the outcome (ancestral instruments). Where those
    do not serve, all sets of up to three variables are tried, 500 at most, because W may have to
    hold a collider that connects Z with the treatment. The general search is NP-hard [2]_, so an
    instrument that needs a larger set is not found; `instrument_problem` checks any given one.

    References
    ----------
    .. [1] Brito and Pearl (2002), UAI. arXiv:1301.0560
    .. [2] van der Zander, Textor and Liskiewicz (2015), IJCAI, 3243-3249.

    Examples
    --------
    >>> edges = [("w", "z"), ("w", "y"), ("z", "t"), ("u", "t"), ("u", "y"), ("t", "y")]
    >>> [str(i) for i in instruments(CausalGraph.of_edges(edges, latents=["u"]), "t", "y")]
    ['z given w']
    """
    check_graph(graph)
    moved = _treatments(graph, treatments, outcome)
    cut = graph.without_effects(moved, outcome)
    allowed = graph.observed - graph.descendants(*moved) - {outcome}
    held = {n: _least_held(graph, cut, n, moved, outcome, allowed) for n in graph.ordered(allowed)}
    return tuple(Instrument(n, given) for n, given in held.items() if given is not None)


def _least_held(
    graph: CausalGraph,
    cut: nx.DiGraph,
    name: str,
    moved: tuple[str, ...],
    outcome: str,
    allowed: frozenset[str],
) -> frozenset[str] | None:
    """Return the least that is held for `name` to be an instrument; None where nothing serves."""

    def relevant(given: frozenset[str]) -> bool:
        return any(not graph.separated(name, t, given) for t in moved)

    separators = minimal_separators(cut, name, outcome, allowed)
    if not separators:
        return None
    least = next((s for s in separators if relevant(s)), None)
    if least is not None:
        return least
    # Holding a collider may connect it with the treatment, and still not with the outcome.
    near = nx.node_connected_component(graph.dag.to_undirected(as_view=True), name)
    rest = graph.ordered((allowed & near) - {name})
    sets = chain.from_iterable(combinations(rest, size) for size in range(1, MOST_HELD + 1))
    for chosen in map(frozenset, islice(sets, MOST_SETS)):
        if relevant(chosen) and nx.is_d_separator(cut, name, outcome, set(chosen)):
            return chosen
    return None


def instrument_problem(
    graph: CausalGraph,
    name: str,
    treatments: str | Iterable[str],
    outcome: str,
    given: Iterable[str] = (),
) -> str | None:
    """Return why `name` is no instrument once `given` is held, or None where it is one.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    name : str
        The variable that is to be an instrument.
    treatments : str or iterable of str
        What it is to be an instrument for.
    outcome : str
        The variable that effects are of.
    given : iterable of str
        Variables that are held.

    Returns
    -------
    str or None

    Raises
    ------
    QueryError
        If a name is no variable of the graph, or one that is not observed.

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("z", "t"), ("z", "y"), ("t", "y")])
    >>> instrument_problem(graph, "z", "t", "y")
    'z reaches y by another way than t: z -> y'
    """
    check_graph(graph)
    moved = _treatments(graph, treatments, outcome)
    given = set(names_of(given))
    graph.require_observed(name, *given)
    if name in given:
        return f"{name} is held itself"
    effects = graph.descendants(*moved)
    words = " and ".join(moved)
    if name in effects:
        return f"{name} is an effect of {words}"
    if given & effects:
        return (
            f"{', '.join(graph.ordered(given & effects))}, which is held, is an effect of {words}"
        )
    cut = graph.without_effects(moved, outcome)
    if not nx.is_d_separator(cut, name, outcome, given):
        path = next(open_paths(cut, name, outcome, given), None)
        way = f": {spelled(graph.dag, path)}" if path else ""
        return f"{name} reaches {outcome} by another way than {words}{way}"
    if all(graph.separated(name, t, given) for t in moved):
        return f"{name} is independent of {words}"
    return None


def _treatments(
    graph: CausalGraph, treatments: str | Iterable[str], outcome: str
) -> tuple[str, ...]:
    moved = tuple(dict.fromkeys(names_of(treatments)))
    if not moved:
        raise QueryError("no treatment is named; name one or several")
    for treatment in moved:
        graph.require_effect(treatment, outcome)
    return moved
