"""What runs along the units where its author gave no dims: found from how the model reads it.

Sizes do not decide: four regions may be as many as four units. A variable runs along the units if a
mechanism could not be computed, or would be longer, were the variable longer: it is added to what
belongs to the units, or multiplied by it, row by row. One that is looked up by an index is not.
"""

from __future__ import annotations

from collections.abc import Collection

import pytensor.tensor as pt
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import DirichletRV

from ..symbolic.evaluate import length
from ..symbolic.replace import substituted
from .equations import Equation, Equations

__all__ = ["along_units", "is_one_value", "rows_of"]

# PyTensor's words for arrays that are computed with, or set beside, each other, of other lengths.
BESIDE = (
    "Incompatible Elemwise",
    "must match exactly, or be unknown",
    "indexing tensors could not",
)


def rows_of(equation: Equation, equations: Equations) -> int | None:
    """Return the length of the first axis of a variable; None for a single value.

    A vector that one draw gives has an axis of units where its entries may differ in what they
    depend on (a series, a normal over all units); counts or shares of one whole are one value.

    Parameters
    ----------
    equation : Equation
    equations : Equations
    """
    expression = equation.expression
    if expression.ndim == 0 or (equation.kind == "random" and is_one_value(expression)):
        return None
    if equation.dims and equations.named(equation.dims[0]):
        return equations.length(equation.dims[0])
    if equation.kind == "data":
        return len(equations.model[equation.name].get_value(borrow=True))
    static = expression.type.shape[0]
    return length(equations.model[equation.name].shape[0]) if static is None else int(static)


def is_one_value(rv: TensorVariable) -> bool:
    """Return whether a draw is one value of one unit, though it is a vector: counts, shares."""
    op = rv.owner.op
    whole = not rv.dtype.startswith("float") or isinstance(op, DirichletRV)
    # A variable with total_size is an operation without ndim_supp, with a value for each row.
    return rv.ndim == getattr(op, "ndim_supp", 0) and (rv.ndim != 1 or whole)


def along_units(
    equations: Equations, seen: Collection[str], units: int, but: Collection[str] = ()
) -> set[str]:
    """Return `seen` and the variables whose first axis runs along the same units.

    Parameters
    ----------
    equations : Equations
    seen : collection of str
        Mechanisms whose first axis is that of the units.
    units : int
        How many there are.
    but : collection of str
        Variables that are known to be parameters.

    Returns
    -------
    set of str

    Examples
    --------
    >>> import numpy as np
    >>> import pymc as pm
    >>> with pm.Model() as model:
    ...     x, group = pm.Data("x", np.arange(4.0)), pm.Data("group", [0, 1, 0, 1])
    ...     level = pm.Normal("level", shape=4)
    ...     y = pm.Normal("y", x + level[group], observed=np.zeros(4))
    >>> sorted(along_units(Equations(model, needs_units=False), ["y"], 4))
    ['group', 'x', 'y']
    """
    found = set(seen)
    names = [n for n in equations if n not in found and n not in but]
    open_ = {n for n in names if rows_of(equations[n], equations) == units}
    for name in reversed(names):
        readers = [equations[n] for n in found if n != name]
        if name in open_ and any(_moves(equations, name, r, units) for r in readers):
            found.add(name)
    for name in names:
        equation = equations[name]
        read = equation.parents & found if equation.kind == "deterministic" else ()
        if name in open_ - found and any(_moves(equations, n, equation, units) for n in read):
            found.add(name)
    # Data that no equation reads can only be what is known of units beside them: to group by.
    read_at_all = frozenset[str]().union(*(e.parents for e in equations.values()))
    return found | {n for n in open_ - read_at_all if equations[n].kind == "data"}


def _moves(equations: Equations, name: str, reader: Equation, units: int) -> bool:
    """Return whether the reader's first axis would change with that of the variable `name`."""
    equation = equations[name]
    parts = _parts(reader.expression) if reader.kind == "random" else [reader.expression]
    for old in (equation.symbol, equation.expression):  # PyMC may read what it was made of
        if old.owner is None or old not in ancestors(parts):
            continue
        longer = pt.TensorType(old.dtype, (units + 1, *old.type.shape[1:]))()
        try:
            found = substituted(parts, {old: longer})
        except (ValueError, IndexError) as error:
            return any(told in str(error) for told in BESIDE)
        return any(v.type.shape[:1] == (units + 1,) for v in found)
    return False


def _parts(rv: TensorVariable) -> list[TensorVariable]:
    """Return the parameters of a distribution whose first axis is that of its draws."""
    op = rv.owner.op
    if getattr(op, "extended_signature", getattr(op, "signature", None)) is None:
        found = [v for v in rv.owner.inputs if getattr(v, "ndim", 0) == rv.ndim > 0]
    else:
        # One draw over all units has them along the first axis of its mean, and not of a matrix.
        one = rv.ndim == op.ndim_supp
        cores = zip(op.dist_params(rv.owner), op.ndims_params, strict=True)
        found = [p for p, c in cores if p.ndim == (rv.ndim if one else rv.ndim - op.ndim_supp + c)]
    # What is made of other distributions, such as a mixture, has their parameters.
    inner = {v for v in found if hasattr(getattr(v.owner, "op", None), "ndim_supp")}
    return [p for v in found for p in (_parts(v) if v in inner else [v])]
