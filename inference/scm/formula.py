"""A model of bambi as plain PyMC: the columns of its formula are data, which `do` can set.

Bambi writes the columns of a formula into the model as a matrix of numbers, and calls coefficients
by the names of their columns. Here the columns have their names back, and a coefficient of such a
name is called ``b_<name>``, as in brms. What is no column, no level and no product of these, such
as ``np.log(x)``, stays a number, and the columns that it reads cannot be set.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import xarray as xr
from numpy.typing import NDArray
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ..errors import DataError
from ..symbolic.replace import substituted
from .equations import Equations

__all__ = ["Formula", "is_formula", "of_formula"]

LOG = logging.getLogger("ifonly")
UNIT = "__obs__"


@dataclass(frozen=True, eq=False)
class Formula:
    """A model of bambi, as plain PyMC.

    Attributes
    ----------
    model : pm.Model
    renamed : mapping of str to str
        From bambi's names of coefficients to the model's.
    centres : mapping of str to (list of str, array of shape (column,))
        By intercept: bambi's coefficients of the columns that it centres, and the columns' means.
    """

    model: pm.Model
    renamed: Mapping[str, str]
    centres: Mapping[str, tuple[list[str], NDArray[np.float64]]]

    def draws(self, posterior: xr.Dataset) -> xr.Dataset:
        """Return draws of bambi's model as those of this one.

        Parameters
        ----------
        posterior : xarray.Dataset
            Dims: chain, draw, and each parameter's own. What ``fit`` returned has its intercepts
            moved to uncentred columns, and says by its attributes that bambi made it.

        Raises
        ------
        DataError
            If an intercept cannot be moved back.
        """
        found = posterior.copy()
        moved = found.attrs.pop("modeling_interface", "") == "bambi"
        for intercept, (names, means) in self.centres.items() if moved else ():
            there = [n for n in names if n in found]
            parts = [found[n].transpose("chain", "draw", ...).to_numpy() for n in there]
            flat = [v.reshape(*v.shape[:2], -1) for v in parts]
            if intercept not in found or sum(v.shape[-1] for v in flat) != len(means):
                raise DataError(
                    f"bambi moved the intercept {intercept!r} after sampling, and it cannot be "
                    "moved back; build the model with center_predictors=False"
                )
            back = np.concatenate(flat, axis=-1) @ means
            found[intercept] = found[intercept] + xr.DataArray(back, dims=("chain", "draw"))
        return found.rename({n: new for n, new in self.renamed.items() if n in found})


def is_formula(model: Any) -> bool:
    """Return whether this is a model of bambi."""
    return type(model).__module__.partition(".")[0] == "bambi" and hasattr(model, "backend")


def of_formula(built: Any) -> Formula:
    """Return a model of bambi as plain PyMC, its columns as data that can be set.

    Parameters
    ----------
    built : bambi.Model
        It is built where it was not; nothing else of it changes.

    Returns
    -------
    Formula
    """
    if not built.built:
        built.build()
    model, table = built.backend.model, pd.DataFrame(built.data)
    parts = [c for c in built.backend.components.values() if hasattr(c, "terms")]
    free = _free(parts, table)
    renamed = {n: f"b_{n}" for n in free if n in model.named_vars}
    levels = {n: pd.Categorical(table[n]) for n in free if not _is_number(table[n])}
    coords = {d: list(c) for d, c in model.coords.items() if c is not None}
    names = {f"{n}_level": list(v.categories) for n, v in levels.items()}
    with pm.Model(coords=coords | names) as new:
        columns = {
            n: pm.Data(n, levels[n].codes if n in levels else table[n].to_numpy(), dims=UNIT)
            for n in free
        }
        _write(model, renamed, [m for p in parts for m in _matrices(p, columns)])
    centres = {n: centre for p in parts for n, centre in _centre(p)}
    return Formula(new, renamed, centres)


def _free(parts: list[Any], table: pd.DataFrame) -> list[str]:
    """Return the columns that can be set: each term that reads them is one of columns alone."""
    plain: set[str] = set()
    rest: set[str] = set()
    for part in parts:
        of = part.component
        for term in [*of.common_terms.values(), *of.group_specific_terms.values()]:
            (plain if _symbol(term, {}) is not None else rest).update(_read(_name(term), table))
        for term in of.group_specific_terms.values():
            rest |= _read(str(term.name).partition("|")[2], table)
        for more in (of.offset_terms, of.hsgp_terms):
            for name in more:
                rest |= _read(str(name), table)
    if fixed := sorted(rest):
        LOG.warning("the formula's %s: kept as numbers, which cannot be set", ", ".join(fixed))
    return [str(n) for n in table if n in plain - rest]


def _read(text: str, table: pd.DataFrame) -> set[str]:
    words = set(re.findall(r"\w+", text))
    return {n for n in map(str, table) if n in words or (not n.isidentifier() and n in text)}


def _name(term: Any) -> str:
    return str(term.name).partition("|")[0]


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def _symbol(term: Any, columns: Mapping[str, Any]) -> Any:
    """Return the columns of a term's matrix, of `columns` where they are there, else of numbers.

    None where the term is more than columns, levels and products, and is no constant.
    """
    inner = getattr(term.term, "expr", term.term)
    data = np.asarray(term.predictor if hasattr(term, "predictor") else term.data, dtype=float)
    data = data.reshape(len(data), -1)
    components = getattr(inner, "components", [])
    if not components:
        return data if (data == 1).all() else None
    if any(type(c).__name__ != "Variable" for c in components):
        return None
    for order in (components, components[::-1]):
        if np.array_equal(reduce(_products, [_of_component(c, {}) for c in order]), data):
            return reduce(_products, [_of_component(c, columns) for c in order])
    return None


def _of_component(component: Any, columns: Mapping[str, Any]) -> Any:
    """Return the matrix of one variable of a term: itself, or the contrasts of its levels."""
    values = np.asarray(component.value, dtype=float)
    values = values.reshape(len(values), -1)
    if component.name not in columns:
        return values
    symbol = columns[component.name]
    if component.kind == "numeric":
        return pt.cast(symbol, "float64")[:, None]
    _, first = np.unique(symbol.get_value(), return_index=True)
    return pt.as_tensor(values[first])[symbol]


def _products(a: Any, b: Any) -> Any:
    """Return the products of each column of `a` with each of `b`."""
    whole = a[:, :, None] * b[:, None, :]
    return whole.reshape((whole.shape[0], -1))


def _matrices(part: Any, columns: Mapping[str, Any]) -> Iterator[tuple[NDArray[Any], Any]]:
    """Yield each matrix of numbers that bambi put into the model, and what it is of the columns."""
    of = part.component
    if of.common_terms:
        numbers = np.column_stack([t.data for t in of.common_terms.values()])
        symbols = [_symbol(t, columns) for t in of.common_terms.values()]
        whole = pt.concatenate(
            [
                pt.as_tensor(np.reshape(t.data, (len(numbers), -1)) if s is None else s)
                for t, s in zip(of.common_terms.values(), symbols, strict=True)
            ],
            axis=1,
        )
        means = _means(part)
        yield (numbers, whole) if means is None else (numbers - means, whole - means)
    for term in of.group_specific_terms.values():
        symbol = _symbol(term, columns)
        if symbol is not None and isinstance(symbol, TensorVariable):
            yield np.asarray(term.predictor), symbol


def _means(part: Any) -> NDArray[np.float64] | None:
    whole = part.design_matrix_without_intercept
    return None if whole is None else np.asarray(whole).mean(0)


def _centre(part: Any) -> Iterator[tuple[str, tuple[list[str], NDArray[np.float64]]]]:
    means, intercept = _means(part), part.component.intercept_term
    if means is not None:
        names = [str(t.alias or t.name) for t in part.component.common_terms.values()]
        yield str(intercept.alias or intercept.name), (names, means)


def _write(
    model: pm.Model, renamed: Mapping[str, str], matrices: list[tuple[NDArray[Any], Any]]
) -> None:
    """Write the variables of `model` into that of the context, with columns for numbers."""
    new = pm.modelcontext(None)
    equations = Equations(model, UNIT, needs_units=False)
    known: dict[Any, Any] = {
        equations.dim_lengths[d]: new.dim_lengths[d]
        for d in equations.dim_lengths
        if d in new.dim_lengths
    }
    for v in ancestors([e.expression for e in equations.values()]):
        for numbers, symbol in matrices:
            if isinstance(v, Constant) and _same(v.data, numbers):
                known[v] = pt.reshape(symbol, numbers.shape) if numbers.ndim < 2 else symbol
    for name, equation in equations.items():
        rv, own = model[name], renamed.get(name, name)
        dims = model.named_vars_to_dims.get(name)
        [expression] = substituted([equation.expression], known)
        if equation.kind == "random":
            how: dict[str, Any] = {"observed": model.rvs_to_values[rv]}
            if rv in model.free_RVs:
                how = {"transform": model.rvs_to_transforms[rv], "default_transform": None}
            known[equation.symbol] = new.register_rv(expression, own, dims=dims, **how)
        else:
            kind = pm.Potential if equation.kind == "potential" else pm.Deterministic
            known[equation.symbol] = kind(own, expression, dims=dims)


def _same(values: Any, numbers: NDArray[Any]) -> bool:
    return np.shape(values) == np.shape(numbers) and np.array_equal(values, numbers)
