"""Latents that the observed columns cannot pin down, by the graph alone."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

import networkx as nx

from ..errors import AssumptionWarning
from .causal import OUTSIDE, CausalGraph
from .instruments import instruments

__all__ = ["shown_by", "unidentified_latents", "warn_of_latents"]


def unidentified_latents(graph: CausalGraph) -> Mapping[str, str]:
    """Return the latents that nothing identifies, each with the reason.

    Parameters
    ----------
    graph : CausalGraph

    Returns
    -------
    mapping of str to str

    Notes
    -----
    A latent shows itself in what its observed effects share. With none there is nothing to see;
    with one, it is that one's noise; with two of which one causes the other, what they share may
    be the effect itself, unless an instrument tells them apart. What is left then comes from the
    priors and from the shapes of distributions.

    Examples
    --------
    >>> graph = CausalGraph.of_edges([("u", "t"), ("u", "y"), ("t", "y")], latents=["u"])
    >>> list(unidentified_latents(graph))
    ['u']
    """
    found = {}
    for name in graph.ordered(graph.latents - {OUTSIDE}):
        if reason := _reason(graph, name):
            found[name] = reason
    return found


def warn_of_latents(graph: CausalGraph, spared: Collection[str] = ()) -> None:
    """Warn of each latent that nothing identifies; return nothing.

    Parameters
    ----------
    graph : CausalGraph
    spared : collection of str
        Latents of which other things are known than the graph.

    Warns
    -----
    AssumptionWarning
    """
    for name, reason in unidentified_latents(graph).items():
        if name in spared:
            continue
        warnings.warn(
            f"the data cannot identify the latent {name!r}: {reason}; its posterior leans on its "
            "prior; add columns that it moves, or an instrument",
            AssumptionWarning,
            stacklevel=2,
        )


def _reason(graph: CausalGraph, latent: str) -> str | None:
    seen = shown_by(graph, latent)
    if not seen:
        return "nothing that is observed depends on it"
    if len(seen) == 1:
        return f"it shows in {seen[0]} alone, whose own noise looks the same"
    if len(seen) == 2:
        cause, effect = seen
        if effect in graph.children(cause) and not instruments(graph, cause, effect):
            return (
                f"it shows in {cause} and {effect} alone, and {cause} causes {effect}: no "
                "instrument and no third effect of it tells the two apart"
            )
    return None


def shown_by(graph: CausalGraph, latent: str) -> tuple[str, ...]:
    """Return the observed variables that the latent reaches by way of latents alone."""
    unseen = graph.dag.subgraph(graph.latents)
    reached = {latent} | nx.descendants(unseen, latent)
    return graph.ordered({c for n in reached for c in graph.children(n)} & graph.observed)
