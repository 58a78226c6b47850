"""How long an axis is, where the model fixes it: by a static shape, or by a named dimension."""

from __future__ import annotations

from typing import Any

from pymc.model.fgraph import ModelVar
from pytensor.compile.mode import optdb
from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import node_rewriter, out2in
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.rewriting.shape import ShapeFeature
from pytensor.tensor.sharedvar import TensorSharedVariable

from ..symbolic.evaluate import length

__all__ = ["fixed_length"]


@node_rewriter(None)
def _named(fgraph: Any, node: Any) -> list[TensorVariable] | None:
    """Return what a model's variable is computed from, in place of the variable."""
    return [node.inputs[0]] if isinstance(node.op, ModelVar) else None


SHAPES = optdb.query(RewriteDatabaseQuery(include=["canonicalize"]))
PLAIN = out2in(_named)


def fixed_length(variable: TensorVariable, axis: int = -1) -> int | None:
    """Return how long an axis of a variable is; None where that depends on values.

    Parameters
    ----------
    variable : TensorVariable
    axis : int

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"kind": list("abc")}) as model:
    ...     share = pm.math.softmax(pm.Normal("utility", dims="kind"))
    >>> fixed_length(share)
    3
    """
    static: int | None = variable.type.shape[axis]
    if static is not None:
        return static
    graph = FunctionGraph(outputs=[variable.shape[axis]], clone=True, features=[ShapeFeature()])
    PLAIN.rewrite(graph)
    SHAPES.rewrite(graph)
    leaves = [v for v in ancestors(graph.outputs) if v.owner is None]
    if not all(isinstance(v, Constant | TensorSharedVariable) for v in leaves):
        return None
    return length(graph.outputs[0])
