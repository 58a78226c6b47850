"""Whether the evidence, and what was drawn, is possible under every draw of a fit of one's own.

A sampler visits no point whose probability is zero; a fit that was changed, approximated or made by
another model may hold such points. What is asked there has no answer, though numbers come out.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..engine.state import State
from ..errors import DataError
from ..scm.domains import demands
from ..scm.equations import Equations
from ..scm.support import described, impossible, is_limit, limits, needs_probability

__all__ = ["check_possible"]


def check_possible(state: State) -> None:
    """Return nothing if under each draw all that is known could have come about.

    Parameters
    ----------
    state : State

    Raises
    ------
    DataError
        If a variable has a value that it cannot have under some draw, or parameters that its
        family cannot have.
    """
    cross = state.cross_world({}, new=False)
    wrong: dict[str, TensorVariable] = {}
    for name, equation in state.equations.items():
        known = equation.kind == "random" and cross.origin(name) == "value"
        if not known or is_limit(state.equations, name):
            continue
        found = [cross.natural.known(c.any(), name) for c in _conditions(state.equations, name)]
        if told := [condition for condition in found if condition is not None]:
            wrong[name] = reduce(pt.or_, told)
    flags: list[list[NDArray[np.bool_]]] = [[] for _ in wrong]
    outputs, inputs = list(wrong.values()), list(cross.inputs.values())
    for batch in state.computer.batches(
        outputs, inputs, state.numbers(), seed=0, backend="python", size=state.units
    ) if outputs else ():  # fmt: skip
        length = batch.draws.stop - batch.draws.start
        for some, values in zip(flags, batch.values, strict=True):
            some.append(np.broadcast_to(values.astype(bool), (length,)))
    for name, some in zip(wrong, flags, strict=True):
        _refuse(state, name, np.concatenate(some))


def _conditions(equations: Equations, name: str) -> list[TensorVariable]:
    """Return where a variable has a value, or parameters, that cannot be."""
    rv, value = equations[name].expression, equations[name].symbol
    if rv.owner.op.ndim_supp and not needs_probability(equations, name):
        return []  # a matrix that is no covariance has no root, and NaN is told of the answer
    never = impossible(equations, name, value)
    found = [limit.broken(value) for limit in limits(rv) or ()] if never is None else [never]
    return [*found, *(~demand.met for demand in demands(rv))]


def _refuse(state: State, name: str, wrong: NDArray[np.bool_]) -> None:
    if not wrong.any():
        return
    chain, draw = divmod(int(wrong.argmax()), state.chains[1])
    what = f"the column {name!r}" if name in state.evidence.columns else f"the fit's {name!r}"
    raise DataError(
        f"{what} is impossible ({described(state.equations, name)}) under {wrong.sum()} of the "
        f"fit's {len(wrong)} draws, the first of them draw {draw} of chain {chain}; give the model "
        "and the data that were fitted, or leave those draws out"
    )
