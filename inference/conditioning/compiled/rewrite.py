"""Other variables in place of some of a graph's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

__all__ = ["Change", "changed"]

Change = Callable[[TensorVariable], TensorVariable | None]


def changed(outputs: Sequence[TensorVariable], change: Change) -> list[TensorVariable]:
    """Return `outputs` with what `change` returns, until that is None of every variable.

    Parameters
    ----------
    outputs : sequence of TensorVariable
    change : callable
        Takes a variable, and returns another for it, or None.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.scalar("x")
    >>> root = lambda v: v.owner.inputs[0] ** 0.5 if v.owner and v.owner.op == pt.sqrt else None
    >>> [y] = changed([pt.sqrt(x) + 1.0], root)
    >>> float(y.eval({x: 9.0}))
    4.0
    """
    found: Any = list(outputs)
    while new := {v: n for v in ancestors(found) if (n := change(v)) is not None}:
        found = graph_replace(found, new, strict=False)
    return list(found)
