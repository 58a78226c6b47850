"""What queries about yes and no share: variables that are 0 or 1, and nothing else."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import CategoricalRV

from ..errors import QueryError
from ..families.form import family_name
from ..families.lengths import fixed_length
from ..scm.equations import Equations
from .view import View

__all__ = ["check_binary", "happened"]


def check_binary(equations: Equations, name: str, what: str) -> None:
    """Raise a `QueryError` if a variable cannot be binary.

    Parameters
    ----------
    equations : Equations
    name : str
    what : str
        The subject of the message: why it should be binary.
    """
    equation = equations.require(name, what, QueryError)
    if equation.kind == "random" and isinstance(equation.expression.owner.op, CategoricalRV):
        [chances] = equation.expression.owner.op.dist_params(equation.expression.owner)
        if (count := fixed_length(chances) or 2) > 2:
            raise QueryError(
                f"{what} {name!r}, which has {count} categories, not two; register what is meant "
                f"as a Deterministic, such as pm.Deterministic('first', pt.eq({name}, 0), "
                "dims='unit')"
            )
    if equation.kind == "random" and np.dtype(equation.expression.dtype).kind == "f":
        raise QueryError(
            f"{what} {name!r}, which is {family_name(equation.expression)}, not binary; name a "
            "Bernoulli, or register what is meant as a Deterministic, such as "
            f"pm.Deterministic('high', {name} > 0, dims='unit')"
        )


def happened(view: View, name: str, value: TensorVariable) -> TensorVariable:
    """Return where a binary value is 1; the query is refused where it is neither 0 nor 1.

    Parameters
    ----------
    view : View
    name : str
        The variable.
    value : TensorVariable of shape (unit,)
        Its value in some world.

    Returns
    -------
    boolean TensorVariable of shape (unit,)
    """
    yes = pt.eq(value, 1)
    equation = view.cross.equations[name]
    never = value.dtype == "bool" or (
        equation.kind == "random" and isinstance(equation.expression.owner.op, pm.Bernoulli.rv_type)
    )
    if not never:
        other = pt.and_(~yes, pt.neq(value, 0)).any()
        words = f"{name!r} has values other than 0 and 1; the query is about a binary variable"
        view.cross.object(words, other)
    return yes
