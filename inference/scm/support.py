"""Support: which values a variable can take, as its family and the model's log-probability say.

A family with a structural form has bounds. Any other, and one that PyMC samples through a transform
(a simplex, ordered numbers, Cholesky factors), is held to the model itself: the transform must lead
there and back, and the log-probability must not be minus infinity.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.distributions.distribution import support_point
from pymc.logprob.utils import CheckParameterValue
from pymc.model.fgraph import ModelVar
from pymc.pytensorf import rvs_in_graph
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.op import RandomVariable

from ..errors import IfonlyError, ModelError
from ..families.censored import beside_limits
from ..families.form import family_name, structural_form
from ..symbolic.replace import substituted
from .equations import Equations
from .known import Known

__all__ = [
    "Limit",
    "check_support",
    "impossible",
    "is_limit",
    "limits",
    "log_probability",
    "needs_probability",
]

# How far a value is moved towards the middle of its support before it is looked at, so that what
# lies on the edge counts as inside; and how far a transform's rounding may lead astray.
INWARDS = 1e-9
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class Limit:
    """A bound of a family: its least value or its greatest."""

    word: str
    bound: TensorVariable

    def broken(self, value: Any, bound: Any = None) -> Any:
        """Return where `value` lies beyond the bound; arrays or tensors.

        Parameters
        ----------
        value : object
        bound : object
        """
        bound = self.bound if bound is None else bound
        return value < bound if self.word == "least" else value > bound


def limits(rv: TensorVariable) -> list[Limit] | None:
    """Return the bounds of the family of `rv`, or None where no structural form tells them."""
    try:
        form = structural_form.of(rv)
    except ModelError:
        return None
    bounds = form.bounds(*form.parameters(rv))
    return [
        Limit(word, pt.as_tensor(bound))
        for word, bound in zip(("least", "greatest"), bounds, strict=True)
        if bound is not None
    ]


def _limits_of(equations: Equations, name: str) -> list[Limit] | None:
    return equations.once(("limits", name), lambda: limits(equations[name].expression))


def needs_probability(equations: Equations, name: str) -> bool:
    """Return whether bounds alone do not say what values the variable can take.

    Parameters
    ----------
    equations : Equations
    name : str
    """
    rv = equations[name].expression
    found, transform = _limits_of(equations, name), transform_of(equations, name)
    # Counts that share a total are bounded one by one, and their sum is fixed.
    if found is None or (rv.owner.op.ndim_supp and np.dtype(rv.dtype).kind in "iu"):
        return True
    return transform is not None and (not found or bool(transform.ndim_supp))


def transform_of(equations: Equations, name: str) -> Any:
    """Return the transform that PyMC samples the variable through, or None.

    Parameters
    ----------
    equations : Equations
    name : str
    """
    return equations.model.rvs_to_transforms.get(equations.model[name])


def impossible(equations: Equations, name: str, value: TensorVariable) -> TensorVariable | None:
    """Return where `value` is none that the random variable `name` can take.

    Parameters
    ----------
    equations : Equations
    name : str
    value : TensorVariable
        In the variable's core shape.

    Returns
    -------
    TensorVariable or None
        A boolean for each value (event axes reduced), in terms of the symbols of other equations;
        None where the model has no log-probability of it.
    """
    rv, transform = equations[name].expression, transform_of(equations, name)
    inputs, checks = rv.owner.inputs, []
    try:
        if np.dtype(rv.dtype).kind == "f":
            # The variable itself may stand in there, for its shape.
            [middle] = graph_replace([support_point(rv)], {rv: value}, strict=False)
            if not rvs_in_graph([middle]):  # of a composed family it may draw
                value = value + INWARDS * (middle - value)
        probability = log_probability(rv, value)
    except NotImplementedError:
        return None
    checks.append(pt.isnan(probability) | pt.eq(probability, -np.inf))
    if transform is not None:
        there = transform.forward(value, *inputs)
        apart = ~pt.isclose(transform.backward(there, *inputs), value, rtol=ROUNDING, atol=INWARDS)
        event = tuple(range(probability.ndim, value.ndim))
        checks.append(apart.any(axis=event) if event else apart)
    return _unchecked(reduce(pt.or_, checks), value)


def log_probability(rv: TensorVariable, value: TensorVariable) -> TensorVariable:
    """Return PyMC's log-probability of `value`, in terms of the random variables above `rv`.

    Parameters
    ----------
    rv : TensorVariable
    value : TensorVariable
    """
    # PyMC copies all that stands above a composed family, other variables of the model among it.
    composed = not isinstance(rv.owner.op, RandomVariable)
    named = (v for v in ancestors([rv]) if v.owner and isinstance(v.owner.op, ModelVar))
    plain = {v: v.type(v.name) for v in named} if composed else {}
    [alone] = substituted([rv], plain)
    with warnings.catch_warnings():
        # That such variables are left in is meant; PyMC's time series warn of it all the same.
        warnings.filterwarnings("ignore", "RandomVariables", UserWarning)
        density: TensorVariable = pm.logp(alone, value, warn_rvs=False)
    return substituted([density], {p: v for v, p in plain.items()})[0]


def _unchecked(graph: TensorVariable, value: TensorVariable) -> TensorVariable:
    """Return the graph without PyMC's assertions on parameters, which raise from within."""
    asserts = {
        v: v.owner.inputs[0]
        for v in ancestors([graph], blockers=[value])
        if v.owner is not None and isinstance(v.owner.op, CheckParameterValue)
    }
    return graph_replace([graph], asserts, strict=False)[0] if asserts else graph


def check_support(known: Known, name: str, what: str, error: type[IfonlyError]) -> None:
    """Raise `error` unless the known number of `name` is one that the variable can take.

    Where the bounds depend on variables that are not known, nobody can tell.

    Parameters
    ----------
    known : Known
    name : str
    what : str
        What holds the values, in words.
    error : type of IfonlyError
    """
    equations, values = known.equations, known.values[name]
    rv = equations[name].expression
    found = _limits_of(equations, name) or []
    bounds = known.evaluated(*(limit.bound for limit in found), kept=True)
    for limit, bound in zip(found, bounds, strict=True):
        if bound is not None and (broken := limit.broken(values, bound)).any():
            bad, at = _first(np.asarray(values), broken), _first(bound, broken)
            raise error(
                f"{what} {bad}, outside the support of {family_name(rv)} (its {limit.word} value "
                f"is {at:g})"
            )
    # Within its bounds a continuous family gives any value, but a composed one may lack a part.
    plain = np.dtype(rv.dtype).kind not in "iub" and isinstance(rv.owner.op, RandomVariable)
    if plain and not needs_probability(equations, name):
        return
    value = equations[name].symbol
    where = equations.once(("impossible", name), lambda: impossible(equations, name, value))
    [never] = known.evaluated(where, kept=True)
    if never is not None and never.any():
        bad = np.asarray(values)[never][0] if never.ndim else values
        raise error(
            f"{what} {str(bad).replace(chr(10), '')}, which {described(equations, name)} "
            "cannot give here"
        )


def _first(values: NDArray[Any], where: NDArray[np.bool_]) -> Any:
    return np.broadcast_to(values, np.shape(where))[where].flat[0]


def described(equations: Equations, name: str) -> str:
    """Return the family of a variable in words, with the transform that keeps it in its support.

    Parameters
    ----------
    equations : Equations
    name : str
    """
    family, transform = family_name(equations[name].expression), transform_of(equations, name)
    return family if transform is None else f"{family} ({transform.name})"


def is_limit(equations: Equations, name: str) -> bool:
    """Return whether the model reads `name` as an end of intervals alone, which may be infinite.

    Parameters
    ----------
    equations : Equations
    name : str
    """
    symbol = equations[name].symbol
    readers = [e.expression for e in equations.values() if name in e.parents]
    return bool(readers) and all(symbol not in beside_limits(rv) for rv in readers)
