"""What a question is warned of before it is answered: true to the graph, and likely not meant.

None is an error: the answer is what the model's equations say. Each warning names the equation and
says how to write what was probably meant.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorConstant

from ..engine.state import State
from ..errors import AssumptionWarning
from ..scm.apart import is_apart
from ..scm.equations import Equation, Equations
from ..scm.pooled import pooled
from ..scm.residuals import residuals
from .base import Query

__all__ = ["caution"]

# Columns of fewer units may well agree by chance.
ENOUGH_UNITS = 10


def caution(state: State, query: Query) -> None:
    """Warn of what the query's answer will hide; return nothing.

    Parameters
    ----------
    state : State
        In which the query is asked.
    query : Query
        One that fits the state.

    Warns
    -----
    AssumptionWarning
        Once for each thing: nothing that is done acts on the outcome; a variable that is moved
        stands in the model twice; an equation reads a mean over units of what is moved; what looks
        like noise is moved; units stand inside a Potential alone.
    """
    equations = state.equations
    acting = equations.ancestors([query.outcome])
    targets = {name for name, action in query.actions if action.world is None}
    moved = equations.descendants(targets)
    felt = [equations[name] for name in equations if name in acting & moved]
    found = [
        *_idle(equations, query, targets, acting),
        *_twins(state, moved, acting - moved),
        *(said for one in felt for said in _centred(state, one, moved)),
        *(said for one in felt for said in _residuals(equations, one, targets)),
        *_apart(equations, acting),
    ]
    for said in dict.fromkeys(found):
        warnings.warn(said, AssumptionWarning, stacklevel=5)


def _idle(
    equations: Equations, query: Query, targets: set[str], acting: frozenset[str]
) -> Iterator[str]:
    """Say where nothing that is done acts on the outcome of a query that compares worlds."""
    compared = any(len(query.worlds(dose)) > 1 for dose in query.doses)
    if compared and targets and not targets & acting:
        causes = [n for n in acting - {query.outcome} if equations.has_units(n)]
        yield (
            f"{_listed(targets)} does not act on {query.outcome!r} in this model, so that the "
            f"effect is exactly 0; what does: {', '.join(sorted(causes)) or 'nothing'}"
        )


def _twins(state: State, moved: Iterable[str], unmoved: Iterable[str]) -> Iterator[str]:
    """Say where what is moved has a double among what acts on the outcome and is not moved."""
    columns = _columns(state)
    for name, other in product(sorted(moved), sorted(unmoved)):
        if name in columns and other in columns and _same(columns[name], columns[other]):
            yield (
                f"{other!r} holds the very values of {name!r}, but does not move with it; if they "
                f"are one variable, let the equations read {name!r} instead of {other!r}"
            )


def _columns(state: State) -> Mapping[str, NDArray[Any]]:
    data = {n: state.model[n] for n in state.equations.unit_data}
    held = {n: v.get_value() for n, v in data.items() if isinstance(v, SharedVariable)}
    return {**held, **state.evidence.columns}


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.shape != other.shape or len(one) < ENOUGH_UNITS:
        return False
    first = slice(None, ENOUGH_UNITS)  # which tell nearly all that differ
    if not np.array_equal(one[first], other[first]) or (one == one[:1]).all():
        return False
    return bool(np.array_equal(one, other))


def _centred(state: State, equation: Equation, moved: frozenset[str]) -> Iterator[str]:
    """Say where an equation reads a mean, sum, ... over units of what is moved."""
    equations, units = state.equations, len(state.evidence)
    if units < 2:
        return
    read = equations.once(
        ("pooled", equation.name, units), lambda: pooled(equations, equation, units)
    )
    for name in sorted(read & moved):
        yield (
            f"the equation of {equation.name!r} reads a mean, a sum or the like over units of "
            f"{name!r}, which the intervention moves too: a change that is the same for all units "
            "may cancel. If a fixed centre is meant, write it as a number or as pm.Data, such as "
            f"{name} - pm.Data('centre', ...)"
        )


def _residuals(equations: Equations, equation: Equation, targets: set[str]) -> Iterator[str]:
    """Say where an equation reads a variable that is set, less that variable's own mean."""
    drawn = [name for name in sorted(targets) if equations[name].kind == "random"]
    read = equations.once(
        ("residuals", equation.name, *drawn), lambda: residuals(equations, equation, drawn)
    )
    for name in sorted(read):
        yield (
            f"{equation.name!r} reads {name!r} less its own mean, which looks like the "
            f"noise of {name!r}, and which the intervention moves too. If it is noise, "
            f"give it a mechanism of its own, and make {name!r} a Deterministic of it"
        )


def _apart(equations: Equations, acting: frozenset[str]) -> Iterator[str]:
    """Say where a Potential has data of its own and no mechanism: units that no mechanism has."""
    for name, equation in equations.items():
        behind = equations.ancestors([name]) - {name}
        if equation.kind != "potential" or not behind & acting:
            continue
        if any(equations.has_units(n) or is_apart(equations, n) for n in behind):
            continue
        parameters = [equations[n].expression for n in behind if n in equations.parameters]
        of_parameters = {length for p in parameters for length in p.type.shape}
        rows = set(_lengths(equations, equation, behind)) - of_parameters
        if rows:
            own = equation.expression.type.shape
            count = f"{own[0] if own else max(rows)} values" if None not in own else "data"
            yield (
                f"the Potential {name!r} has {count} of its own and reads no mechanism: "
                "the units behind them are no part of the answer. If they are censored, write them "
                "into the mechanism as pm.Censored"
            )


def _lengths(equations: Equations, equation: Equation, behind: Iterable[str]) -> Iterator[int]:
    """Yield how many values each array of data has that an expression reads."""
    read = [equation.expression, *(equations[n].expression for n in behind)]
    for variable in ancestors(read):
        if isinstance(variable, TensorConstant):
            data = variable.data
        elif isinstance(variable, SharedVariable):
            data = variable.get_value(borrow=True)
        else:
            continue
        if np.ndim(data) and len(data) >= ENOUGH_UNITS:
            yield len(data)


def _listed(names: Iterable[str]) -> str:
    return " or ".join(repr(name) for name in sorted(names))
