"""Whole parameters that PyTensor holds in few bits, in which PyMC's own densities overflow.

The 100 of ``pm.Beta("p", 100, 100)`` has 8 bits, in which twice that is -56: the density is
infinite there, that of ``pm.Uniform("b", -100, 100)`` is NaN, and that of
``pm.HalfStudentT("s", 3, 10)`` another one, since 3 * 10 * 10 is 44.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from pymc.distributions.continuous import ExGaussianRV, HalfStudentTRV
from pymc.distributions.distribution import SymbolicRandomVariable
from pymc.distributions.truncated import TruncatedRV
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.traversal import toposort
from pytensor.tensor import TensorVariable
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.random.basic import TriangularRV
from pytensor.tensor.random.op import RandomVariable

from ..symbolic.replace import substituted

__all__ = ["has_small_numbers", "in_full"]

# Their densities multiply up to three parameters; those of others add two.
MULTIPLYING = (HalfStudentTRV, ExGaussianRV, TriangularRV)


def has_small_numbers(expression: Variable) -> bool:
    """Return whether a family's density would overflow in the bits of its whole parameters.

    Parameters
    ----------
    expression : Variable
    """
    return any(_small(node) for node in toposort([expression]))


def in_full(expression: TensorVariable, others: Collection[Variable] = ()) -> TensorVariable:
    """Return an expression in which such parameters have 64 bits.

    Parameters
    ----------
    expression : TensorVariable
        Left as it is.
    others : collection of Variable
        What it reads of other mechanisms; not looked into.
    """
    for node in toposort([expression], blockers=others):
        if _small(node) and isinstance(node.op, RandomVariable):
            [expression] = substituted([expression], _small(node))
    # What is made of other operations is made anew, the inner ones first.
    while found := next((n for n in toposort([expression], blockers=others) if _small(n)), None):
        made = _made_anew(found, others)
        [expression] = substituted([expression], {found.default_output(): made})
    return expression


def _small(node: Apply) -> dict[TensorVariable, TensorVariable]:
    """Return the parameters of a family that overflow, and the same in 64 bits."""
    op, base = node.op, getattr(node.op, "base_rv_op", node.op)
    if isinstance(op, RandomVariable):
        parameters = op.dist_params(node)
    elif isinstance(op, SymbolicRandomVariable) and op.ndim_supp == 0 and hasattr(op, "rv_op"):
        parameters = node.inputs if isinstance(op, TruncatedRV) else op.dist_params(node)
        families = (RandomVariable, SymbolicRandomVariable)
        if any(isinstance(getattr(p.owner, "op", None), families) for p in parameters):
            return {}
    else:
        return {}
    return {p: p.astype("int64") for p in parameters if _overflows(p, base)}


def _overflows(parameter: Variable, family: Op) -> bool:
    """Return whether what a density makes of a whole number, in its own bits, is another one."""
    bare = parameter
    while bare.owner is not None and isinstance(bare.owner.op, DimShuffle):
        bare = bare.owner.inputs[0]
    kind = np.dtype(getattr(bare.type, "dtype", "O")).kind
    if not isinstance(bare, Constant) or kind not in "iu" or bare.type.dtype == "int64":
        return False
    largest = np.abs(np.asarray(bare.data, dtype="float64"))
    made = largest**3 if isinstance(family, MULTIPLYING) else 2 * largest
    return bool(np.any(made > np.iinfo(bare.type.dtype).max))


def _made_anew(node: Apply, others: Collection[Variable]) -> TensorVariable:
    """Return a family that is made of other operations, with its parameters in 64 bits."""
    op, wide = node.op, _small(node)
    if isinstance(op, TruncatedRV):
        law = in_full(op.base_rv_op.make_node(*node.inputs[:-2]).default_output(), others)
        lower, upper = (wide.get(p, p) for p in node.inputs[-2:])
        found: TensorVariable = op.rv_op(law, lower, upper, op.max_n_steps)
    else:
        parameters = [wide.get(p, p) for p in op.dist_params(node)]
        found = op.rv_op(*parameters, size=op.size_param(node))
    return found
