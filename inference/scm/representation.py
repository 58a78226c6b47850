"""PyMC's own representation of a model, which takes no initial values: they are kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pymc as pm
from pymc.distributions.custom import CustomSymbolicDistRV
from pymc.distributions.shape_utils import change_dist_size
from pymc.model.fgraph import (
    ModelDeterministic,
    ModelVar,
    fgraph_from_model,
    model_deterministic,
    model_free_rv,
    model_from_fgraph,
)
from pymc.pytensorf import toposort_replace
from pymc.util import get_transformed_name
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.type import RandomType

from ..errors import ModelError
from ..symbolic.notes import without_notes

__all__ = [
    "cloned",
    "free_variable",
    "represented",
    "resized",
    "starts_of",
    "with_starts",
]


def represented(model: pm.Model) -> FunctionGraph:
    """Return the model as a graph in which each variable is a node, or raise a `ModelError`."""
    try:
        with without_notes():
            fgraph, _ = fgraph_from_model(_without_starts(model), inlined_views=True)
    except (NotImplementedError, ValueError) as error:
        raise ModelError(f"this model cannot be read: {error}") from None
    # A Deterministic that is another variable itself: PyMC would let what reads it read the other.
    aliases = [
        (
            node.outputs[0],
            model_deterministic(node.inputs[0].copy(), node.op.name, *node.op.dims),
        )
        for node in fgraph.toposort()
        if isinstance(node.op, ModelDeterministic)
        and node.inputs[0].owner is not None
        and isinstance(node.inputs[0].owner.op, ModelVar)
    ]
    toposort_replace(fgraph, tuple(aliases), reverse=True)
    return fgraph


def cloned(model: pm.Model) -> pm.Model:
    """Return a copy of the model without initial values, or raise a `ModelError`."""
    return model_from_fgraph(represented(model), mutate_fgraph=True)


def resized(rv: TensorVariable, size: tuple[Any, ...]) -> TensorVariable:
    """Return a random variable with other batch axes, and the parameters that it has.

    PyMC makes a ``CustomDist`` anew with the parameters that it was first given, though others have
    taken their place since: effects on it were then zero.

    Parameters
    ----------
    rv : TensorVariable
    size : tuple of int or TensorVariable
    """
    found = change_dist_size(rv, size)
    if not isinstance(found.owner.op, CustomSymbolicDistRV):
        return found
    kept = [v for v in rv.owner.inputs[1:] if not isinstance(v.type, RandomType)]
    rest = found.owner.inputs[1 + len(kept) :]
    return found.owner.op(found.owner.inputs[0], *kept, *rest)


def free_variable(rv: TensorVariable, transform: Any, name: str, *dims: str) -> TensorVariable:
    """Return `rv` as a free variable of the representation.

    Parameters
    ----------
    rv : TensorVariable
    transform : pymc.logprob.transforms.Transform or None
        Its value is on that scale, on which PyMC samples it.
    name : str
    *dims : str
    """
    if transform is None:
        return model_free_rv(rv, rv.type(name=name), None, name, *dims)
    value = transform.forward(rv, *rv.owner.inputs).type(name=get_transformed_name(name, transform))
    return model_free_rv(rv, value, transform, name, *dims)


def starts_of(model: pm.Model) -> dict[str, Any]:
    """Return the initial values that the model gives for the sampler (``initval=``), by name."""
    given = {rv.name: v for rv, v in model.rvs_to_initial_values.items() if v is not None}
    for name, value in given.items():
        if isinstance(value, Constant):
            given[name] = value.data
        elif isinstance(value, Variable):
            raise ModelError(
                f"the initial value of {name!r} is an expression; give numbers (initval=[...])"
            )
    return given


def with_starts(model: pm.Model, starts: Mapping[str, Any]) -> pm.Model:
    """Return `model`, a new one, with initial values for the sampler where it is free.

    Parameters
    ----------
    model : pm.Model
        Changed in place.
    starts : mapping of str to array or str
        As ``initval=`` takes them.

    Returns
    -------
    pm.Model
        The same model.
    """
    for rv in model.free_RVs:
        if rv.name in starts:
            value = starts[rv.name]
            model.set_initval(rv, value if isinstance(value, str) else np.asarray(value))
    return model


def _without_starts(model: pm.Model) -> pm.Model:
    if all(value is None for value in model.rvs_to_initial_values.values()):
        return model
    bare = object.__new__(pm.Model)
    bare.__dict__.update(model.__dict__)
    bare.rvs_to_initial_values = dict.fromkeys(model.rvs_to_initial_values)
    return bare
