"""What worlds are made of: parameters checked, noise drawn or abducted, values computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from pytensor.graph.basic import Constant
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors

from ..engine.feeds import noise_width
from ..engine.state import State
from ..engine.workload import heavy, nanoseconds
from ..errors import DataError, ModelError, QueryError, unknown
from ..families.form import LAWS, family_name, structural_form
from ..families.special.wide import GREATEST
from ..inputs.arrays import converted, numbers, shown
from ..inputs.labels import axes_of, in_order
from ..inputs.scalars import LARGEST, are_finite
from ..scm.domains import check_domains
from ..scm.equations import Equations
from ..scm.indices import kept_inside, lookups
from ..scm.known import Known
from ..scm.support import check_support, limits
from ..symbolic.evaluate import in_python
from ..symbolic.notes import without_notes

__all__ = [
    "abducted",
    "check_parameters",
    "check_simulated",
    "computing",
    "dataset",
    "given_values",
    "noise_law",
]


def check_parameters(
    equations: Equations, parameters: Mapping[str, ArrayLike]
) -> dict[str, NDArray[Any]]:
    """Return the parameters as arrays, or raise a `ModelError` that names what is amiss.

    Parameters
    ----------
    equations : Equations
    parameters : mapping of str to array
    """
    if not isinstance(parameters, Mapping):
        raise ModelError(f"parameters maps names to values; got {shown(parameters)}")
    for name in parameters:
        if name not in equations.parameters:
            raise ModelError(unknown("the parameters name", str(name), equations.parameters))
    missing = [n for n in equations.parameters if n not in parameters]
    if missing:
        raise ModelError(f"the parameters {', '.join(missing)} have no value; give one for each")
    known = {n: _parameter(equations, n, parameters[n]) for n in equations.parameters}
    together = Known(equations, known, 1)
    for name in known:
        check_support(together, name, f"the parameter {name!r} is", ModelError)
    return known


def _parameter(equations: Equations, name: str, given: ArrayLike) -> NDArray[Any]:
    """Return one parameter's value in the model's own shape and type, checked."""
    rv, dims = equations[name].expression, equations[name].dims
    value = numbers(given)
    if value is None:
        raise ModelError(f"the parameter {name!r} is {shown(given)}; give numbers")
    what = f"the parameter {name!r}"
    coords = {d: equations.model.coords.get(d) for d in dims}
    others = equations.dim_lengths
    value = in_order(value, axes_of(given), coords, what, ModelError, others)
    lengths = [equations.length(d) for d in dims] or list(rv.type.shape)
    if value.ndim != rv.ndim or any(
        a not in (None, b) for a, b in zip(lengths, value.shape, strict=True)
    ):
        raise ModelError(
            f"the parameter {name!r} has shape {value.shape}; the model's has shape "
            f"{tuple(lengths)}, dimensions {dims}"
        )
    if not are_finite(value):
        raise ModelError(
            f"the parameter {name!r} is {shown(given)}; give finite numbers, none beyond "
            f"{LARGEST:g}"
        )
    return converted(value, rv.dtype, f"{what} is", ModelError)


def given_values(equations: Equations, given: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    """Return values of ``pm.Data`` in the model's own types, or raise a `DataError`.

    Parameters
    ----------
    equations : Equations
    given : mapping of str to array of shape (unit, ...)
    """
    if not isinstance(given, Mapping):
        raise DataError(f"given maps names to values; got {shown(given)}")
    values = {}
    for name, value in given.items():
        if name not in equations.unit_data:
            raise DataError(unknown("values are given for", str(name), equations.unit_data))
        what, equation = f"what is given for {name!r}", equations[name]
        array = numbers(value)
        if array is None or not are_finite(array):
            raise DataError(
                f"{what} is {shown(value)}; give finite numbers, none beyond {LARGEST:g}"
            )
        if array.ndim != equation.expression.ndim:
            raise DataError(f"{what} has shape {array.shape}; expected {equation.dims}")
        # New units have no labels to be matched by; other dimensions do.
        dims = dict.fromkeys(equation.dims) | {
            d: equations.model.coords.get(d) for d in equation.dims if d != equations.unit
        }
        others = equations.dim_lengths
        array = in_order(array, axes_of(value), dims, what, DataError, others)
        values[name] = converted(array, equation.expression.dtype, f"{what} holds", DataError)
    return values


def noise_law(state: State, name: str, coupling: str | None) -> tuple[Any, tuple[int, ...]]:
    """Return the law of one mechanism's noise, and the shape of a world's.

    Parameters
    ----------
    state : State
    name : str
    coupling : str or None
    """
    rv = state.equations[name].expression
    form = structural_form.of(rv, coupling)
    parameters = state.shaped(form.parameters(rv))
    shape = state.batch_shape(name) + noise_width(form.width(*parameters), name)
    return LAWS[form.law], tuple(shape)


def computing(
    outputs: Sequence[Any], inputs: Sequence[Any], units: int
) -> Callable[..., list[NDArray[Any]]]:
    """Return the function from the numbers of `inputs` to those of `outputs`.

    It raises a `DataError` if an index is out of range.

    Parameters
    ----------
    outputs, inputs : sequence of TensorVariable
    units : int
        How many units they are of.
    """
    found = lookups(outputs)
    graphs = [*kept_inside(outputs, found), *(part for look in found for part in look.extent)]
    stand_ins = {variable: variable.type() for variable in inputs}
    graphs = graph_replace(graphs, stand_ins, strict=False)
    symbols = list(stand_ins.values())
    if nanoseconds(graphs, [], draws=1, units=units) <= heavy(graphs):
        function = in_python(symbols, graphs, stable=True)
    else:
        with without_notes():
            function = pytensor.function(symbols, graphs, mode="NUMBA", on_unused_input="ignore")

    def run(*numbers: NDArray[Any]) -> list[NDArray[Any]]:
        values = [np.asarray(v) for v in function(*numbers)]
        for k, look in enumerate(found):
            look.check(*values[len(outputs) + 3 * k : len(outputs) + 3 * k + 3])
        return values[: len(outputs)]

    return run


def check_simulated(
    equations: Equations, values: Mapping[str, NDArray[Any]], parameters: Mapping[str, NDArray[Any]]
) -> None:
    """Raise a `DataError` where simulated values are none that the model can give.

    Parameters
    ----------
    equations : Equations
    values : mapping of str to array of shape (unit, ...)
        Of the mechanisms.
    parameters : mapping of str to array
    """
    _check_counts(equations, values)
    units = len(next(iter(values.values()), ()))
    known = Known(equations, {**parameters, **values}, units)
    check_domains(known, list(equations.mechanisms), DataError)


def _check_counts(equations: Equations, values: Mapping[str, NDArray[Any]]) -> None:
    """Raise a `DataError` where a simulated count was too great for an integer of 64 bits."""
    for name in equations.mechanisms:
        rv, found = equations[name].expression, values[name]
        if found.dtype.kind == "i" and ((found < 0) | (found >= int(GREATEST))).any():
            ends = limits(rv) or []
            if any(isinstance(limit.bound, Constant) and limit.bound.data >= 0 for limit in ends):
                raise DataError(
                    f"{name!r} comes to more than 2**63, which no integer of 64 bits holds; "
                    f"give its {family_name(rv)} a lesser mean"
                )


def abducted(state: State) -> tuple[xr.Dataset, dict[str, NDArray[Any]]]:
    """Return all unit variables that the evidence determines, and the noise behind it.

    Without a seed, only noise that the evidence determines.
    """
    cross = state.cross_world({**state.coupling}, new=False)
    equations, names, graphs = state.equations, [], []
    for name in equations:
        if equations.has_units(name) and equations[name].kind != "potential":
            try:
                graphs.append(cross.natural[name])
                names.append(name)
            except QueryError:
                continue
    noisy = []
    for name in (n for n in equations.mechanisms if n in state.evidence.columns):
        form = cross.form(name)
        try:
            parameters = cross.natural.parameters(name)
        except QueryError:  # a cause is not seen, so that the noise behind this one is not known
            continue
        draws = cross.draws(name, form, parameters, len(state.batch_shape(name)))
        noise = form.abduct(cross.natural[name], *parameters, draws=draws)
        if state.seeded or draws not in ancestors([noise]):
            noisy.append(name)
            graphs.append(noise)
    inputs, known = list(cross.inputs.values()), state.numbers()
    [(_, _, results)] = state.computer.batches(
        graphs,
        inputs,
        known,
        seed=state.seed,
        backend=state.computer.lightest("numba", graphs, inputs, known, state.units),
        size=state.units,
    )
    values = [r[0] for r in results]
    everything = dataset(state.model, dict(zip(names, values, strict=False)), equations)
    return everything, dict(zip(noisy, values[len(names) :], strict=True))


def dataset(
    model: pm.Model, values: Mapping[str, NDArray[Any]], equations: Equations, noise: bool = False
) -> xr.Dataset:
    """Return arrays by variable name as a Dataset with the model's dims and coords.

    Parameters
    ----------
    model : pm.Model
    values : mapping of str to array
    equations : Equations
    noise : bool
        Whether the arrays are noise, whose trailing axis is none of the variable's.
    """
    arrays = {}
    for name, value in values.items():
        dims = [d or f"{name}_dim_{k}" for k, d in enumerate(equations[name].dims)]
        if noise:
            batch = len(dims) - equations[name].expression.owner.op.ndim_supp
            dims = dims[:batch]
        dims += [f"{name}_noise_dim_{k}" for k in range(np.ndim(value) - len(dims))]
        arrays[name] = (dims, value)
    unit = equations.unit
    used = {d for dims, _ in arrays.values() for d in dims}
    coords = {d: list(c) for d, c in model.coords.items() if c is not None and d in used}
    coords[unit] = list(model.coords[unit])
    return xr.Dataset(arrays, coords=coords)
