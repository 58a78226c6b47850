"""Worlds: one full assignment of parameters and noise, of which any query has a true answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from .ask import ask
from .compute import generator, noise_width
from .equations import Equations, with_units
from .errors import DataError, ModelError, QueryError, unknown
from .evidence import Data, Evidence, outside_support, read_evidence
from .form import LAWS, family_name, structural_form
from .queries.base import Query
from .state import State
from .structural import check_coupling, structural

__all__ = ["World"]


@dataclass(frozen=True, eq=False)
class World:
    """A world in which the parameters are known, and the noise is known or follows from evidence.

    Make one with `World.simulate` or `World.from_evidence`.

    Attributes
    ----------
    model : pm.Model
        With the world's units.
    parameters : mapping of str to ndarray
        The value of every parameter.
    data : xarray.Dataset
        What the analyst sees; dims: unit (and those of vector mechanisms).
    everything : xarray.Dataset
        All variables with the unit dimension, latents and Deterministics included.
    noise : xarray.Dataset
        The noise of each mechanism, under the mechanism's name.
    """

    model: pm.Model
    parameters: Mapping[str, NDArray[Any]]
    data: xr.Dataset
    everything: xr.Dataset
    noise: xr.Dataset
    state: State

    @classmethod
    def simulate(
        cls,
        model: pm.Model,
        parameters: Mapping[str, ArrayLike],
        *,
        units: int,
        seed: int,
        hidden: tuple[str, ...] = (),
        given: Mapping[str, ArrayLike] | None = None,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> World:
        """Return a simulated world: ``pm.do`` the parameters, draw the noise, keep it.

        Parameters
        ----------
        model : pm.Model
        parameters : mapping of str to array
            The value of every parameter.
        units : int
            How many units to simulate.
        seed : int
        hidden : tuple of str
            Mechanisms that the analyst does not see.
        given : mapping of str to array of shape (unit, ...), optional
            Values of ``pm.Data`` with the unit dimension.
        coupling : mapping of str to str, optional
            The coupling of discrete mechanisms by name.
        unit : str
            Name of the unit dimension.

        Returns
        -------
        World

        Raises
        ------
        ModelError
            If a parameter is missing or is none, or a mechanism has no structural form.
        """
        if not isinstance(units, int | np.integer) or units < 1:
            raise DataError(f"units is a positive whole number, not {units!r}")
        held = {n: np.asarray(v) for n, v in (given or {}).items()}
        sized = with_units(model, np.arange(units), held, unit)
        equations = Equations(sized, unit)
        known = check_parameters(equations, parameters)
        if any(e.kind == "potential" for e in equations.values()):
            raise ModelError(
                "a model with a Potential cannot be simulated; write it as a mechanism"
            )
        for name in hidden:
            equations.require(name, "the hidden variables name", ModelError)
        form = structural(sized, unit=unit, coupling=coupling)
        fixed = pm.do(form, {n: v.astype(form[n].dtype) for n, v in known.items()})
        noises = {n: f"{n}_noise" for n in equations.mechanisms}
        rows = [n for n in equations if equations.has_units(n)]
        blank = State(sized, unit, Evidence(MappingProxyType({}), np.arange(units)), {})
        draw = {
            fixed[name]: _fresh(blank, n, (coupling or {}).get(n), seed)
            for n, name in noises.items()
        }
        kept = {}
        for n, name in noises.items():
            law = structural_form.of(equations[n].expression, (coupling or {}).get(n))
            kept[n] = law.embed(fixed[name])
        values = _compute([*(fixed[n] for n in rows), *kept.values()], draw)
        everything = _dataset(sized, dict(zip(rows, values, strict=False)), equations)
        noise = dict(zip(kept, values[len(rows) :], strict=True))
        seen = [n for n in (*equations.mechanisms, *equations.unit_data) if n not in hidden]
        return cls._assembled(
            sized, unit, known, everything, everything[seen], noise, coupling or {}, seed
        )

    @classmethod
    def from_evidence(
        cls,
        model: pm.Model,
        parameters: Mapping[str, ArrayLike],
        data: Data,
        seed: int | None = None,
        *,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> World:
        """Return the world of known parameters in which the observed units live.

        Parameters
        ----------
        model : pm.Model
        parameters : mapping of str to array
            The value of every parameter.
        data : pandas.DataFrame, xarray.Dataset or mapping
            The observed columns; the noise behind them is abducted.
        seed : int, optional
            For discrete mechanisms, whose noise is drawn given the evidence. Needed only there.
        coupling : mapping of str to str, optional
            The coupling of discrete mechanisms by name.
        unit : str
            Name of the unit dimension.

        Returns
        -------
        World

        Raises
        ------
        ModelError
            If a parameter is missing or is none.
        DataError
            If the data do not fit the model.
        """
        evidence = read_evidence(Equations(model, unit), data)
        check_coupling(model, coupling or {})
        given = {
            n: v
            for n, v in evidence.columns.items()
            if n in model.named_vars and n in {d.name for d in model.data_vars}
        }
        sized = with_units(model, evidence.labels, given, unit)
        equations = Equations(sized, unit)
        known = check_parameters(equations, parameters)
        state = State(
            sized,
            unit,
            evidence,
            {n: v[None] for n, v in known.items()},
            coupling=dict(coupling or {}),
            seed=0 if seed is None else seed,
        )
        discrete = [
            n
            for n in equations.mechanisms
            if n in evidence.columns and np.dtype(equations[n].expression.dtype).kind in "iub"
        ]
        if discrete and seed is None:
            raise QueryError(
                f"the noise behind discrete mechanisms ({', '.join(discrete)}) is drawn given "
                "their values; give a seed"
            )
        everything, noise = _abducted(state)
        seen = [n for n in evidence.columns if n in everything]
        return cls(
            sized,
            MappingProxyType(known),
            everything[seen],
            everything,
            _dataset(sized, noise, equations, noise=True),
            state,
        )

    @classmethod
    def _assembled(
        cls,
        model: pm.Model,
        unit: str,
        known: dict[str, Any],
        everything: xr.Dataset,
        seen: xr.Dataset,
        noise: dict[str, Any],
        coupling: Mapping[str, str],
        seed: int,
    ) -> World:
        labels = everything[unit].to_numpy()
        columns = {str(n): v.to_numpy() for n, v in seen.items()}
        state = State(
            model,
            unit,
            Evidence(MappingProxyType(columns), labels),
            {n: v[None] for n, v in known.items()},
            noise=MappingProxyType(noise),
            coupling=dict(coupling),
            seed=seed,
        )
        equations = state.equations
        return cls(
            model,
            MappingProxyType(known),
            seen,
            everything,
            _dataset(model, noise, equations, noise=True),
            state,
        )

    def ask(self, query: Query, backend: str | None = None) -> xr.DataArray:
        """Return the true answer to `query`, without chain and draw dimensions.

        Parameters
        ----------
        query : Query
        backend : {"numba", "jax"}, optional

        Returns
        -------
        xarray.DataArray

        Raises
        ------
        QueryError
            If the query does not fit the model or the evidence.
        """
        return ask(self.state, query, backend)


def check_parameters(
    equations: Equations, parameters: Mapping[str, ArrayLike]
) -> dict[str, NDArray[Any]]:
    """Return the parameters as arrays, or raise a `ModelError` that names what is amiss."""
    for name in parameters:
        if name not in equations.parameters:
            raise ModelError(unknown("the parameters name", name, equations.parameters))
    missing = [n for n in equations.parameters if n not in parameters]
    if missing:
        raise ModelError(f"the parameters {', '.join(missing)} have no value; give one for each")
    known = {}
    for name in equations.parameters:
        known[name] = _parameter(equations, name, parameters[name])
    return known


def _parameter(equations: Equations, name: str, given: ArrayLike) -> NDArray[Any]:
    """Return one parameter's value in the model's own shape and type, checked."""
    rv, dims = equations[name].expression, equations[name].dims
    try:
        value = np.asarray(given, dtype=rv.dtype)
    except (TypeError, ValueError):
        raise ModelError(f"the parameter {name!r} is {given!r}; give numbers") from None
    lengths = [int(equations.dim_lengths[d].eval()) for d in dims] or list(rv.type.shape)
    if value.ndim != rv.ndim or any(
        a not in (None, b) for a, b in zip(lengths, value.shape, strict=True)
    ):
        raise ModelError(
            f"the parameter {name!r} has shape {value.shape}; the model's has shape "
            f"{tuple(lengths)}, dimensions {dims}"
        )
    if not np.isfinite(value).all():
        raise ModelError(f"the parameter {name!r} is {value}; give finite numbers")
    if found := outside_support(rv, value):
        bad, word, bound = found
        raise ModelError(
            f"the parameter {name!r} is {bad}, outside the support of {family_name(rv)} "
            f"(its {word} value is {bound:g})"
        )
    return value


def _fresh(state: State, name: str, coupling: str | None, seed: int) -> NDArray[Any]:
    """Return fresh noise for one mechanism of a world to be simulated."""
    rv = state.equations[name].expression
    form = structural_form.of(rv, coupling)
    shape = state.batch_shape(name) + noise_width(form.width(*form.parameters(rv)), name)
    return LAWS[form.law].sample(generator(seed, f"world {name}"), shape)


def _compute(outputs: list[Any], given: dict[Any, NDArray[Any]]) -> list[NDArray[Any]]:
    """Return the values of `outputs` where the variables in `given` have the values there."""
    import pytensor
    from pytensor.graph.replace import graph_replace

    stand_ins = {variable: variable.type() for variable in given}
    graphs = graph_replace(outputs, stand_ins, strict=False)
    function = pytensor.function(
        list(stand_ins.values()), graphs, mode="NUMBA", on_unused_input="ignore"
    )
    return [np.asarray(v) for v in function(*given.values())]


def _abducted(state: State) -> tuple[xr.Dataset, dict[str, NDArray[Any]]]:
    """Return all unit variables that the evidence determines, and the noise behind it."""
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
        noisy.append(name)
        draws = cross.draws(name, form, parameters, len(state.batch_shape(name)))
        graphs.append(form.abduct(cross.natural[name], *parameters, draws=draws))
    [(_, results)] = state.computer.batches(
        graphs,
        list(cross.inputs.values()),
        state.numbers(),
        seed=state.seed,
        backend="numba",
        size=state.units,
    )
    values = [r[0] for r in results]
    everything = _dataset(state.model, dict(zip(names, values, strict=False)), equations)
    return everything, dict(zip(noisy, values[len(names) :], strict=True))


def _dataset(
    model: pm.Model, values: Mapping[str, NDArray[Any]], equations: Equations, noise: bool = False
) -> xr.Dataset:
    """Return arrays by variable name as a Dataset with the model's dims and coords."""
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
