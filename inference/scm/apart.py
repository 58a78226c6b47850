"""What a model observes that is no unit's: other rows, a group's value, a published number.

It is conditioned on, and nobody asks about it: its value becomes data, which other equations may
read, and its log-density a Potential on the parameters.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pymc as pm
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from .equations import Equation, Equations

__all__ = ["conditioned_on", "is_apart", "units_among"]

LOG = logging.getLogger("ifonly")
ENDING = "_likelihood"


def conditioned_on(equation: Equation, rv: TensorVariable, value: NDArray[Any]) -> TensorVariable:
    """Return what is observed of no unit as data, its log-density a Potential of the new model.

    Parameters
    ----------
    equation : Equation
        Its own, in the model as it was written.
    rv : TensorVariable
        The random variable, in terms of the new model in whose context this is called.
    value : array
        What is observed.
    """
    data = pm.Data(equation.name, value, dims=equation.dims or None)
    density = pm.logp(rv, data.astype(rv.dtype), warn_rvs=False)
    pm.Potential(equation.name + ENDING, density.sum())
    return data


def is_apart(equations: Equations, name: str) -> bool:
    """Return whether a variable is what a model observes of no unit.

    Parameters
    ----------
    equations : Equations
    name : str
    """
    density = equations.get(name + ENDING)
    data = name in equations and equations[name].kind == "data"
    return data and density is not None and name in density.parents


def units_among(lengths: Mapping[str, int | None], told: Sequence[str]) -> int | None:
    """Return how many units there are where what is observed has rows of several numbers.

    The units are the rows of what is `told`, else of the longest; the log says which.

    Parameters
    ----------
    lengths : mapping of str to int or None
        Of the first axis of each observed variable; None for a single value.
    told : sequence of str
        Variables that are said to be of units.

    Examples
    --------
    >>> units_among({"drug": 47, "placebo": 42}, told=["placebo"])
    42
    """
    asked = [n for n in told if n in lengths] or list(lengths)
    name = max(asked, key=lambda n: lengths[n] or 0)
    others = sorted(n for n, k in lengths.items() if k != lengths[name])
    if not told:
        LOG.warning(
            "the units are the rows of %r; %s has others and is conditioned on, not asked about "
            "(unit=%r makes its rows the units)",
            name,
            ", ".join(map(repr, others)),
            others[0],
        )
    return lengths[name]
