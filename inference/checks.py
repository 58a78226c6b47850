"""Whether a query fits the model and the evidence: names, shapes, supports and couplings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .errors import ModelError, QueryError, unknown
from .form import structural_form
from .interventions import Intervention
from .numeric import converted
from .queries.base import Query
from .state import State

__all__ = ["check_outcome", "check_target", "fitted", "used_coupling"]


def check_outcome(state: State, outcome: str) -> None:
    """Raise a `QueryError` unless `outcome` is a variable that interventions can move."""
    equation = state.equations.require(outcome, "the query's outcome is", QueryError)
    if outcome in state.equations.parameters:
        raise QueryError(
            f"the query's outcome {outcome!r} is a parameter (it has no {state.unit!r} "
            "dimension); ask about a mechanism, and read parameters from the posterior itself"
        )
    if equation.kind in ("data", "potential"):
        raise QueryError(
            f"the query's outcome {outcome!r} is {equation.kind}, which no intervention moves; "
            "ask about a mechanism or a Deterministic"
        )
    if not state.equations.has_units(outcome):
        raise QueryError(
            f"the query's outcome {outcome!r} has no {state.unit!r} dimension; register it with "
            f"dims={state.unit!r}"
        )


def check_target(state: State, name: str, intervention: Intervention | None = None) -> None:
    """Raise a `QueryError` unless `name` is a variable that can be intervened on."""
    equation = state.equations.require(name, "`do` names", QueryError)
    if intervention is not None and intervention.kind == "as_in":
        return  # what is computed has a value in another world all the same
    if equation.kind in ("deterministic", "potential"):
        raise QueryError(
            f"`do` names {name!r}, which is a {equation.kind.capitalize()}: it has no mechanism of "
            f"its own to replace; intervene on what it is computed from "
            f"({', '.join(sorted(equation.parents)) or 'constants'})"
        )


def fitted(state: State, name: str, intervention: Intervention) -> Intervention:
    """Return the intervention with its numbers in the target's dtype, checked for shape."""
    rv, full = state.equations[name].expression, state.core_shape(name)
    units = {state.unit: state.evidence.labels}
    dims = state.equations[name].dims or tuple(map(str, range(rv.ndim)))
    coords = {d: units.get(d, state.model.coords.get(d)) for d in dims}
    intervention = intervention.ordered(name, coords, units)
    amount, where = intervention.amount, intervention.where
    if isinstance(where, np.ndarray) and where.shape != (state.units,):
        raise QueryError(
            f"`where` of the intervention on {name!r} has shape {where.shape}; there are "
            f"{state.units} units"
        )
    if where is not None and not state.equations.has_units(name):
        raise QueryError(f"`where` selects units, and {name!r} is a parameter, which has none")
    if amount is None:
        return intervention
    if amount.ndim and state.equations.has_units(name) and amount.shape != full:
        if amount.shape != (state.units,):
            raise QueryError(
                f"the intervention on {name!r} has shape {amount.shape}; give one number, or one "
                f"for each of the {state.units} units"
            )
        amount = np.broadcast_to(amount.reshape(-1, *[1] * (len(full) - 1)), full)
    elif amount.ndim and amount.shape != full:
        raise QueryError(
            f"the intervention on {name!r} has shape {amount.shape}; the variable has {full}"
        )
    dtype = np.int64 if np.dtype(rv.dtype).kind in "iub" else np.float64
    what = f"the intervention {intervention!r} on {name!r} holds"
    return replace(intervention, amount=converted(amount, dtype, what, QueryError))


def used_coupling(state: State, query: Query) -> Mapping[str, str]:
    """Return the coupling of each discrete mechanism: the query's, over the state's."""
    asked = query.coupling
    if asked is None:
        return state.coupling
    equations = state.equations
    discrete = [
        n for n in equations.mechanisms if np.dtype(equations[n].expression.dtype).kind in "iub"
    ]
    if isinstance(asked, str):
        asked = {n: asked for n in discrete if asked in _couplings_of(equations[n].expression)}
        if discrete and not asked:
            known = sorted({c for n in discrete for c in _couplings_of(equations[n].expression)})
            raise QueryError(unknown("the query asks for the coupling", str(query.coupling), known))
    for name in asked:
        equations.require(name, "the query names a coupling for", QueryError)
        structural_form.of(equations[name].expression, asked[name])
    coupling = {**state.coupling, **asked}
    changed = [
        n
        for n in asked
        if n in state.noise
        and structural_form.of(equations[n].expression, asked[n])
        is not structural_form.of(equations[n].expression, state.coupling.get(n))
    ]
    if changed:
        raise QueryError(
            f"this world was simulated with another coupling of {changed}; simulate it with "
            f"coupling={dict(asked)} to know its truth"
        )
    return coupling


def _couplings_of(rv: Any) -> tuple[str, ...]:
    try:
        return tuple(structural_form.couplings(rv))
    except ModelError:
        return ()
