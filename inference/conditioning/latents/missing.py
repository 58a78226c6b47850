"""Columns of which some values are missing: those become variables of their own."""

from __future__ import annotations

import pymc as pm
import pytensor
from pymc.distributions.distribution import create_partial_observed_rv
from pymc.model.fgraph import (
    ModelFreeRV,
    fgraph_from_model,
    model_deterministic,
    model_free_rv,
    model_from_fgraph,
    model_observed_rv,
)
from pymc.pytensorf import toposort_replace
from pytensor.graph.replace import graph_replace

from ...scm.evidence import Evidence

__all__ = ["completed"]


def completed(model: pm.Model, evidence: Evidence) -> pm.Model:
    """Return the model in which what is seen of a partly seen mechanism is observed.

    Parameters
    ----------
    model : pm.Model
        With the evidence's units; the mechanisms that lack some values are free.
    evidence : Evidence

    Returns
    -------
    pm.Model
        A mechanism ``V`` that lacks some values is a Deterministic there, with all units; the
        values that are missing are the free variable ``V_missing``, and ``V_seen`` is observed.
    """
    fgraph, _ = fgraph_from_model(model, inlined_views=True)
    replacements = []
    for node in fgraph.toposort():
        if not isinstance(node.op, ModelFreeRV) or node.op.name not in evidence.missing:
            continue
        name = node.op.name
        rv, mask = node.inputs[0], evidence.missing[name]
        (seen, _), (gone, _), joined = create_partial_observed_rv(rv, mask)
        values = evidence.columns[name][~mask].astype(rv.dtype)
        data = pytensor.shared(values, name=f"{name}_seen", shape=seen.type.shape)
        transform = node.op.transform
        observed = model_observed_rv(seen, data, f"{name}_seen")
        free = model_free_rv(gone, gone.type(name=f"{name}_missing"), transform, f"{name}_missing")
        whole = graph_replace([joined], {seen: observed, gone: free})[0]
        replacements.append((node.outputs[0], model_deterministic(whole, name, *node.op.dims)))
    toposort_replace(fgraph, tuple(replacements), reverse=True)
    return model_from_fgraph(fgraph, mutate_fgraph=True)
