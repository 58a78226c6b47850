"""Instruments: what moves the treatment and reaches the outcome by no other way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from .causal import CausalGraph
from .paths import open_paths, spelled
from .separators import minimal_separators

__all__ = ["Instrument", "instrument_problem", "instruments"]


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
    treatments : str or iterable of str
        One variable; or several whose direct effects are sought together, each needing an
        instrument of its own.
    outcome : str

    Returns
    -------
    tuple of Instrument

    Notes
    -----
    Given W, an instrument Z is connected with a treatment, and separated from the outcome in the
    graph without the treatments' effects [1]_, [2]_. Neither Z nor W is an effect of a treatment.

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
    moved = _treatments(graph, treatments, outcome)
    cut = graph.without_effects(moved, outcome)
    allowed = graph.observed - graph.descendants(*moved) - {outcome}
    found = []
    for name in graph.ordered(allowed):
        for given in minimal_separators(cut, name, outcome, allowed):
            if any(not graph.separated(name, t, given) for t in moved):
                found.append(Instrument(name, given))
                break
    return tuple(found)


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
    name : str
    treatments : str or iterable of str
    outcome : str
    given : iterable of str

    Returns
    -------
    str or None

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("z", "t"), ("z", "y"), ("t", "y")])
    >>> instrument_problem(graph, "z", "t", "y")
    'z reaches y by another way than t: z -> y'
    """
    moved = _treatments(graph, treatments, outcome)
    given = {given} if isinstance(given, str) else set(given)
    graph.require_observed(name, *given)
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
    moved = (treatments,) if isinstance(treatments, str) else tuple(treatments)
    for treatment in moved:
        graph.require_effect(treatment, outcome)
    return moved
