"""Warnings before a posterior is computed: what the data cannot identify.

None is an error: the posterior is right, and follows the prior where the data say nothing.
"""

from __future__ import annotations

import warnings

import pymc as pm

from ..errors import ModelError, QueryWarning
from ..families.form import family_name, structural_form
from ..graph import CausalGraph, warn_of_latents, warn_of_weak_instruments
from ..graph.latents import shown_by
from ..scm.equations import Equations
from ..scm.evidence import Evidence
from .separated_categories import warn_of_separated_categories
from .separation import warn_of_separation

__all__ = ["warn_of_assumptions", "warn_of_refusals"]


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
    warn_of_separated_categories(observed, evidence, equations.unit)
    if not equations.parameters or set(equations.mechanisms) <= set(evidence.columns):
        return  # with known parameters nothing is left to identify: Bayes' rule gives the latents
    try:
        graph = CausalGraph.of_equations(equations, evidence.columns)
    except ModelError:  # a Potential ties mechanisms together, which gives no direction
        return
    # A latent behind one variable alone is part of its noise (or what repeated measures share) and
    # confounds nothing. A latent that affects nothing observed cannot be estimated.
    single = {n for n in graph.latents if len(graph.children(n)) < 2}
    mixed = {n for n in graph.latents if _makes_a_mixture(equations, graph, n)}
    warn_of_latents(graph, single | mixed)
    warn_of_weak_instruments(graph, evidence.columns, evidence.missing, mixed)


def warn_of_refusals(equations: Equations) -> None:
    """Warn of mechanisms whose noise cannot be recovered; return nothing.

    Parameters
    ----------
    equations : Equations

    Warns
    -----
    QueryWarning
        One, which names all of them.
    """
    found = []
    for name in equations.mechanisms:
        rv = equations[name].expression
        try:
            structural_form.of(rv)
        except ModelError:
            found.append(f"{name!r} ({family_name(rv)})")
    if found:
        warnings.warn(
            f"{', '.join(found)}: no structural form is known, so that queries which move them, or "
            "draw them for new units, will be refused; `rehearse` tells of each query, and "
            "@structural_form.register adds a form",
            QueryWarning,
            stacklevel=3,
        )


def _makes_a_mixture(equations: Equations, graph: CausalGraph, latent: str) -> bool:
    """Return whether a discrete latent shows in what has no end of values, which identifies it.

    Finite mixtures of normals, of Poissons or of negative binomials are identified, and those of
    two values, or of a few, are not: Teicher (1963), doi:10.1214/aoms/1177703862.
    """
    if latent not in equations or not _is_discrete(equations, latent):
        return False
    return any(_is_endless(equations, n) for n in shown_by(graph, latent))


def _is_discrete(equations: Equations, name: str) -> bool:
    return not equations[name].symbol.dtype.startswith("float")


def _is_endless(equations: Equations, name: str) -> bool:
    if not _is_discrete(equations, name):
        return True
    rv = equations[name].expression
    try:
        form = structural_form.of(rv)
    except ModelError:
        return False
    return form.bounds(*form.parameters(rv))[1] is None
