"""A name for what a graph computes: equal graphs have equal digests, also in other processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.traversal import toposort
from pytensor.graph.type import Type
from pytensor.scalar.basic import ScalarInnerGraphOp, ScalarOp
from pytensor.tensor.type_other import NoneTypeT, SliceType

__all__ = ["digest"]

PLAIN = (str, bytes, bool, int, float, complex, type(None), np.generic, np.dtype)
# Of other operations, the name does not say what they do: a user's may change under it.
KNOWN = ("pytensor", "pymc")


def digest(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> str | None:
    """Return a digest of a graph, or None where something in it cannot be told by its value.

    Parameters
    ----------
    inputs : sequence of Variable
        Known by their position and their type.
    outputs : sequence of Variable

    Returns
    -------
    str or None

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x, y = pt.scalar("x"), pt.scalar("y")
    >>> digest([x], [x + 1]) == digest([y], [y + 1]) != digest([x], [x + 2])
    True
    """
    try:
        return sha256(_graph(inputs, outputs).encode()).hexdigest()
    except _Unknown:
        return None


class _Unknown(Exception):
    """Something whose value says too little."""


def _graph(inputs: Sequence[Variable], outputs: Sequence[Variable]) -> str:
    places = {v: f"input {k}" for k, v in enumerate(inputs)}
    lines = [f"input {_value(v.type)}" for v in inputs]

    def place(variable: Variable) -> str:
        if variable in places:
            return places[variable]
        if not isinstance(variable, Constant):
            raise _Unknown(variable)
        return f"constant {_value(variable.type)} {_value(variable.data)}"

    for number, node in enumerate(toposort(outputs, blockers=inputs)):
        types = [_value(v.type) for v in node.outputs]
        lines.append(f"{_value(node.op)} {[place(v) for v in node.inputs]} {types}")
        places.update({v: f"node {number}.{k}" for k, v in enumerate(node.outputs)})
    return "\n".join([*lines, str([place(v) for v in outputs])])


def _value(value: Any) -> str:
    """Return a text that is equal for equal values only."""
    if isinstance(value, PLAIN):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, np.ndarray) and value.dtype != object:
        data = sha256(np.ascontiguousarray(value).data).hexdigest()
        return f"array {value.dtype.str} {value.shape} {data}"
    if isinstance(value, slice):
        return f"slice {_values((value.start, value.stop, value.step))}"
    if isinstance(value, Mapping):
        return f"mapping {sorted(_values(value.items()))}"
    if isinstance(value, set | frozenset):
        return f"set {sorted(_values(value))}"
    if isinstance(value, tuple | list):
        return f"sequence {_values(value)}"
    if isinstance(value, Op | Type):
        return _operation(value)
    raise _Unknown(value)


def _values(values: Iterable[Any]) -> list[str]:
    return [_value(v) for v in values]


def _operation(op: Any) -> str:
    kind = type(op)
    if kind.__module__.partition(".")[0] not in KNOWN:
        raise _Unknown(op)
    props = getattr(op, "__props__", None)
    named = {n: getattr(op, n) for n in props or () if n != "fgraph"}
    inside = ""
    if isinstance(op, OpFromGraph | ScalarInnerGraphOp):
        inside = _graph(op.inner_inputs, op.inner_outputs)
        if kind is OpFromGraph:  # its slopes may be its maker's own
            inside += _value([op.is_inline, op.pullback_overrides, op.pushforward_overrides])
    # A scalar operation is its class and the types of its outputs, which the graph's lines have.
    elif props is None and not isinstance(op, ScalarOp | NoneTypeT | SliceType):
        raise _Unknown(op)
    return f"{_value(kind)} {_value(named)} ({inside})"
