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

__all__ = ["Reader", "digest"]

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
        return sha256(Reader().graph(inputs, outputs).encode()).hexdigest()
    except _Unknown:
        return None


class _Unknown(Exception):
    """Something whose value says too little."""


class Reader:
    """Texts that are equal for equal graphs and equal values only."""

    def graph(self, inputs: Sequence[Variable], outputs: Sequence[Variable]) -> str:
        """Return a graph as text, its inputs by their position.

        Parameters
        ----------
        inputs : sequence of Variable
        outputs : sequence of Variable
        """
        places = {v: f"input {k}" for k, v in enumerate(inputs)}
        lines = [f"input {self.value(v.type)}" for v in inputs]

        def place(variable: Variable) -> str:
            if variable in places:
                return places[variable]
            if not isinstance(variable, Constant):
                return self.unknown(variable)
            return f"constant {self.value(variable.type)} {self.value(variable.data)}"

        for number, node in enumerate(toposort(outputs, blockers=inputs)):
            types = self.values(v.type for v in node.outputs)
            lines.append(f"{self.value(node.op)} {[place(v) for v in node.inputs]} {types}")
            places.update({v: f"node {number}.{k}" for k, v in enumerate(node.outputs)})
        return "\n".join([*lines, str([place(v) for v in outputs])])

    def value(self, value: Any) -> str:
        """Return a value as text."""
        if isinstance(value, PLAIN):
            return f"{type(value).__name__} {value!r}"
        if isinstance(value, type):
            return f"{value.__module__}.{value.__qualname__}"
        if isinstance(value, np.ndarray) and value.dtype != object:
            data = sha256(np.ascontiguousarray(value).data).hexdigest()
            return f"array {value.dtype.str} {value.shape} {data}"
        if isinstance(value, slice):
            return f"slice {self.values((value.start, value.stop, value.step))}"
        if isinstance(value, Mapping):
            return f"mapping {sorted(self.values(value.items()))}"
        if isinstance(value, set | frozenset):
            return f"set {sorted(self.values(value))}"
        if isinstance(value, tuple | list):
            return f"sequence {self.values(value)}"
        if isinstance(value, Op | Type):
            return self.operation(value)
        return self.unknown(value)

    def values(self, values: Iterable[Any]) -> list[str]:
        """Return values as texts."""
        return [self.value(v) for v in values]

    def operation(self, op: Any) -> str:
        """Return an operation, or a type, as text."""
        kind = type(op)
        if kind.__module__.partition(".")[0] not in KNOWN:
            return self.unknown(op)
        props = getattr(op, "__props__", None)
        named = {n: getattr(op, n) for n in props or () if n != "fgraph"}
        inside = ""
        if isinstance(op, OpFromGraph | ScalarInnerGraphOp):
            inside = self.graph(op.inner_inputs, op.inner_outputs)
            if kind is OpFromGraph:  # its slopes may be its maker's own
                own = [op.is_inline, op.pullback_overrides, op.pushforward_overrides]
                inside += self.value(own)
        # A scalar operation is its class and the types of its outputs, which stand in the graph.
        elif props is None and not isinstance(op, ScalarOp | NoneTypeT | SliceType):
            return self.unknown(op)
        return f"{self.value(kind)} {self.value(named)} ({inside})"

    def unknown(self, value: Any) -> str:
        """Return what says too little of itself as text; here, give up."""
        raise _Unknown(value)
