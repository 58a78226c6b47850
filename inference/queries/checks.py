"""Whether a query fits the model and the evidence: names, dims, shapes, seeds and couplings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..engine.crossworld import CrossWorld
from ..engine.state import State
from ..errors import ModelError, QueryError, unknown
from ..families.form import structural_form
from ..inputs.arrays import converted
from ..inputs.codes import codes_of
from ..scm.apart import is_apart
from ..scm.interventions import Intervention
from .base import Query
from .selection import selection
from .stated import further_dims

__all__ = [
    "check_dims",
    "check_outcome",
    "check_potentials",
    "check_seed",
    "check_target",
    "fitted",
    "used_coupling",
]

# What the answers of posteriors and their summaries are over.
OVER_DRAWS = ("chain", "draw", "statistic")


def check_outcome(state: State, outcome: str) -> None:
    """Raise a `QueryError` unless `outcome` is a variable that interventions can move.

    Parameters
    ----------
    state : State
    outcome : str
    """
    equation = state.equations.require(outcome, "the query's outcome is", QueryError)
    if outcome in state.equations.parameters:
        raise QueryError(
            f"the query's outcome {outcome!r} is a parameter (it has no {state.unit!r} "
            "dimension); ask about a mechanism, and read parameters from the posterior itself"
        )
    if is_apart(state.equations, outcome):
        raise QueryError(
            f"the query's outcome {outcome!r} is observed of other rows than the {state.units} "
            f"units; condition(model, unit={(equation.dims or (outcome,))[0]!r}) makes them these"
        )
    if equation.kind in ("data", "potential"):
        raise QueryError(
            f"the query's outcome {outcome!r} is {equation.kind}, which no intervention moves; "
            "ask about a mechanism or a Deterministic"
        )
    if not state.equations.has_units(outcome):
        of = sorted(filter(state.equations.has_units, state.equations.ancestors([outcome])))
        one = f"it is one value of all units; ask about {', '.join(of)}"
        way = f"register it with dims={state.unit!r}" if equation.expression.ndim else one
        way = way if of else "it is made of parameters alone, whose draws the posterior has"
        raise QueryError(f"the query's outcome {outcome!r} has no {state.unit!r} dimension; {way}")


def check_target(state: State, name: str) -> None:
    """Raise a `QueryError` unless `name` is a variable that can be intervened on.

    Parameters
    ----------
    state : State
    name : str
    """
    equation = state.equations.require(name, "`do` names", QueryError)
    if equation.kind == "potential":
        raise QueryError(
            f"`do` names {name!r}, which is a Potential: it is no variable, and gives no value; "
            f"intervene on what it is computed from "
            f"({', '.join(sorted(equation.parents)) or 'constants'})"
        )


def check_dims(state: State, query: Query) -> None:
    """Raise a `QueryError` if two dimensions of the answer would have one name.

    Parameters
    ----------
    state : State
    query : Query
    """
    further = further_dims(query, state.equations)
    own = [*query.coords(state.table, state.evidence.labels), *further]
    if taken := set(OVER_DRAWS) & set(own):
        raise QueryError(f"the answer cannot be over {taken.pop()!r}, which its draws are over")
    # xarray gives the quantiles of an answer a coordinate of that name.
    taken = {*OVER_DRAWS, *own, state.unit, query.outcome, "quantile"}
    if query.is_ladder and query.dose in taken:
        raise QueryError(
            f"the answer has something else called {query.dose!r} than the sequence of "
            "interventions; name their dimension otherwise with dose="
        )


def check_potentials(state: State, query: Query, cross: CrossWorld, used: set[Any]) -> None:
    """Raise a `QueryError` where the answer would ignore a ``pm.Potential`` on mechanisms.

    A Potential changes how likely values are, not how they come about: what is drawn or predicted
    anew follows the mechanisms alone. Values that are known obey it already.

    Parameters
    ----------
    state : State
    query : Query
    cross : CrossWorld
        The worlds of the query.
    used : set of Variable
        All that the answer is computed from.
    """
    equations = state.equations
    drawn = {
        i.variable
        for i in cross.inputs.values()
        if i.role == "draws" and i.symbol in used and cross.origin(i.variable) == "draws"
    }
    moved = cross.moved | ({query.outcome} if query.expectation else set())
    for name, tied in equations.potentials.items():
        ignored = (equations.ancestors(tied) & drawn) | (set(tied) & moved)
        if ignored:
            raise QueryError(
                f"the Potential {name!r} restricts {', '.join(sorted(tied))}, and this answer "
                f"draws or predicts {', '.join(sorted(ignored))} anew, which a Potential does not "
                "say how to do; write it as a mechanism (a truncated distribution, a selection)"
            )


def check_seed(state: State, cross: CrossWorld, used: set[Any]) -> None:
    """Raise a `QueryError` where noise that is drawn given the evidence is read without a seed.

    Parameters
    ----------
    state : State
    cross : CrossWorld
        The worlds of the query.
    used : set of Variable
        All that the answer is computed from.
    """
    read = sorted(
        i.variable
        for i in cross.inputs.values()
        if i.role == "draws" and i.symbol in used and cross.origin(i.variable) == "value"
    )
    if read and not state.seeded:
        raise QueryError(
            f"the answer reads the noise behind {', '.join(read)}, which is drawn given the values "
            "seen; give a seed, to World.from_evidence or to the query"
        )


def fitted(state: State, name: str, intervention: Intervention) -> Intervention:
    """Return the intervention with its numbers in the target's shape and dtype.

    Parameters
    ----------
    state : State
    name : str
        The target.
    intervention : Intervention

    Returns
    -------
    Intervention

    Raises
    ------
    QueryError
        If its arrays do not fit the target, or its numbers are none that the target can take.
    """
    rv, full = state.equations[name].expression, state.core_shape(name)
    units = {state.unit: state.evidence.labels}
    dims = state.equations[name].dims or (None,) * rv.ndim
    named = [d or f"axis {k}" for k, d in enumerate(dims)]
    coords = {d: units.get(d, state.model.coords.get(d)) for d in named}
    intervention = intervention.ordered(name, coords, full, units, state.equations.dim_lengths)
    where = intervention.where
    if callable(where) or isinstance(where, Mapping):
        where = selection(where, state.table, f"`where` of the intervention on {name!r}")
        intervention = replace(intervention, where=where)
    if intervention.labelled:
        what = f"the intervention on {name!r} holds"
        codes = codes_of(intervention.amount, state.levels(name), name, what, QueryError)
        if np.isnan(codes).any():
            raise QueryError(f"{what} a missing label; give one of the model's labels")
        intervention = replace(intervention, amount=codes)
    amount = intervention.amount
    if isinstance(where, np.ndarray) and where.shape != (state.units,):
        raise QueryError(
            f"`where` of the intervention on {name!r} has shape {where.shape}; there are "
            f"{state.units} units"
        )
    if where is not None and not state.equations.has_units(name):
        what = "a parameter" if name in state.equations.parameters else "the same for all"
        raise QueryError(f"`where` selects units, and {name!r} is {what}, which has none")
    if amount is None:
        return intervention
    if amount.ndim:
        amount = np.broadcast_to(amount, full)
    dtype = np.int64 if np.dtype(rv.dtype).kind in "iub" else np.float64
    what = f"the intervention {intervention!r} on {name!r} holds"
    factor = intervention.factor
    if factor is not None:
        factor = converted(factor, dtype, what, QueryError)
    return replace(intervention, amount=converted(amount, dtype, what, QueryError), factor=factor)


def used_coupling(state: State, query: Query) -> Mapping[str, str]:
    """Return the coupling of each discrete mechanism: the query's, over the state's.

    Parameters
    ----------
    state : State
    query : Query

    Returns
    -------
    mapping of str to str
        Of the mechanisms that have not their family's default.

    Raises
    ------
    QueryError
        If there is no such coupling, or a simulated world has another one.
    """
    asked = query.coupling
    if asked is None:
        return state.coupling
    equations = state.equations
    discrete = [
        n for n in equations.mechanisms if structural_form.is_coupled(equations[n].expression)
    ]
    if isinstance(asked, str):
        asked = {n: asked for n in discrete if asked in _couplings_of(equations[n].expression)}
        if discrete and not asked:
            known = sorted({c for n in discrete for c in _couplings_of(equations[n].expression)})
            raise QueryError(unknown("the query asks for the coupling", str(query.coupling), known))
    if not isinstance(asked, Mapping):
        raise QueryError(f"coupling is a name, or maps variables to names; got {asked!r}")
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
