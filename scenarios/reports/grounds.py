"""What an answer rests on: the graph, what is adjusted for, and what would break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference.errors import IfonlyError
from ifonly.inference.graph import CausalGraph, back_door, instruments

from ..display.graph import draw_graph
from ..scenario import Section

if TYPE_CHECKING:
    import pymc as pm

    from ifonly.inference import Posterior, Query

__all__ = ["frame_of", "graph_section", "grounds", "treatment_of", "values_asked"]


# An arm with fewer of the units than this tells little of its own.
FEW = 0.05
LEANS = " That is so few that the comparison leans on the model."


def treatment_of(query: Query, posterior: Posterior) -> str | None:
    """Return the one mechanism that is intervened on; None where there are several, or none.

    Parameters
    ----------
    query : Query
    posterior : Posterior
    """
    equations = posterior.state.equations
    names = {name for name, action in query.actions if action.world is None}
    named = getattr(query, "treatment", None)
    names = {named} if isinstance(named, str) else names
    return names.pop() if len(names) == 1 and names <= set(equations.mechanisms) else None


def values_asked(query: Query, treatment: str, posterior: Posterior) -> list[Any]:
    """Return the values that a query sets the treatment to; labels where it has them.

    Parameters
    ----------
    query : Query
    treatment : str
    posterior : Posterior
    """
    levels, found = posterior.state.levels(treatment), []
    for name, action in query.actions:
        if name != treatment or not action.sets or action.amount is None or np.ndim(action.amount):
            continue
        value = np.asarray(action.amount).item()
        coded = levels is not None and not isinstance(value, str)
        found.append(levels[int(value)] if coded and levels is not None else value)
    return list(dict.fromkeys(found))


def graph_section(model: pm.Model, query: Query, posterior: Posterior) -> Section:
    """Return the causal graph, what is intervened on marked.

    Parameters
    ----------
    model : pm.Model
    query : Query
    posterior : Posterior
    """
    state = posterior.state
    notes = {name: "intervened on" for name, action in query.actions if action.world is None}
    notes[query.outcome] = "outcome"
    latent = [n for n in state.equations.mechanisms if n not in state.evidence.columns]
    kept = {n: note for n, note in notes.items() if state.equations.has_units(n)}
    return Section(
        "The causal graph",
        grounds(query, posterior),
        figure=draw_graph(state.model, unit=state.unit, latent=latent, notes=kept),
    )


def grounds(query: Query, posterior: Posterior) -> str:
    """Return in words why the answer holds if the graph is right, and what would break it.

    Parameters
    ----------
    query : Query
    posterior : Posterior
    """
    lead = (
        "Causes stand above their effects; the graph is read from the model's equations, and the "
        "answer is no better than it."
    )
    treatment = treatment_of(query, posterior)
    if treatment is None:
        return lead
    state = posterior.state
    graph = CausalGraph.of_equations(state.equations, list(state.evidence.columns))
    parts = [lead]
    try:
        parts += _identified(graph, treatment, query.outcome)
    except IfonlyError:  # of a Deterministic, or what has no column, the graph has no verdict
        return lead
    parts.append(_overlap(posterior, treatment, query))
    return "\n\n".join(p for p in parts if p)


def _identified(graph: CausalGraph, treatment: str, outcome: str) -> list[str]:
    found = back_door(graph, treatment, outcome)
    parts = []
    if not found.exists:
        parts.append(
            f"No adjustment is enough: {found}. The answer leans on the model's equations, not on "
            "the graph alone, and stands or falls with them."
        )
    elif found.sets == (frozenset(),):
        parts.append(
            f"Nothing has to be adjusted for: {treatment} and {outcome} share no cause in this "
            "graph. A common cause that is left out of it would break the answer."
        )
    else:
        names = " or ".join(", ".join(sorted(s)) for s in found.sets[:3])
        parts.append(
            f"The model adjusts for {names}. That is enough in this graph, since every other path "
            f"between {treatment} and {outcome} is closed then (the back-door criterion). A common "
            "cause of the two that is left out of it would break the answer."
        )
    tools = instruments(graph, treatment, outcome)
    if tools:
        parts.append(
            f"{', '.join(i.name for i in tools)} could serve as an instrument: it moves "
            f"{treatment} and reaches {outcome} in no other way, which is a second road to the "
            "same effect."
        )
    return parts


def _overlap(posterior: Posterior, treatment: str, query: Query) -> str:
    """Return whether what is asked was seen often enough to be no extrapolation."""
    column = posterior.state.evidence.columns.get(treatment)
    if column is None or column.ndim != 1:
        return ""
    values, asked = np.unique(column), values_asked(query, treatment, posterior)
    if posterior.state.levels(treatment) is not None:
        seen = frame_of(posterior)[treatment]
        shares = [float((seen == v).mean()) for v in asked]
        words = " and ".join(f"{v} for {s:.0%}" for v, s in zip(asked, shares, strict=True))
        few = min(shares, default=1.0) < FEW
        return f"{treatment} is {words} of the units." + (LEANS if few else "") if asked else ""
    if len(values) == 2:
        share = float((column == values[1]).mean())
        few = min(share, 1 - share) < FEW
        said = f"{treatment} is {values[1]:g} for {share:.0%} of the units"
        return f"{said}.{LEANS}" if few else f"{said}, so both are seen."
    low, high = float(column.min()), float(column.max())
    outside = [v for v in asked if not low <= v <= high]
    if outside:
        return (
            f"{treatment} was seen between {low:.3g} and {high:.3g}; {outside[0]:.3g} lies beyond, "
            "where the model extrapolates."
        )
    return f"{treatment} was seen between {low:.3g} and {high:.3g}."


def frame_of(posterior: Posterior) -> pd.DataFrame:
    """Return the columns of one value a unit that lack none; labels where codes have them."""
    evidence, frame = posterior.state.evidence, {}
    for name, column in evidence.columns.items():
        if column.ndim != 1 or name in evidence.gaps:
            continue
        levels = posterior.state.levels(name)
        frame[name] = column if levels is None else np.asarray(levels, dtype=object)[column]
    return pd.DataFrame(frame)
