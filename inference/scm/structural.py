"""The structural transform of a whole model: Model in, new Model out."""

from __future__ import annotations

import warnings
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.model.fgraph import (
    ModelFreeRV,
    ModelObservedRV,
    model_deterministic,
    model_free_rv,
    model_from_fgraph,
)
from pymc.pytensorf import toposort_replace

from ..errors import ModelError, QueryError, unknown
from ..families.form import LAWS, structural_form
from ..inputs.arrays import shown
from ..inputs.functions import condition
from ..symbolic.evaluate import length
from .equations import check_model
from .interventions import Intervention, as_intervention
from .representation import represented
from .sites import Site

__all__ = ["checked_coupling", "intervene", "noise_name", "structural"]


def structural(
    model: pm.Model, *, unit: str = "unit", coupling: Mapping[str, str] | None = None
) -> pm.Model:
    """Return the model with every mechanism written as an equation of its parents and its noise.

    Parameters
    ----------
    model : pm.Model
        Left as it is.
    unit : str
        Name of the unit dimension; random variables that carry it are mechanisms.
    coupling : mapping of str to str, optional
        The coupling of discrete mechanisms by name; by default each family's own.

    Returns
    -------
    pm.Model
        With the same variables under the same names. A mechanism ``V`` is a Deterministic there,
        and its noise is the free variable ``V_noise`` (`noise_name`), of a fixed law.

    Raises
    ------
    ModelError
        If a mechanism's family has no structural form, or the model has no unit dimension.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(3)}) as model:
    ...     x = pm.Normal("x", 0, 1, dims="unit")
    >>> sorted(structural(model).named_vars)
    ['x', 'x_noise']
    """
    check_model(model, unit)
    coupling = checked_coupling(model, coupling)
    fgraph = represented(model)
    replacements = []
    for node in fgraph.toposort():
        if isinstance(node.op, ModelFreeRV | ModelObservedRV) and unit in node.op.dims:
            name = node.op.name
            noise = noise_name(name, model.named_vars)
            value = _equation(node, fgraph._dim_lengths, coupling.get(name), noise)
            replacements.append((node.outputs[0], value))
    # Children first: what replaces them reads their parents, which are then replaced there too.
    toposort_replace(fgraph, tuple(replacements), reverse=True)
    return model_from_fgraph(fgraph, mutate_fgraph=True)


def noise_name(name: str, taken: Container[str]) -> str:
    """Return what the noise of a mechanism is called: ``V_noise``, with ``_`` until it is free.

    Parameters
    ----------
    name : str
        Of the mechanism.
    taken : container of str
        The names of the model's own variables.

    Examples
    --------
    >>> noise_name("y", {"y", "y_noise"})
    'y_noise_'
    """
    found = f"{name}_noise"
    while found in taken:
        found += "_"
    return found


def checked_coupling(model: pm.Model, coupling: Mapping[str, str] | None) -> dict[str, str]:
    """Return the couplings, or raise a `ModelError` where a variable does not have its own.

    Parameters
    ----------
    model : pm.Model
    coupling : mapping of str to str, optional
    """
    if coupling is None:
        return {}
    if not isinstance(coupling, Mapping):
        raise ModelError(f"coupling maps names of variables to couplings; got {shown(coupling)}")
    random = {v.name: v for v in model.basic_RVs}
    for name, kind in coupling.items():
        if name not in random:
            raise ModelError(unknown("the coupling names", name, random))
        structural_form.of(random[name], kind)
    return dict(coupling)


def _equation(
    node: Any, dim_lengths: Mapping[str, Any], coupling: str | None, noise_called: str
) -> Any:
    """Return the Deterministic that takes the place of one mechanism in the representation."""
    rv, name, dims = node.inputs[0], node.op.name, node.op.dims
    form = structural_form.of(rv, coupling, name)
    parameters = form.parameters(rv)
    batch = rv.ndim - rv.owner.op.ndim_supp
    shape = [
        rv.type.shape[axis] if dim is None else dim_lengths[dim]
        for axis, dim in enumerate(dims[:batch])
    ]
    width = form.width(*parameters)
    if width is not None:
        shape.append(width)
    noise = LAWS[form.law].dist(shape=[pt.as_tensor(s, dtype="int64") for s in shape])
    noise.name = noise_called
    value_variable = noise.type(name=noise.name)
    # A trailing axis of noise that is none of the variable's own has no name, and PyMC names all
    # axes or none.
    noise_dims = dims[:batch] if width is None else dims if len(dims) > batch else ()
    symbol = model_free_rv(noise, value_variable, None, noise.name, *noise_dims)
    value = form.predict(form.embed(symbol), *parameters).astype(rv.dtype)
    if value.ndim < rv.ndim or 1 in value.type.shape:
        full = [rv.type.shape[a] if d is None else dim_lengths[d] for a, d in enumerate(dims)]
        value = pt.broadcast_to(value, full)
    return model_deterministic(value.copy(), name, *dims)


def intervene(model: pm.Model, do: Mapping[str, Any], *, unit: str = "unit") -> pm.Model:
    """Return the model under interventions, by ``pm.do``.

    It is the reference for the engine, which computes the same without building a model for each
    world; and what graphs of an intervened model are drawn from.

    Parameters
    ----------
    model : pm.Model
        Usually a `structural` one, so that the noise stays.
    do : mapping of str to intervention or number
        `set_to`, `shift`, `scale` and `policy`; a variable whose intervention reads its own
        natural value is called ``do_<name>`` in the new model, as ``pm.do`` has it.
    unit : str
        Name of the unit dimension.

    Returns
    -------
    pm.Model

    Raises
    ------
    QueryError
        If an intervention draws at random (`replace_by`), which needs noise of its own, or reads
        another world (`as_in`).
    """
    check_model(model, unit)

    def no_draw(form: Any, parameters: Any) -> Any:
        raise QueryError("intervene does not carry replace_by; ask a query instead")

    actions = {}
    for name, value in do.items():
        if name not in model.named_vars:
            raise QueryError(unknown("`do` names", name, model.named_vars))
        dims = model.named_vars_to_dims.get(name) or ()
        coords = {d: model.coords.get(d) for d in dims}
        shape = [length(model.dim_lengths[d]) for d in dims]
        units = {unit: model.coords.get(unit)}
        action = as_intervention(name, value)
        if action.labelled:
            raise QueryError(f"intervene takes numbers, not the label {action!r}; ask a query")
        actions[name] = action.ordered(name, coords, shape, units, model.dim_lengths)
    # One at a time, so that a policy reads what the others left; what is set outright comes first,
    # so that one which its own target causes is no longer caused.
    outright = [n for n, a in actions.items() if a.sets]
    for name in [*outright, *(n for n in actions if n not in outright)]:
        new = _replacement(model, name, actions[name], no_draw)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Intervention expression references", UserWarning)
            model = pm.do(model, {model.named_vars[name]: new})
    return model


def _replacement(model: pm.Model, name: str, action: Intervention, draw: Any) -> Any:
    """Return the value that an intervention gives one variable, in that variable's own shape."""
    target = model.named_vars[name]
    dims = model.named_vars_to_dims.get(name) or ()
    if action.sets:
        # A number, not an expression: to PyMC it is data then, which must have a value.
        shape = [length(model.dim_lengths[d]) for d in dims]
        fixed = np.asarray(action.amount).astype(target.dtype)
        return np.broadcast_to(fixed, shape).copy() if dims else fixed
    amount, factor = (
        None if x is None else pt.as_tensor(x) for x in (action.amount, action.factor)
    )
    # PyMC leaves the natural value under its name and calls what holds instead do_<name>.
    values = {n: model.named_vars.get(f"do_{n}", v) for n, v in model.named_vars.items()}
    site = Site(name, values, lambda: target, amount, draw, _no_other_world, factor)
    new = pt.as_tensor(action.rule(site))
    # Read from the dims: the target's own shape would make every intervention refer to it.
    lengths = [model.dim_lengths[d] for d in dims]
    new = new.astype(target.dtype)
    new = pt.broadcast_to(new, lengths) if lengths else new
    if action.where is not None:
        where = action.where
        if callable(where):
            where = condition(where, values, f"`where` of the intervention on {name!r}")
        elif isinstance(where, Mapping):
            raise QueryError("intervene takes `where` as an array or a function; ask a query")
        new = pt.switch(where, new, target)
    return new


def _no_other_world(label: str) -> Any:
    raise QueryError(f"intervene makes one model, which has no other world {label!r}; ask a query")
