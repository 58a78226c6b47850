"""What a posterior is warned of before it is computed: data that cannot tell what is asked of them.

None is an error: the posterior is right, and leans on the prior where the data are silent.
"""

from __future__ import annotations

import pymc as pm

from .equations import Equations
from .errors import ModelError
from .evidence import Evidence
from .graph import CausalGraph, warn_of_latents, warn_of_weak_instruments
from .separation import warn_of_separation

__all__ = ["warn_of_assumptions"]


def warn_of_assumptions(observed: pm.Model, equations: Equations, evidence: Evidence) -> None:
    """Warn of unidentified latents, weak instruments and separation; return nothing.

    Parameters
    ----------
    observed : pm.Model
        The model with the evidence's units.
    equations : Equations
        Those of `observed`.
    evidence : Evidence

    Warns
    -----
    AssumptionWarning
    """
    warn_of_separation(observed, evidence, equations.unit)
    if not equations.parameters or set(equations.mechanisms) <= set(evidence.columns):
        return  # with known parameters nothing is left to identify: Bayes' rule gives the latents
    try:
        graph = CausalGraph.of(equations.model, evidence.columns, unit=equations.unit)
    except ModelError:  # a Potential ties mechanisms together, which gives no direction
        return
    # Alone behind one outcome, a latent is part of its noise (or what repeated measures share),
    # and confounds nothing; of what nothing depends on nobody expects to learn.
    warn_of_latents(graph, {n for n in graph.latents if len(set(graph.children(n))) < 2})
    warn_of_weak_instruments(graph, evidence.columns, evidence.missing)
