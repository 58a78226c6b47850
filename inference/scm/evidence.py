"""Evidence: the observed columns, checked against the model before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import DataError
from ..inputs.arrays import converted, plain
from ..inputs.labels import are_counted
from ..inputs.scalars import LARGEST, are_finite
from ..inputs.spool import in_file, let_go
from .domains import check_domains
from .equations import Equations
from .gaps import check_inferable, filled, some_of
from .indices import check_indices
from .known import Known
from .levels import categories_of, with_levels
from .named_columns import Data, aligned, beside, named, parted
from .support import check_support, is_limit

__all__ = ["Data", "Evidence", "read_evidence"]

NO_GAPS = np.zeros((), bool)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is seen of each unit.

    Attributes
    ----------
    columns : mapping of str to array of shape (unit, ...)
        Values of mechanisms, and of ``pm.Data`` with the unit dimension.
    labels : array of shape (unit,)
        One distinct label per unit.
    gaps : mapping of str to boolean array of shape (unit, ...)
        Where a column has no value, for those that lack some; what stands in the column there
        means nothing.
    beside : mapping of str to array of shape (unit, ...)
        Columns that are no variables of the model, such as texts: to group and to select by.
    levels : mapping of str to array
        The labels of the codes 0, 1, ... of a column, in that order.
    """

    columns: Mapping[str, NDArray[Any]]
    labels: NDArray[Any]
    gaps: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    beside: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    levels: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @cached_property
    def missing(self) -> Mapping[str, NDArray[np.bool_]]:
        """Which units lack some values of a column, for those that lack some."""
        return MappingProxyType({n: some_of(g) for n, g in self.gaps.items()})

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def masked(self) -> Mapping[str, NDArray[Any]]:
        """The columns, each that lacks some values as a masked array."""
        masked = {n: np.ma.array(self.columns[n], mask=gaps) for n, gaps in self.gaps.items()}
        return MappingProxyType({**self.columns, **masked})

    def of(self, rows: NDArray[np.int64]) -> Evidence:
        """Return what is seen of some of the units."""
        return Evidence(
            MappingProxyType({n: v[rows] for n, v in self.columns.items()}),
            self.labels[rows],
            MappingProxyType({n: v[rows] for n, v in self.gaps.items() if v[rows].any()}),
            MappingProxyType({n: v[rows] for n, v in self.beside.items()}),
            self.levels,
        )

    def dataset(self, unit: str) -> xr.Dataset:
        """Return the columns as a Dataset, NaN where a value is missing."""
        arrays = {}
        for name, values in self.columns.items():
            dims = [unit, *(f"{name}_dim_{k}" for k in range(1, values.ndim))]
            if name in self.gaps:
                values = np.where(self.gaps[name], np.nan, values)
            arrays[name] = (dims, values)
        # A range, which is short, in place of labels that are one.
        counted = are_counted(self.labels) and self.labels.dtype == np.int64
        labels = pd.RangeIndex(len(self)) if counted else self.labels
        return xr.Dataset(arrays, coords={unit: labels})

    @classmethod
    def of_dataset(cls, data: xr.Dataset, unit: str) -> Evidence:
        """Return the evidence that `dataset` wrote.

        Parameters
        ----------
        data : xr.Dataset
        unit : str
            Name of the unit dimension.
        """
        columns, gaps = {}, {}
        for name, variable in data.items():
            values = variable.to_numpy()
            if values.dtype.kind == "f" and (none := np.isnan(values)).any():
                gaps[str(name)] = none
                values = filled(values, none)
            columns[str(name)] = values
        return cls(MappingProxyType(columns), data[unit].to_numpy(), MappingProxyType(gaps))


def read_evidence(
    equations: Equations,
    data: Data,
    parameters: Mapping[str, NDArray[Any]] | None = None,
    *,
    allow_missing: bool = False,
    own: Mapping[str, NDArray[Any]] = MappingProxyType({}),
    whole: bool = False,
    held: bool = False,
) -> Evidence:
    """Return `data` as evidence for the model.

    Parameters
    ----------
    equations : Equations
        The model's.
    data : DataFrame, xarray.Dataset or mapping
        One column per observed variable, of shape (unit, ...), under the variable's name: numbers,
        or labels of the model's coords. Other columns are kept beside them.
    parameters : mapping of str to ndarray, optional
        Those that are known: the evidence must then be possible under them.
    allow_missing : bool
        Whether a mechanism's column may lack some values (NaN).
    own : mapping of str to ndarray
        What the model's author gave as observed, of variables without a column.
    whole : bool
        Whether each ``pm.Data`` of units must have a column, however many units there are.
    held : bool
        Whether nobody else can change the columns, so that they need no copy.

    Returns
    -------
    Evidence

    Raises
    ------
    DataError
        If no column is known, one is no mechanism's, is not numeric, has missing or infinite
        values, the wrong length, values that its family cannot take or codes beyond what they
        index; if there are no rows, or two rows have one label, or one has none; if a ``pm.Data``
        of the model has no column.
    """
    columns_given = named(data, equations)
    if not columns_given:
        raise DataError("the data have no columns; give one per observed variable of the model")
    own_columns, others = parted(columns_given, equations)
    for name in own_columns:
        _check_name(equations, name)
    columns, labels = aligned(own_columns, equations)
    columns, levels = with_levels(equations, own_columns, columns)
    kept = beside(others, labels, columns, equations)
    levels |= {n: c for n in kept if (c := categories_of(others[n])) is not None}
    columns |= _own(equations, columns, len(labels), own, whole)
    missing_values: dict[str, NDArray[np.bool_]] = {}
    checked = {}
    for name, values in columns.items():
        ours = held and name in own_columns
        values, gaps = _check_values(equations, name, values, len(labels), ours)
        checked[name] = in_file(values) if ours else values
        let_go(values)
        if gaps.any():
            missing_values[name] = gaps
    if missing_values and not allow_missing:
        name, gone = next(iter(missing_values.items()))
        raise DataError(
            f"the column {name!r} is missing (NaN) for {int(gone.sum())} of {gone.size} values; "
            "condition(pm.do(model, parameters), data) infers them, or drop those units"
        )
    known = Known(equations, {**(parameters or {}), **checked}, len(labels))
    check_indices(known)
    for name in checked:
        if equations[name].kind == "random":
            check_support(known, name, f"the column {name!r} holds", DataError)
            let_go(checked[name])
    full = {n: v for n, v in known.values.items() if n not in missing_values}
    check_domains(Known(equations, full, len(labels)), list(equations.mechanisms), DataError)
    for values in checked.values():
        let_go(values)
    return Evidence(
        MappingProxyType(checked),
        labels,
        MappingProxyType(missing_values),
        MappingProxyType(kept),
        MappingProxyType(levels),
    )


def _own(
    equations: Equations,
    columns: Mapping[str, Any],
    units: int,
    observed: Mapping[str, NDArray[Any]],
    whole: bool,
) -> dict[str, NDArray[Any]]:
    """Return what the model itself holds of its units, where the data have no column of it."""
    data = [n for n in equations.unit_data if n not in columns]
    if data and (whole or units != equations.length(equations.unit)):
        raise DataError(_lacking(equations, data, units))
    held = {n: v for n, v in observed.items() if n not in columns}
    if other := [n for n, v in held.items() if len(v) != units]:
        raise DataError(
            f"the model observes {other[0]!r} for {len(held[other[0]])} units, and the data have "
            f"{units}; give its column too"
        )
    return held | {n: np.asarray(equations.model[n].get_value(borrow=True)) for n in data}


def _lacking(equations: Equations, data: Sequence[str], units: int) -> str:
    """Return what to do about a ``pm.Data`` of units that has no column."""
    unit, model = equations.unit, equations.model
    dims = model.named_vars_to_dims
    lengths = {
        model[n].get_value(borrow=True).shape[dims[n].index(unit)] if unit in dims.get(n, ()) else 0
        for n in data
    }
    if lengths == {units} and units != equations.length(unit):
        return (
            f"the model's data {list(data)} have no column, and hold {units} values where coords "
            f"name {equations.length(unit)}: add the columns, or write the model with "
            f"coords={{{unit!r}: range({units})}}, and its values are read row by row"
        )
    return f"the model's data {list(data)} have no column; add them, of {units} values each"


def _check_name(equations: Equations, name: str) -> None:
    if name in equations.parameters:
        cure = f"rename the column, data.rename(columns={{{name!r}: {name + '_column'!r}}})"
        if equations.unit == "__obs__":  # as bambi calls it, which names coefficients by columns
            cure = "of a bambi model give the model itself, not its backend.model"
        raise DataError(
            f"the data have a column {name!r}, which is a parameter of the model (it has no "
            f"{equations.unit!r} dimension); only mechanisms are observed: {cure}"
        )
    if equations[name].kind == "deterministic":
        raise DataError(
            f"the data have a column {name!r}, which the model computes (a Deterministic); "
            "observe the mechanisms that it is computed from"
        )


def _check_values(
    equations: Equations, name: str, values: NDArray[Any], units: int, held: bool
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return a column in the variable's type, and where it has no value."""
    equation = equations[name]
    values = plain(values)
    if values.dtype.kind == "O" and any(isinstance(v, list | tuple) for v in values.ravel()):
        raise DataError(
            f"the column {name!r} is ragged: its rows differ in length; give each unit as many "
            "values"
        )
    if values.dtype.kind not in "biuf":
        raise DataError(
            f"the column {name!r} holds {values.dtype}, not numbers (first value: "
            f"{values.ravel()[0]!r}); encode it first, for categories as codes 0, 1, ..."
        )
    if values.ndim != equation.expression.ndim or len(values) != units:
        raise DataError(
            f"the column {name!r} has shape {values.shape}; the model's variable has dimensions "
            f"{equation.dims} and there are {units} units"
        )
    kind = equation.expression.dtype
    if values.dtype == kind and _all_finite(values):
        kept = held and values.flags.c_contiguous
        return values if kept else np.array(values, order="C"), NO_GAPS
    endless = np.isinf(values)
    if endless.any() and not is_limit(equations, name):
        count = int(endless.sum())
        raise DataError(
            f"the column {name!r} is infinite for {count} of {values.size} values; drop those units"
        )
    if (np.abs(np.where(endless, 0.0, values)) > LARGEST).any():
        raise DataError(
            f"the column {name!r} holds numbers beyond {LARGEST:g}, whose squares no float holds; "
            "give it in another unit"
        )
    gaps = np.isnan(values)
    if gaps.any():
        check_inferable(equations, name, gaps)
    values = filled(values, gaps)
    what = f"the column {name!r} holds"
    finite = converted(np.where(endless, 0, values), kind, what, DataError)
    return np.ascontiguousarray(np.where(endless, values, finite), dtype=kind), gaps


def _all_finite(values: NDArray[Any]) -> bool:
    """Return whether all values and their squares are finite: in one pass, where a sum tells."""
    if values.dtype.kind != "f":
        return True
    flat = values.ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.dot(flat, flat)) or are_finite(values))
