"""Expressions with other variables put in; what does not depend on them stays the very same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytensor.graph.traversal import toposort
from pytensor.tensor import TensorVariable

__all__ = ["substituted"]


def substituted(
    expressions: Sequence[TensorVariable], values: Mapping[TensorVariable, TensorVariable]
) -> list[TensorVariable]:
    """Return `expressions` with each key of `values` replaced by its value.

    Parameters
    ----------
    expressions : sequence of TensorVariable
    values : mapping of TensorVariable to TensorVariable
        What is put in is not looked into. A value may have another static shape than its key.

    Returns
    -------
    list of TensorVariable
        Nodes that read none of the keys are those of `expressions`, not copies; the others keep
        the names of their outputs.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x, y, z = pt.scalars("xyz")
    >>> substituted([x + y], {x: z})[0].eval({y: 1.0, z: 2.0})
    array(3.)
    """
    found = {old: new for old, new in values.items() if old is not new}
    for node in toposort(expressions, blockers=values):
        inputs = [found.get(v, v) for v in node.inputs]
        if any(new is not old for new, old in zip(inputs, node.inputs, strict=True)):
            clone = node.clone_with_new_inputs(inputs, strict=False)
            for old, new in zip(node.outputs, clone.outputs, strict=True):
                new.name = old.name
                found.setdefault(old, new)
    return [found.get(e, e) for e in expressions]
