"""What an equation reads of all units at once: a mean, a median, a product with ones, one unit."""

from __future__ import annotations

from math import prod

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import toposort
from pytensor.tensor.shape import Shape, Shape_i
from pytensor.tensor.subtensor import AdvancedSubtensor, Subtensor

from ..symbolic.replace import substituted
from .equations import Equation, Equations

__all__ = ["pooled"]

PARTS = Subtensor | AdvancedSubtensor


def pooled(equations: Equations, equation: Equation, units: int) -> frozenset[str]:
    """Return the variables of units of which an equation reads fewer numbers than there are units.

    Each operation is asked for the shape of what it gives when its operands have all units. A
    product with a table of units by units gives a number for each unit, and pools nothing.

    Parameters
    ----------
    equations : Equations
    equation : Equation
    units : int
        How many there are.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(9)}) as model:
    ...     x = pm.Normal("x", dims="unit")
    ...     centred = pm.Deterministic("centred", x - x.mean(), dims="unit")
    >>> equations = Equations(model)
    >>> sorted(pooled(equations, equations["centred"], 9))
    ['x']
    """
    read = equations.read_by([equation.expression])
    known = {s: pt.TensorType(s.dtype, equations.shape_of(n, units))() for s, n in read.items()}
    of: dict[Variable, frozenset[str]] = {
        known[s]: frozenset({n}) for s, n in read.items() if equations.has_units(n)
    }
    if not of:
        return frozenset()
    [whole] = substituted([equation.expression], known)
    found: set[str] = set()
    for node in toposort([whole], blockers=list(known.values())):
        names = frozenset().union(*(of.get(v, ()) for v in node.inputs))
        if not names or isinstance(node.op, Shape | Shape_i):
            continue
        for output in node.outputs:
            shape = getattr(output.type, "shape", (None,))
            a_part = isinstance(node.op, PARTS) and len(shape) > 0
            if None in shape or prod(shape) >= units or a_part:
                of[output] = names
            else:
                found |= names
    return frozenset(found)
