"""A user's functions of the variables of a world: policies and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.traversal import ancestors, explicit_graph_inputs
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.type import RandomType

from ..errors import IfonlyError, QueryError
from .arrays import numbers
from .labels import axes_of

__all__ = ["called", "condition"]

Values = Mapping[str, TensorVariable]


def called(function: Callable[[Values], Any], values: Values, what: str) -> TensorVariable:
    """Return what a user's function makes of the variables of a world, as a tensor.

    Parameters
    ----------
    function : callable
    values : Values
    what : str

    Raises
    ------
    QueryError
        If it fails, or gives what is no number and no tensor; `what` names it.
    """
    read = _Read(values)
    try:
        with np.errstate(all="ignore"):  # what a literal overflows to is told of the answer
            given = function(read)
    except IfonlyError:
        raise
    except Exception as error:  # a user's function raises whatever it likes
        first = next(iter(str(error).splitlines()), "")
        raise QueryError(
            f"{what} fails with {type(error).__name__}: {first}; it takes a mapping from names to "
            'tensors, as in lambda v: v["z"] + 1'
        ) from error
    if isinstance(given, pt.TensorVariable):
        _check(given, read, what)
        return given
    if axes_of(given):
        raise QueryError(
            f"{what} gives a {type(given).__name__}, whose labels are not matched here; return "
            "numbers in the order of the units (.to_numpy()), or give it itself: set_to(...) "
            "matches labels"
        )
    array = numbers(given)
    if array is None or given is None:
        raise QueryError(
            f"{what} gives {type(given).__name__}, which is no real number and no tensor; return "
            "an expression of the variables"
        )
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise QueryError(f"{what} gives NaN, or masked values; return a number for each unit")
    return pt.constant(array)


def condition(function: Callable[[Values], Any], values: Values, what: str) -> TensorVariable:
    """Return what a user's condition makes of the variables of a world, as a tensor.

    Parameters
    ----------
    function : callable
    values : Values
    what : str

    Raises
    ------
    QueryError
        As by `called`; and where it gives one plain boolean, which comparing tensors with ``==``
        does: Python then asks whether they are the same object.
    """
    plain: list[bool] = []

    def watched(read: Values) -> Any:
        given = function(read)
        plain.extend([given] if isinstance(given, bool) else [])
        return given

    found = called(watched, values, what)
    if plain:
        raise QueryError(
            f"{what} gives plain {plain[0]}, one for all units; between variables == asks whether "
            "they are the same object: write pytensor.tensor.eq(v['t'], 1), or where={'t': 1}"
        )
    return found


class _Read(Mapping[str, TensorVariable]):
    """The variables of a world, and which of them were read."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self.seen: list[TensorVariable] = []

    def __getitem__(self, name: str) -> TensorVariable:
        value = self._values[name]
        if isinstance(value, pt.TensorVariable):  # what stands beside the model is an array
            self.seen.append(value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _check(given: TensorVariable, read: _Read, what: str) -> None:
    """Raise a `QueryError` for a tensor that is not real, or reads what no world holds."""
    if given.dtype.startswith("complex"):
        raise QueryError(f"{what} gives {given.dtype}; a variable is real: take the part you mean")
    below = ancestors([given], blockers=read.seen)
    if any(isinstance(v.type, RandomType) for v in below):
        raise QueryError(
            f"{what} draws at random, which no seed reaches; give a distribution itself: "
            "replace_by(pm.Normal.dist(0, 1))"
        )
    held = set(explicit_graph_inputs(read.seen))
    if free := [v for v in explicit_graph_inputs([given]) if v not in held]:
        raise QueryError(
            f"{what} reads {free[0]}, which has no value in a world; use the variables of the "
            'mapping that it takes, as in lambda v: v["z"] + 1'
        )
