"""Latents that the graph alone does not identify from the observed columns."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping

from ..errors import AssumptionWarning
from .causal import OUTSIDE, CausalGraph
from .instruments import instruments
from .networks import nx

__all__ = ["shown_by", "unidentified_latents", "warn_of_latents"]


def unidentified_latents(graph: CausalGraph) -> Mapping[str, str]:
    """Return the latents that the graph does not identify, each with the reason.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.

    Returns
    -------
    mapping of str to str

    Notes
    -----
    A latent is recognised by what its observed effects share. Without an observed effect nothing
    is known of it. With one effect it cannot be told from the noise of that effect. With two
    effects, one of which causes the other, it cannot be told from that causal effect, unless there
    is an instrument. These statements hold for linear Gaussian models. Other distributions may
    identify more by their shapes; a discrete latent behind a continuous variable makes a finite
    mixture, which is identified [1]_.

    References
    ----------
    .. [1] Yakowitz and Spragins (1968), Annals of Mathematical Statistics 39, 209-214.
       doi:10.1214/aoms/1177698520

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
    """Warn of each latent that the graph does not identify; return nothing.

    Parameters
    ----------
    graph : CausalGraph
        Which variable acts on which.
    spared : collection of str
        Latents to say nothing of, because something else than the graph identifies them.

    Warns
    -----
    AssumptionWarning
    """
    for name, reason in unidentified_latents(graph).items():
        if name in spared:
            continue
        warnings.warn(
            f"the graph does not identify the latent {name!r}: {reason}. The data inform it by the "
            "shapes of the distributions at most, and else its posterior is its prior; add columns "
            "that it moves, or an instrument",
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
    """Return the observed variables that a latent affects directly, or through latents alone.

    Parameters
    ----------
    graph : CausalGraph
    latent : str

    Returns
    -------
    tuple of str
        Causes first.
    """
    unseen = graph.dag.subgraph(graph.latents)
    reached = {latent} | nx.descendants(unseen, latent)
    return graph.ordered({c for n in reached for c in graph.children(n)} & graph.observed)
