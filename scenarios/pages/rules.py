"""Rules: a lever of two values is 1 where another variable is large, or where it is small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ifonly.inference.errors import QueryError

from .levers import Lever
from .packing import packed

if TYPE_CHECKING:
    from ifonly.inference.engine.state import State

    from .asking import Asking

__all__ = ["rules"]

# Thresholds of a rule, and variables that it may read.
THRESHOLDS, READ = 41, 4


def rules(asking: Asking, levers: Sequence[Lever]) -> list[dict[str, Any]]:
    """Return the mean effects of rules with a threshold, on the observed units.

    Parameters
    ----------
    asking : Asking
    levers : sequence of Lever
        Those with the values 0 and 1 have rules.

    Returns
    -------
    list of dict
        One for each such lever and variable that a rule may read.
    """
    state = asking.state
    found = []
    for k, lever in enumerate(levers):
        if lever.levels != (0, 1):
            continue
        for name in _readable(state, lever.name, asking.outcome)[:READ]:
            column = np.asarray(state.evidence.columns[name], dtype=float)
            cuts = np.unique(np.quantile(column, np.linspace(0, 1, THRESHOLDS)))
            above = [(column >= cut).astype(int) for cut in cuts]
            try:
                values = asking.rules(lever.name, [*above, *(1 - row for row in above)])
            except QueryError:  # some unit cannot have the value that the rule gives it
                continue
            found.append(
                {
                    "lever": k,
                    "reads": name,
                    "cuts": cuts.tolist(),
                    "treated": [float(row.mean()) for row in above],
                    "values": packed(values, np.float32),
                    "draws": len(values),
                }
            )
    return found


def _readable(state: State, lever: str, outcome: str) -> list[str]:
    """Return numeric columns that the lever does not act on."""
    equations = state.equations
    after = {n for n in equations.mechanisms if lever in equations.ancestors([n])}
    return [
        n
        for n in (*equations.mechanisms, *equations.unit_data)
        if n not in after | {lever, outcome}
        and n in state.evidence.columns
        and state.core_shape(n) == (state.units,)
        and np.isfinite(np.asarray(state.evidence.columns[n], dtype=float)).all()
        and len(np.unique(np.asarray(state.evidence.columns[n]))) > 2
    ]
