"""Evidence: the observed columns, checked against the model before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pymc.pytensorf import constant_fold
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import ancestors
from pytensor.tensor.subtensor import AdvancedSubtensor

from .equations import Equations
from .errors import DataError, ModelError, unknown
from .form import family_name, structural_form

__all__ = ["Data", "Evidence", "outside_support", "read_evidence"]

Data = pd.DataFrame | xr.Dataset | Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is seen of each unit.

    Attributes
    ----------
    columns : mapping of str to array of shape (unit, ...)
        Values of mechanisms, and of ``pm.Data`` with the unit dimension.
    labels : array of shape (unit,)
        One distinct label per unit.
    """

    columns: Mapping[str, NDArray[Any]]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.labels)


def read_evidence(equations: Equations, data: Data) -> Evidence:
    """Return `data` as evidence for the model.

    Parameters
    ----------
    equations : Equations
        The model's.
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column per observed variable, of shape (unit, ...), under the variable's name.

    Returns
    -------
    Evidence

    Raises
    ------
    DataError
        If a column is unknown, is no mechanism's, is not numeric, has missing or infinite values,
        the wrong length or values that its family cannot take; if there are no rows, or two rows
        have one label; if a ``pm.Data`` of the model has no column.
    """
    columns, labels = _columns(data, equations)
    if not columns:
        raise DataError("the data have no columns; give one per observed variable of the model")
    for name in columns:
        _check_name(equations, name)
    if len(labels) == 0:
        raise DataError("the data have no rows")
    if len(set(labels.tolist())) < len(labels):
        twice = pd.Index(labels)[pd.Index(labels).duplicated()][0]
        raise DataError(
            f"two rows have the unit label {twice!r}; labels must be distinct "
            "(for a DataFrame: data.reset_index(drop=True))"
        )
    missing = sorted(set(equations.unit_data) - set(columns))
    if missing and len(labels) != _own_length(equations):
        raise DataError(f"the model's data {missing} have no column; add them")
    checked = {
        name: _check_values(equations, name, np.asarray(values), len(labels))
        for name, values in columns.items()
    }
    return Evidence(MappingProxyType(checked), labels)


def _columns(data: Data, equations: Equations) -> tuple[dict[str, Any], NDArray[Any]]:
    """Return the columns and the unit labels of any accepted container."""
    unit = equations.unit
    if isinstance(data, pd.DataFrame):
        for axis, what in ((data.columns, "columns"), (data.index, "rows")):
            if axis.nlevels > 1:
                raise DataError(
                    f"the data's {what} have labels of {axis.nlevels} levels (a MultiIndex); give "
                    "each one name (data.reset_index() makes columns of row labels)"
                )
        if data.columns.duplicated().any():
            twice = data.columns[data.columns.duplicated()][0]
            raise DataError(f"the column {twice!r} is there twice; drop one")
        return {str(c): data[c].to_numpy() for c in data.columns}, data.index.to_numpy()
    if isinstance(data, xr.Dataset):
        if unit not in data.sizes:
            raise DataError(f"the dataset has no dimension {unit!r}; it has {list(data.sizes)}")
        for name, values in data.items():
            if unit not in values.dims:
                raise DataError(
                    f"the dataset's {str(name)!r} has no dimension {unit!r} (it has "
                    f"{list(values.dims)}), so it is no column; drop it"
                )
        columns = {str(n): _ordered(v, equations) for n, v in data.items()}
        return columns, data[unit].to_numpy()
    if isinstance(data, Mapping):
        arrays = {str(name): _array(str(name), values) for name, values in data.items()}
        if any(a.ndim == 0 for a in arrays.values()):
            scalar = next(n for n, a in arrays.items() if a.ndim == 0)
            raise DataError(f"the column {scalar!r} is a single value, not one per unit")
        lengths = {n: len(a) for n, a in arrays.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(f"the columns have different lengths: {lengths}")
        return arrays, np.arange(next(iter(lengths.values()), 0))
    raise DataError(
        f"data must be a pandas DataFrame, an xarray Dataset or a dict, not {type(data).__name__}"
    )


def _array(name: str, values: Any) -> NDArray[Any]:
    try:
        return np.asarray(values)
    except ValueError:
        raise DataError(
            f"the column {name!r} is ragged: its rows differ in length; give each unit as many "
            "values"
        ) from None


def _ordered(values: xr.DataArray, equations: Equations) -> NDArray[Any]:
    """Return the values with their dimensions in the order of the model's variable."""
    name = str(values.name)
    dims = equations[name].dims if name in equations else ()
    if set(dims) == set(values.dims):
        return values.transpose(*dims).to_numpy()
    return values.transpose(equations.unit, ...).to_numpy()


def _own_length(equations: Equations) -> int:
    return int(equations.dim_lengths[equations.unit].eval())


def _check_name(equations: Equations, name: str) -> None:
    if name not in equations:
        known = [*equations.mechanisms, *equations.unit_data]
        raise DataError(unknown("the data have a column", name, known) + "; or drop the column")
    if name in equations.parameters:
        raise DataError(
            f"the data have a column {name!r}, which is a parameter of the model (it has no "
            f"{equations.unit!r} dimension); only mechanisms are observed"
        )
    if equations[name].kind == "deterministic":
        raise DataError(
            f"the data have a column {name!r}, which the model computes (a Deterministic); "
            "observe the mechanisms that it is computed from"
        )


def _check_values(
    equations: Equations, name: str, values: NDArray[Any], units: int
) -> NDArray[Any]:
    equation = equations[name]
    if values.dtype.kind == "O" and not any(isinstance(v, str) for v in values.ravel()):
        with suppress(TypeError, ValueError):
            values = values.astype(np.float64)
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
    finite = np.isfinite(values)
    if not finite.all():
        bad = values[~finite][0]
        what = "is missing (NaN)" if np.isnan(bad) else "is infinite"
        raise DataError(
            f"the column {name!r} {what} for {int((~finite).sum())} of {values.size} values; "
            "drop those units or complete them first"
        )
    if np.dtype(equation.expression.dtype).kind in "iub":
        _check_index(equations, name, values)
    if equation.kind == "random":
        _check_support(equation.expression, name, values)
    return np.ascontiguousarray(values.astype(equation.expression.dtype))


def _check_support(rv: Any, name: str, values: NDArray[Any]) -> None:
    """Raise where `values` lie outside what the family can give, as far as numbers tell."""
    whole = np.dtype(rv.dtype).kind in "iub"
    if whole and (np.asarray(values) != np.floor(values)).any():
        bad = values[values != np.floor(values)][0]
        raise DataError(f"the column {name!r} holds {bad}, but {family_name(rv)} is integer")
    if found := outside_support(rv, values):
        bad, word, bound = found
        raise DataError(
            f"the column {name!r} holds {bad}, outside the support of {family_name(rv)} "
            f"(its {word} value is {bound:g})"
        )


def outside_support(rv: Any, values: NDArray[Any]) -> tuple[Any, str, float] | None:
    """Return a value that the family of `rv` cannot give, and which bound it breaks, or None.

    Only bounds that are numbers tell; those that depend on other variables are not looked at.
    """
    try:
        form = structural_form.of(rv)
    except ModelError:
        return None
    tests = (("least", np.less), ("greatest", np.greater))
    for bound, (word, beyond) in zip(form.bounds(*form.parameters(rv)), tests, strict=True):
        number = bound
        if isinstance(bound, Variable):
            [number] = constant_fold([bound], raise_not_constant=False)
        if number is None or isinstance(number, Variable) or np.size(number) != 1:
            continue
        number = np.asarray(number).item()
        if (broken := beyond(values, number)).any():
            return np.asarray(values)[broken].flat[0].item(), word, number
    return None


def _check_index(equations: Equations, name: str, values: NDArray[Any]) -> None:
    """Raise where integer `values` that index a parameter reach beyond it: nothing else would."""
    if (values != np.floor(values)).any():
        bad = values[values != np.floor(values)][0]
        raise DataError(f"the column {name!r} holds {bad!r}, but the model's variable is integer")
    symbol = equations[name].symbol
    tables = {e.symbol: e.dims for e in equations.values() if e.dims}
    for equation in equations.values():
        for node in ancestors([equation.expression], blockers=list(tables)):
            owner = node.owner
            if owner is None or not isinstance(owner.op, AdvancedSubtensor):
                continue
            table, *indices = owner.inputs
            if indices[:1] != [symbol] or table not in tables:
                continue
            length = int(equations.dim_lengths[tables[table][0]].eval())
            if values.min() < 0 or values.max() >= length:
                raise DataError(
                    f"the column {name!r} holds codes {values.min():g} to {values.max():g}, but it "
                    f"indexes {table.name!r}, which has {length}; codes run from 0 to {length - 1}"
                )
