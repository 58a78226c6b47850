"""Indices: where a model looks values up by a variable, and whether that is in range.

Nothing else would notice: compiled code reads whatever memory lies beyond the table, and a negative
index counts from its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.traversal import ancestors, toposort
from pytensor.tensor import TensorVariable
from pytensor.tensor.subtensor import (
    AdvancedIncSubtensor,
    AdvancedSubtensor,
    IncSubtensor,
    Subtensor,
)

from ..errors import DataError
from .equations import Equations
from .known import Known

__all__ = ["Lookup", "check_indices", "kept_inside", "lookups"]


@dataclass(frozen=True, eq=False)
class Lookup:
    """One index of one indexing operation.

    Attributes
    ----------
    node : Apply
        The operation.
    position : int
        Of the index among the operation's inputs.
    axis : int
        Of the table that it indexes.
    """

    node: Apply
    position: int
    axis: int

    @property
    def index(self) -> TensorVariable:
        """The integers that select."""
        return pt.as_tensor(self.node.inputs[self.position])

    @property
    def table(self) -> TensorVariable:
        """What they select from."""
        return self.node.inputs[0]

    @property
    def name(self) -> str:
        """The name of the table, or of a variable that it is made of."""
        return _named(self.table) or "a table"

    @property
    def length(self) -> TensorVariable:
        """How many there are to select from: valid indices are 0, 1, ..., length - 1."""
        return self.table.shape[self.axis]

    @property
    def beyond(self) -> TensorVariable:
        """Whether any index is out of range."""
        index = self.index
        return pt.or_(pt.lt(index, 0), pt.ge(index, self.length)).any()

    @property
    def extent(self) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
        """The least index, the greatest, and the length; what `check` takes."""
        return self.index.min(), self.index.max(), self.length

    def check(self, least: Any, greatest: Any, length: Any, who: Iterable[str] = ()) -> None:
        """Raise a `DataError` if the numbers of `extent` are out of range; `who` gave the codes.

        Parameters
        ----------
        least : object
        greatest : object
        length : object
        who : iterable of str
        """
        if least < 0 or greatest >= length:
            names = " and ".join(map(repr, sorted(who) or [self.index.name or "an index"]))
            raise DataError(
                f"{names}: codes {int(least)} to {int(greatest)} index "
                f"{self.name!r}, which has {int(length)}; "
                f"codes run from 0 to {int(length) - 1}"
            )


def _named(variable: Variable) -> str:
    if variable.name or variable.owner is None:
        return variable.name or ""
    inputs = variable.owner.inputs
    if isinstance(variable.owner.op, Subtensor | AdvancedSubtensor):
        inputs = inputs[:1]
    return next((name for i in inputs if (name := _named(i))), "")


def lookups(expressions: Sequence[Variable], stop: Sequence[Variable] = ()) -> list[Lookup]:
    """Return every index in the graph of `expressions`, above `stop`, that is no constant.

    Parameters
    ----------
    expressions : sequence of Variable
    stop : sequence of Variable
    """
    found = []
    blocked = set(stop)
    for variable in ancestors(expressions, blockers=list(stop)):
        node = variable.owner
        if node is None or variable in blocked:
            continue
        if isinstance(node.op, Subtensor | AdvancedSubtensor):
            first = 1
        elif isinstance(node.op, IncSubtensor | AdvancedIncSubtensor):
            first = 2
        else:
            continue
        for axis, entry in enumerate(node.op.idx_list):
            if not isinstance(entry, int):
                continue
            index = node.inputs[first + entry]
            if index.type.dtype == "bool":
                break  # a mask, which may take several axes
            if not isinstance(index, Constant):
                found.append(Lookup(node, first + entry, axis))
    return found


def kept_inside(
    expressions: Sequence[Variable], found: Sequence[Lookup], stop: Sequence[Variable] = ()
) -> list[Any]:
    """Return the expressions with the indices in `found` clipped to their range.

    So that no memory beyond a table is read before somebody has looked at `Lookup.beyond`. What
    depends on none of them stays the very same symbol.

    Parameters
    ----------
    expressions : sequence of Variable
    found : sequence of Lookup
    stop : sequence of Variable
    """
    clipped: dict[Apply, list[Lookup]] = {}
    for lookup in found:
        clipped.setdefault(lookup.node, []).append(lookup)
    new: dict[Variable, Variable] = {}
    for node in toposort(expressions, blockers=list(stop)):
        inputs = [new.get(i, i) for i in node.inputs]
        for lookup in clipped.get(node, ()):
            index = pt.as_tensor(inputs[lookup.position])
            last = inputs[0].shape[lookup.axis] - 1
            inputs[lookup.position] = pt.clip(index, 0, last).astype(index.dtype)
        if node in clipped:
            new[node.outputs[0]] = node.op(*inputs)
        elif any(a is not b for a, b in zip(inputs, node.inputs, strict=True)):
            rebuilt = node.clone_with_new_inputs(inputs, strict=False)
            new.update(zip(node.outputs, rebuilt.outputs, strict=True))
    return [new.get(e, e) for e in expressions]


def check_indices(known: Known) -> None:
    """Raise a `DataError` where known numbers index beyond a table of the model."""
    equations = known.equations
    for look, *index, length in equations.once("lookups", lambda: list(_extents(equations))):
        least, greatest, count = known.evaluated(*index, lengths=[length], kept=True)
        if least is not None and count is not None:
            read = equations.read_by([look.index]).values()
            look.check(least, greatest, count, read)


def _extents(
    equations: Equations,
) -> Iterator[tuple[Lookup, TensorVariable, TensorVariable, TensorVariable]]:
    """Yield every index of a model with its least value, its greatest, and what it is within."""
    stop = list(equations.symbols)
    for equation in equations.values():
        for look in lookups([equation.expression], stop):
            inner = lookups([look.index, look.table], stop)
            index, table = kept_inside([look.index, look.table], inner, stop)
            yield look, index.min(), index.max(), table.shape[look.axis]
