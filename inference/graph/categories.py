"""Which variables of a model are categories, by how the model uses them."""

from __future__ import annotations

from pytensor.graph.op import Op
from pytensor.graph.traversal import ancestors
from pytensor.scalar.basic import EQ, NEQ
from pytensor.tensor.elemwise import Elemwise

from ..scm.equations import Equations
from ..scm.indices import lookups

__all__ = ["categories"]


def categories(equations: Equations) -> frozenset[str]:
    """Return the variables whose values are codes of categories.

    Parameters
    ----------
    equations : Equations

    Returns
    -------
    frozenset of str
        Those of a Categorical, and integers that some equation uses as an index or compares for
        equality. Their order and distances mean nothing to the model, so that a slope on their
        codes is no adjustment.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     group = pm.DiscreteUniform("group", 0, 2, dims="unit")
    ...     y = pm.Normal("y", pm.Normal("mean", shape=3)[group], dims="unit")
    >>> sorted(categories(Equations(model)))
    ['group']
    """
    names = {e.symbol: n for n, e in equations.items()}
    used: set[str] = set()
    for equation in equations.values():
        read = [look.index for look in lookups([equation.expression], list(names))]
        for variable in ancestors([equation.expression], blockers=list(names)):
            if variable.owner is not None and _is_equality(variable.owner.op):
                read += variable.owner.inputs
        used |= {names[v] for v in ancestors(read, blockers=list(names)) if v in names}
    computed = {n for n in used if equations[n].kind == "deterministic"}
    used |= {c for n in computed for c in equations.causes(n, set(equations) - computed)}
    codes = {n for n in used if equations[n].symbol.dtype.startswith(("int", "uint"))}
    return frozenset(codes | {n for n in equations if _is_categorical(equations, n)})


def _is_categorical(equations: Equations, name: str) -> bool:
    """Return whether a variable is of a Categorical distribution."""
    node = equations[name].expression.owner
    return node is not None and getattr(node.op, "_print_name", ("",))[0] == "Categorical"


def _is_equality(op: Op) -> bool:
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, EQ | NEQ)
