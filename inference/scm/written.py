"""A model as its author wrote it, brought into the form that everything else reads.

PyMC models name what they observe (``observed=``), call their rows as they like or not at all, and
may be of one unit. Here nothing is observed in a model, and what belongs to units says so by a
dimension. A model that is so already stays the very same.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr
from numpy.typing import NDArray
from pymc.distributions.mixture import MixtureTransformWarning
from pytensor.graph.basic import Constant
from pytensor.tensor import TensorVariable

from ..errors import DataError, ModelError
from ..families.form import family_name
from ..inputs.arrays import shown
from ..inputs.tables import as_table
from ..symbolic.evaluate import length
from ..symbolic.replace import substituted
from .apart import conditioned_on, units_among
from .equations import Equation, Equations, check_model
from .evidence import Data, Evidence, read_evidence
from .formula import is_formula, of_formula
from .partly_observed import rejoined
from .representation import resized, starts_of, with_starts
from .small_numbers import has_small_numbers, in_full
from .unit_axis import along_units, is_one_value, rows_of

__all__ = ["Written", "as_written"]

DEFAULT = "unit"


@dataclass(frozen=True, eq=False)
class Written:
    """A model that can be read, and what its author said of it.

    Attributes
    ----------
    model : pm.Model
        Nothing is observed in it, and variables of units carry the unit dimension.
    unit : str
        Name of that dimension.
    values : mapping of str to array of shape (unit, ...)
        What the author gave as observed.
    read : Equations, optional
        The model's equations, where they were read to find the units.
    """

    model: pm.Model
    unit: str
    values: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    read: Equations | None = field(default=None, repr=False)

    @cached_property
    def equations(self) -> Equations:
        """The model's equations, read once."""
        if self.read is None or self.read.unit != self.unit:
            return Equations(self.model, self.unit)
        check_model(self.model, self.unit)
        return self.read

    def evidence(
        self,
        data: Data | None,
        parameters: Mapping[str, NDArray[Any]] | None = None,
        *,
        allow_missing: bool = False,
        held: bool = False,
    ) -> Evidence:
        """Return `data`, and what the author gave as observed, as evidence for the model.

        Parameters
        ----------
        data : pandas.DataFrame, xarray.Dataset, mapping or None
            None where the model itself says all that is observed.
        parameters, allow_missing, held
            As `read_evidence` takes them.

        Returns
        -------
        Evidence

        Raises
        ------
        DataError
            If there are no data at all, or they do not fit the model.
        """
        if data is None:
            if not self.values:
                names = ", ".join(repr(str(p.name)) for p in self.model.potentials)
                raise DataError(
                    "the model observes nothing itself (observed=...), so give data: one column "
                    "per observed variable"
                    + (names and f"; a likelihood in a Potential ({names}) names no such variable")
                )
            dims = {n: self.model.named_vars_to_dims[n] for n in self.values}
            data = {n: self._labelled(v, dims[n]) for n, v in self.values.items()}
        return read_evidence(
            self.equations,
            data,
            parameters,
            allow_missing=allow_missing,
            own=self.values,
            held=held,
        )

    def _labelled(self, values: NDArray[Any], dims: Sequence[str]) -> xr.DataArray:
        labels = self.model.coords.get(self.unit)
        coords = None if labels is None else {self.unit: list(labels)}
        return xr.DataArray(values, dims=dims, coords=coords)


def as_written(
    model: pm.Model,
    unit: str = DEFAULT,
    columns: object = None,
    parameters: Collection[str] | None = None,
) -> Written:
    """Return a model in the form that everything else reads.

    Parameters
    ----------
    model : pm.Model or bambi.Model
        Left as it is.
    unit : str
        Name of the unit dimension. Where the model has none of the default name, it is the one
        that the observed variables share; where they have no dims at all, their first axis, and
        of several lengths the longest, or that of the observed variable that is named here. What
        is observed of other rows is conditioned on.
    columns : DataFrame, xarray.Dataset or mapping, optional
        What is observed beside what the model itself says; only its names are read.
    parameters : collection of str, optional
        Where all parameters are known: what is none of them, in a model without dims, is a
        mechanism.

    Returns
    -------
    Written

    Raises
    ------
    ModelError
        If the observed variables do not agree in their first dimension, or lack values.
    """
    if not isinstance(unit, str) or not unit:
        raise ModelError(f"unit is the name of a dimension, not {shown(unit)}")
    if is_formula(model):
        model = of_formula(model).model
    if not isinstance(model, pm.Model):
        return Written(model, unit)  # for the checks that follow
    model, values = rejoined(model)
    values |= {str(rv.name): _value(model, rv) for rv in model.observed_RVs}
    columns = as_table(columns)
    named = [*map(str, columns)] if isinstance(columns, Mapping | pd.DataFrame) else []
    seen = {*values, *named}
    if unit in values and not model.named_vars_to_dims.get(unit):
        found, rows_as = None, unit
    else:
        found, rows_as = _unit(model, unit, seen), None
    equations = Equations(model, found or DEFAULT, needs_units=False)
    told = [rows_as] if rows_as else [n for n in named if n in equations]
    lifted = _of_units(equations, found, seen, parameters, told)
    if found is None:
        name = DEFAULT if rows_as else unit
        found = name if not lifted else _shared_dim(model, lifted) or name
    small = any(has_small_numbers(e.expression) for e in equations.values() if e.kind == "random")
    if not values and not lifted and not small:
        return Written(model, found, read=equations)
    apart = {n: v for n, v in values.items() if n not in lifted and found not in equations[n].dims}
    new = _rebuilt(model, found, lifted, apart)
    own = {n: v for n, v in values.items() if n not in apart}
    return Written(new, found, {n: v if v.ndim == new[n].ndim else v[None] for n, v in own.items()})


def _value(model: pm.Model, rv: TensorVariable) -> NDArray[Any]:
    """Return what the model itself observes of a variable."""
    value = model.rvs_to_values[rv]
    if isinstance(value, Constant):
        return np.asarray(value.data)
    return np.asarray(value.get_value() if hasattr(value, "get_value") else value.eval())


def _unit(model: pm.Model, unit: str, seen: set[str]) -> str | None:
    """Return the unit dimension: as named, or the first one of what is seen; None if no dims."""
    dims = {n: d for n, d in model.named_vars_to_dims.items() if d}
    random = {v.name for v in model.basic_RVs}
    observed = {v.name for v in model.observed_RVs}
    for name in sorted(n for n in (observed | seen) & random if dims.get(n, [""])[0] == unit):
        if is_one_value(model[name]):
            raise ModelError(
                f"{unit!r} is the dimension of the parts of one draw of {name!r}, not of units; "
                "name the dimension of the units, or none"
            )
    if any(unit in d for d in dims.values()) or unit != DEFAULT:
        return unit
    asked = observed if observed & set(dims) else seen & random or random
    # Counts or shares of one whole are one value: their dimension is that of its parts.
    first = {dims[n][0] for n in asked if n in dims and not is_one_value(model[n])}
    if len(first) > 1:
        whose = "observed variables" if asked <= seen else "variables"
        raise ModelError(
            f"which dimension are the units? The {whose} have {sorted(first)}; say so, such as "
            f"unit={min(first)!r}"
        )
    return first.pop() if first else None


def _of_units(
    equations: Equations,
    unit: str | None,
    seen: set[str],
    parameters: Collection[str] | None,
    told: Sequence[str],
) -> set[str]:
    """Return the variables without dims that have a value for each unit."""
    random = {n for n, e in equations.items() if e.kind == "random"}
    own = {n for n in random if unit is not None and unit in equations[n].dims}
    asked = seen & random
    if parameters is not None:
        asked |= (own if unit is not None else random) - set(parameters)
    asked = (asked or own) if unit is None else (asked | own)
    lengths = {n: rows_of(equations[n], equations) for n in asked}
    if unit is None and len(set(lengths.values())) > 1:
        length = units_among(lengths, told)
    else:
        whose = next((n for v, n in lengths.items() if v in own), None)
        length = whose or next(iter(lengths.values()), None)
    asked = {n for n in asked if lengths[n] == length}
    if length is not None:
        asked = along_units(equations, asked, length, but=parameters or ())
    return {n for n in asked if unit is None or not equations[n].dims}


def _shared_dim(model: pm.Model, lifted: Collection[str]) -> str | None:
    """Return the first dimension of what runs along the units, where it has one and the same."""
    named = {n: d for n, d in model.named_vars_to_dims.items() if n in lifted and d}
    dims = {
        d[0] for n, d in named.items() if model[n] in model.data_vars or not is_one_value(model[n])
    }
    return str(dims.pop()) if len(dims) == 1 else None


def _rebuilt(
    model: pm.Model, unit: str, lifted: set[str], apart: Mapping[str, NDArray[Any]]
) -> pm.Model:
    """Return the model anew, with nothing observed, and the unit dimension first in `lifted`.

    What is observed of no unit (`apart`) is data, and its log-density a Potential.
    """
    equations = Equations(model, unit, needs_units=not lifted)
    coords = {d: None if c is None else list(c) for d, c in model.coords.items()}
    new = pm.Model(coords={d: c for d, c in coords.items() if c is not None})
    if lifted and unit not in new.dim_lengths and not equations.named(unit):
        lengths = [rows_of(equations[n], equations) for n in lifted]
        new.add_coord(unit, range(lengths[0] or 1))
    values_only = _named_values(model)
    known: dict[Any, Any] = {}
    with new:
        for name, equation in equations.items():
            if name in values_only:
                continue
            lift = name in lifted and (not equation.dims or _is_whole(equation))
            if equation.kind == "data":
                axes = [f"{name}_dim_{k}" for k in range(1, equation.expression.ndim)]
                dims = (unit, *axes) if lift else equation.dims
                value = model[name].get_value()
                known[equation.symbol] = pm.Data(name, value, dims=dims or None)
            else:
                lengths_now = {
                    equations.dim_lengths[d]: new.dim_lengths[d]
                    for d in equations.dim_lengths
                    if d in new.dim_lengths
                }
                random = equation.kind == "random"
                full = in_full(equation.expression, known) if random else equation.expression
                [expression] = substituted([full], known | lengths_now)
                known[equation.symbol] = (
                    conditioned_on(equation, expression, apart[name])
                    if name in apart
                    else _registered(model, equation, expression, unit, lift)
                )
    return with_starts(new, starts_of(model))


def _named_values(model: pm.Model) -> set[str]:
    """Return the data containers that hold observed values and nothing else reads."""
    held = {model.rvs_to_values[rv] for rv in model.observed_RVs} & set(model.data_vars)
    equations = Equations(model, DEFAULT, needs_units=False)
    read = {n for e in equations.values() for n in e.parents}
    return {str(v.name) for v in held} - read


def _registered(
    model: pm.Model, equation: Equation, expression: Any, unit: str, lift: bool
) -> TensorVariable:
    """Return the variable of `equation` in the new model of the context."""
    name, dims, new = equation.name, equation.dims or None, pm.modelcontext(None)
    if equation.kind == "potential":
        return pm.Potential(name, expression, dims=dims)
    random = equation.kind == "random"
    if lift and random and not hasattr(expression.owner.op, "ndim_supp"):
        raise ModelError(
            f"{family_name(expression)} (variable {name!r}) stands for more rows than it has, so "
            "that no row is a unit; observe all rows, without total_size"
        )
    if lift:
        batch = expression.ndim - (expression.owner.op.ndim_supp if random else 0)
        if random and (batch or not expression.ndim or is_one_value(expression)):
            rest = [expression.shape[k] for k in range(1, batch)]
            expression = resized(expression, (new.dim_lengths[unit], *rest))
        dims = (unit, *dims) if dims else _with_further_dims(new, name, expression, unit)
    elif not random:
        dims = model.named_vars_to_dims.get(name)
    if not random:
        return pm.Deterministic(name, expression, dims=dims)
    free = model[name] in model.free_RVs
    transform = {"transform": model.rvs_to_transforms[model[name]], "default_transform": None}
    with warnings.catch_warnings():  # what its author observes needs no transform
        warnings.simplefilter("ignore", MixtureTransformWarning)
        return new.register_rv(expression, name, dims=dims, **(transform if free else {}))


def _is_whole(equation: Equation) -> bool:
    """Return whether a random variable is one value, whose dimensions are those of its parts."""
    return equation.kind == "random" and is_one_value(equation.expression)


def _with_further_dims(
    new: pm.Model, name: str, expression: TensorVariable, unit: str
) -> tuple[str, ...]:
    """Return dims with the unit's first, the others named as ArviZ does."""
    dims = (unit, *[f"{name}_dim_{k}" for k in range(1, expression.ndim)])
    for k, dim in enumerate(dims[1:], start=1):
        static = expression.type.shape[k]
        new.add_coord(dim, length=length(expression.shape[k]) if static is None else int(static))
    return dims
