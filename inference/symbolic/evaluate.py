"""Graphs that are computed once: in Python, since a compiler would take longer than they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import batched
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.mode import Mode
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import toposort
from pytensor.scalar import Add, Clip, Mul
from pytensor.scalar.math import Log1mexp, Softplus
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import Elemwise

from .notes import without_notes
from .replace import substituted

__all__ = ["STABLE", "evaluated", "folded", "in_python", "length"]

# NumPy's ufuncs take no more, what they give included.
OPERANDS = 32


@node_rewriter([Elemwise])
def _within_numpy(fgraph: Any, node: Any) -> list[TensorVariable] | None:
    """Return a long sum or product as one of shorter ones, which PyTensor runs in Python."""
    if not isinstance(node.op.scalar_op, Add | Mul) or len(node.inputs) < OPERANDS:
        return None
    first, *rest = batched(node.inputs, OPERANDS - 2)
    total = node.op(*first)
    for more in rest:
        total = node.op(total, *more)
    return [total]


@node_rewriter([Elemwise])
def _with_ufuncs(fgraph: Any, node: Any) -> list[TensorVariable] | None:
    """Return what NumPy has as ufuncs for what PyTensor would call Python for, value by value."""
    make = UFUNCS.get(type(node.op.scalar_op))
    if make is None:
        return None
    found = make(*node.inputs)
    return [found if found.dtype == node.outputs[0].dtype else found.astype(node.outputs[0].dtype)]


def _softplus(x: TensorVariable) -> TensorVariable:
    return pt.maximum(x, 0.0) + pt.log1p(pt.exp(-pt.abs(x)))


def _log1mexp(x: TensorVariable) -> TensorVariable:
    return pt.switch(x > -LOG_2, pt.log(-pt.expm1(x)), pt.log1p(-pt.exp(x)))


def _clip(x: TensorVariable, least: TensorVariable, greatest: TensorVariable) -> TensorVariable:
    return pt.minimum(pt.maximum(x, least), greatest)


LOG_2 = math.log(2.0)
UFUNCS: Mapping[type, Callable[..., TensorVariable]] = {
    Softplus: _softplus,
    Log1mexp: _log1mexp,
    Clip: _clip,
}
# After all others, some of which make one sum of many, and a softplus of a logarithm.
LAST = (dfs_rewriter(_with_ufuncs), 99.0), (dfs_rewriter(_within_numpy), 100.0)
# As the graph stands, and with PyTensor's rewrites that keep functions such as log(1 + exp(x)) from
# overflowing.
PLAIN = Mode("py", RewriteDatabaseQuery([])).register(*LAST)
STABLE = Mode("py", RewriteDatabaseQuery(["minimum_compile", "canonicalize", "stabilize"]))
STABLE = STABLE.register(*LAST)


def in_python(
    inputs: Sequence[TensorVariable], outputs: Sequence[TensorVariable], *, stable: bool = False
) -> Callable[..., list[NDArray[Any]]]:
    """Return the function from numbers for `inputs` to those of `outputs`, without a compiler.

    Parameters
    ----------
    inputs : sequence of TensorVariable
        Also such as `outputs` do not read.
    outputs : sequence of TensorVariable
    stable : bool
        Whether PyTensor makes the graph numerically stable first.

    Returns
    -------
    callable
        It takes one array an input, of its type, and returns one an output.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x")
    >>> [total] = in_python([x], [x.sum()])(np.array([1.0, 2.0]))
    >>> float(total)
    3.0
    """
    mode = STABLE if stable else PLAIN
    with without_notes():
        function = pytensor.function(
            list(inputs), list(outputs), mode=mode, on_unused_input="ignore"
        )

    def run(*numbers: Any) -> list[NDArray[Any]]:
        with np.errstate(all="ignore"):  # as compiled code does
            return [np.asarray(v) for v in function(*numbers)]

    return run


def evaluated(
    outputs: Sequence[TensorVariable],
    given: Mapping[TensorVariable, Any] | None = None,
    *,
    stable: bool = False,
) -> list[NDArray[Any]]:
    """Return the numbers of `outputs`, computed once in Python.

    Parameters
    ----------
    outputs : sequence of TensorVariable
    given : mapping of TensorVariable to array, optional
        The numbers of the graph's inputs, in any type that casts to theirs.
    stable : bool
        Whether PyTensor makes the graph numerically stable first.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.scalar("x")
    >>> [square] = evaluated([x**2], {x: 3})
    >>> float(square)
    9.0
    """
    if not outputs:
        return []
    given = given or {}
    numbers = [np.asarray(value, dtype=symbol.dtype) for symbol, value in given.items()]
    return in_python(list(given), outputs, stable=stable)(*numbers)


def folded(
    outputs: Sequence[TensorVariable], inputs: Collection[TensorVariable]
) -> list[TensorVariable]:
    """Return the outputs with all that no input reaches as numbers, for what is run many times.

    Parameters
    ----------
    outputs : sequence of TensorVariable
    inputs : collection of TensorVariable

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.scalar("x")
    >>> [sum_of_both] = folded([x + pt.exp(pt.constant(0.0))], [x])
    >>> float(sum_of_both.owner.inputs[1].data)
    1.0
    """
    reached: set[Any] = set(inputs)
    for node in toposort(outputs):
        if any(v in reached for v in node.inputs):
            reached.update(node.outputs)
    read = dict.fromkeys(v for n in toposort(outputs) if n.outputs[0] in reached for v in n.inputs)
    made = [v for v in (*read, *outputs) if v not in reached and v.owner is not None]
    if not made:
        return list(outputs)
    with without_notes():
        values = pytensor.function([], made, mode=PLAIN)()
    known = {v: v.type.make_constant(n) for v, n in zip(made, values, strict=True)}
    return substituted(list(outputs), known)


def length(dimension: TensorVariable) -> int:
    """Return the length of a dimension of a model, ``model.dim_lengths[name]``."""
    return int(evaluated([dimension])[0])
