"""Which variables an equation reads less their own mean: what is left looks like their noise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.moments import mean
from pymc.exceptions import UndefinedMomentException
from pytensor import scalar
from pytensor.graph.basic import Variable, equal_computations
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorConstant, TensorVariable
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.random.basic import LogNormalRV

from .equations import Equation, Equations

__all__ = ["residuals"]

SUMS = scalar.Add | scalar.Sub | scalar.Neg
# A number that is added, and whether it is subtracted.
Term = tuple[Variable, bool]


def residuals(equations: Equations, equation: Equation, names: Iterable[str]) -> set[str]:
    """Return those of `names` of which an equation reads the value less its mean given its parents.

    The terms of a sum may stand in any order, beside others. A variable less a number is a change
    of scale, and no residual. Of a log-normal variable it is the logarithm, less its mean.

    Parameters
    ----------
    equations : Equations
    equation : Equation
    names : iterable of str
        Random variables.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     z = pm.Normal("z", dims="unit")
    ...     t = pm.Normal("t", 1 + z, 1.0, dims="unit")
    ...     left = pm.Deterministic("left", t - 1 - z, dims="unit")
    >>> equations = Equations(model)
    >>> residuals(equations, equations["left"], ["t"])
    {'t'}
    """
    found = set()
    symbols = list(equations.symbols)
    nodes = {v.owner for v in ancestors([equation.expression], blockers=symbols)} - {None}
    sums = [node.outputs[0] for node in nodes if _adds(node.op) and node.outputs[0] not in symbols]
    for name in names:
        own = _centre(equations[name].expression)
        kept = equations.descendants({name})
        centre = list(_terms(equations, own, kept))
        if all(isinstance(v, TensorConstant) for v, _ in centre):
            continue
        if any(_holds(list(_terms(equations, s, kept)), equations[name], centre) for s in sums):
            found.add(name)
    return found


def _holds(terms: list[Term], equation: Equation, centre: list[Term]) -> bool:
    """Return whether a sum has the variable as one term, and its mean, with the other sign."""
    is_log = isinstance(equation.expression.owner.op, LogNormalRV)
    for value, minus in terms:
        shown = _log_of(value) if is_log else value
        if shown is equation.symbol:
            wanted = [(v, sign == minus) for v, sign in centre]
            return all(any(_same(w, t) for t in terms) for w in wanted)
    return False


def _same(one: Term, other: Term) -> bool:
    if one[1] != other[1]:
        return False
    if isinstance(one[0], TensorConstant) and isinstance(other[0], TensorConstant):
        return np.array_equal(np.squeeze(one[0].data), np.squeeze(other[0].data))
    return bool(equal_computations([one[0]], [other[0]]))


def _terms(
    equations: Equations, variable: Variable, kept: frozenset[str], minus: bool = False
) -> Iterator[Term]:
    """Yield what is added up; a computed variable by its own terms, unless it is one of `kept`."""
    variable = _bare(variable)
    name = equations.symbols.get(variable)
    if name is not None:
        own = equations[name]
        if own.kind == "deterministic" and name not in kept:
            yield from _terms(equations, own.expression, kept, minus)
        else:
            yield variable, minus
        return
    node = variable.owner
    if node is None or not _adds(node.op):
        yield variable, minus
        return
    less = isinstance(node.op.scalar_op, scalar.Sub)
    negative = isinstance(node.op.scalar_op, scalar.Neg)
    for k, part in enumerate(node.inputs):
        yield from _terms(equations, part, kept, minus ^ (negative or (less and k == 1)))


def _adds(op: object) -> bool:
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, SUMS)


def _log_of(variable: Variable) -> Variable | None:
    """Return what a logarithm is of; None where it is none."""
    node = variable.owner
    if node is None or not isinstance(node.op, Elemwise):
        return None
    return _bare(node.inputs[0]) if isinstance(node.op.scalar_op, scalar.Log) else None


def _centre(rv: TensorVariable) -> TensorVariable:
    """Return the mean of a random variable given its parents; NaN where it has none."""
    if isinstance(rv.owner.op, LogNormalRV):
        return rv.owner.op.dist_params(rv.owner)[0]
    try:
        return mean(rv)
    except (NotImplementedError, UndefinedMomentException):
        return pt.constant(np.nan)


def _bare(variable: Variable) -> Variable:
    """Return the variable without added axes, and without being repeated along axes."""
    while variable.owner is not None:
        op, inputs = variable.owner.op, variable.owner.inputs
        if isinstance(op, Alloc) or (isinstance(op, DimShuffle) and op.is_expand_dims):
            variable = inputs[0]
        elif isinstance(op, Elemwise) and isinstance(op.scalar_op, scalar.Second):
            variable = inputs[1]
        else:
            break
    return variable
