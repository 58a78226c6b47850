"""Shapes that are known beforehand, checked by machine code that is made at once.

PyTensor's own check writes what it found into its error, and numba takes 2 s to learn to write
numbers. What is wrong there is a mistake of ours: whoever gives data of another shape is told so
before anything runs.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key
from pytensor.link.utils import compile_function_src
from pytensor.tensor import TensorVariable
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.type_other import NoneTypeT

__all__ = ["known_shape"]


class KnownShape(SpecifyShape):
    """As `SpecifyShape`, with an error of fixed words."""


@register_funcify_default_op_cache_key(KnownShape)
def _numba_known_shape(op: KnownShape, node: Any, **_: Any) -> Any:
    """Return the compiled function: a comparison for each axis whose length is known."""
    names = [f"length_{axis}" for axis in range(len(node.inputs) - 1)]
    lines = [
        f"    assert x.shape[{axis}] == {name}, 'an array is not as long as its graph says'"
        for axis, name in enumerate(names)
        if not isinstance(node.inputs[axis + 1].type, NoneTypeT)
    ]
    source = "\n".join([f"def known_shape(x, {', '.join(names)}):", *lines, "    return x"])
    return numba_njit(compile_function_src(source, "known_shape", {}))


@node_rewriter([SpecifyShape])
def known_shape(fgraph: Any, node: Any) -> list[TensorVariable] | None:
    """Replace PyTensor's check by ours.

    Parameters
    ----------
    fgraph : FunctionGraph
    node : Apply
        Of PyTensor's check.
    """
    return None if isinstance(node.op, KnownShape) else [KnownShape()(*node.inputs)]
