"""log(1 + exp(x)) as it is written for densities of binary outcomes, and how it is known again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.scalar.math import Softplus
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle, Elemwise

__all__ = ["argument", "written"]


def written(x: TensorVariable) -> TensorVariable:
    """Return log(1 + exp(x)) with an absolute error of one rounding, in a third of the time.

    In base 2, which no rewrite takes for the form whose relative error is as small.

    Parameters
    ----------
    x : TensorVariable
    """
    far = abs(x)
    positive = pt.switch(pt.gt(x, -np.inf), (x + far) / 2, 0.0)
    return positive + np.log(2.0) * pt.log2(1.0 + pt.exp(-far))


def argument(variable: TensorVariable) -> TensorVariable | None:
    """Return x where `variable` is log(1 + exp(x)), as `written` or by PyTensor; else None.

    Parameters
    ----------
    variable : TensorVariable

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.vector("x")
    >>> argument(written(x)) is x, argument(pt.softplus(x)) is x, argument(x + x)
    (True, True, None)
    """
    node = variable.owner
    if node is None or not isinstance(node.op, Elemwise):
        return None
    if isinstance(node.op.scalar_op, Softplus):
        return node.inputs[0]
    if node.op != pt.add or len(node.inputs) != 2:
        return None
    positive = node.inputs[0].owner
    if positive is None or positive.op != pt.switch or positive.inputs[0].owner is None:
        return None
    x = positive.inputs[0].owner.inputs[0]
    return x if _alike(variable, PATTERN, x) else None


X = pt.vector("x")
PATTERN = written(X)


def _alike(one: Variable[Any, Any], pattern: Variable[Any, Any], x: Variable[Any, Any]) -> bool:
    """Return whether a graph is the pattern of `x`; axes of length one do not count."""
    one, pattern = _bare(one), _bare(pattern)
    if pattern is X:
        return one is _bare(x)
    if isinstance(pattern, Constant):
        return isinstance(one, Constant) and bool(np.all(one.data == pattern.data))
    if one.owner is None or not isinstance(one.owner.op, Elemwise):
        return False
    if type(one.owner.op.scalar_op) is not type(pattern.owner.op.scalar_op):
        return False
    return all(_alike(a, b, x) for a, b in zip(one.owner.inputs, pattern.owner.inputs, strict=True))


def _bare(variable: Variable[Any, Any]) -> Variable[Any, Any]:
    while variable.owner and isinstance(variable.owner.op, DimShuffle):
        variable = variable.owner.inputs[0]
    return variable
