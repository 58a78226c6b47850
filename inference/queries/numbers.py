"""What a query's numbers come to: faults, averages over nobody, answers that no float holds."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import ancestors, walk
from pytensor.tensor import TensorVariable
from pytensor.tensor.shape import Shape, Shape_i

from ..engine.crossworld import CrossWorld
from ..engine.state import State
from ..errors import AssumptionWarning, QueryError
from ..inputs.scalars import LARGEST
from ..symbolic.evaluate import evaluated
from .base import Query

__all__ = ["NOBODY", "check_answer", "check_faults", "check_numbers", "is_nobody"]

NOBODY = "{} is over no unit: none has the values that it asks for"
TOO_LARGE = (
    "{} comes to numbers beyond 1e150, whose squares no float holds; act by less, or give the "
    "model another unit"
)


def check_faults(cross: CrossWorld, flags: Sequence[NDArray[Any]]) -> None:
    """Raise a `QueryError` if a flag of ``cross.faults`` is up, in its own words.

    Parameters
    ----------
    cross : CrossWorld
    flags : sequence of boolean arrays
        What each of its faults came to.
    """
    for (words, _), flag in zip(cross.faults, flags, strict=True):
        if np.any(flag):
            raise QueryError(words)


def check_numbers(state: State, cross: CrossWorld) -> None:
    """Raise as `check_faults` does, where the query's numbers and the evidence alone tell.

    Parameters
    ----------
    state : State
    cross : CrossWorld
        The worlds of the query, all of its graph made.
    """
    known, others = _known(state, cross)
    flags = [flag for _, flag in cross.faults]
    told = [k for k, flag in enumerate(flags) if not others & set(walk([flag], _by_value))]
    # A flag may read how many values are drawn, which any draw tells.
    sized = others & set(ancestors([flags[k] for k in told]))
    names = {i.symbol: i.variable for i in cross.inputs.values() if i.role == "value"}
    if not told or any(names.get(s) not in state.drawn for s in sized):
        return
    first = {s: np.asarray(state.drawn[names[s]][0], dtype=s.dtype) for s in sized}
    found = evaluated([flags[k] for k in told], known | first)
    up: list[NDArray[Any]] = [np.array(False)] * len(flags)
    for k, flag in zip(told, found, strict=True):
        up[k] = flag
    check_faults(cross, up)


def _by_value(variable: Variable) -> Sequence[Variable]:
    """Return what a variable is computed from; nothing, of how many values another one has."""
    node = variable.owner
    return () if node is None or isinstance(node.op, Shape | Shape_i) else node.inputs


def is_nobody(state: State, cross: CrossWorld, weights: Sequence[TensorVariable]) -> bool:
    """Return whether the query's numbers and the evidence tell that an average is over no unit.

    Parameters
    ----------
    state : State
    cross : CrossWorld
        The worlds of the query.
    weights : sequence of TensorVariable
        Of the units, in each average that the answer is made of.
    """
    known, others = _known(state, cross)
    told = [w for w in weights if not others & set(ancestors([w]))]
    return bool(told) and any(not w.any() for w in evaluated(told, known))


def _known(state: State, cross: CrossWorld) -> tuple[dict[Any, Any], set[Any]]:
    """Return what the query's numbers and the evidence give of a graph's inputs, and the rest."""
    # What stands in a column where a value is missing tells nothing.
    columns = {n: v for n, v in state.evidence.masked.items() if not np.ma.isMaskedArray(v)}
    known = {
        i.symbol: i.number if i.role == "number" else columns[i.variable]
        for i in cross.inputs.values()
        if i.role == "number" or (i.role == "value" and i.variable in columns)
    }
    return known, {i.symbol for i in cross.inputs.values()} - set(known)


def check_answer(query: Query, answer: xr.DataArray, unit: str) -> None:
    """Refuse a mean over no unit, or too large; say of how many units an answer is not finite.

    Parameters
    ----------
    query : Query
    answer : xarray.DataArray
    unit : str
        Name of the unit dimension.
    """
    name = type(query).__name__
    values = answer.to_numpy()
    if query.over_units and values.size and -LARGEST <= values.min() <= values.max() <= LARGEST:
        return  # as almost always: told without another array of that size
    size = np.abs(values)
    if not query.over_units:
        if np.isnan(values).all():
            raise QueryError(NOBODY.format(name))
        if (size > LARGEST).any():
            raise QueryError(TOO_LARGE.format(name))
        return
    size = np.moveaxis(size, answer.dims.index(unit), 0)
    broken = size > LARGEST if query.leaves_out else ~(size <= LARGEST)
    units = broken.any(axis=tuple(range(1, size.ndim)))
    if units.any():
        first = answer[unit].to_numpy()[units][0]
        warnings.warn(
            f"{name} is NaN or infinite for {units.sum()} of {len(units)} units, the first of "
            f"them {first!s}: a logarithm of a negative number, a division by zero, or numbers "
            "whose squares are beyond what a float holds",
            AssumptionWarning,
            stacklevel=6,
        )
