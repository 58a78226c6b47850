"""A fit that exists already, as a posterior: draws are matched to the model's own variables."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors

from ..errors import DataError, unknown
from ..inputs.arrays import converted
from ..inputs.containers import ordered
from ..inputs.input_files import check_input, reading
from ..inputs.optional import load
from ..inputs.scalars import LARGEST, are_finite
from ..scm.equations import Equation, Equations
from ..scm.evidence import Data, Evidence
from ..scm.formula import is_formula, of_formula
from ..scm.known import Known
from ..scm.observe import observe
from ..scm.written import as_written
from .backsolved import backsolved
from .flat import flat

__all__ = ["OwnFit", "opened", "own_fit"]

LOG = logging.getLogger("ifonly")
OVER = ("chain", "draw")
# What rounds differently between a sampler's compiled code and Python.
CLOSE = 1e-4


@dataclass(frozen=True, eq=False)
class OwnFit:
    """A fit, matched to its model.

    Attributes
    ----------
    original : Equations
        Of the model with nothing observed.
    observed : Equations
        Of the model with the evidence's units, its mechanisms observed.
    idata : xarray.DataTree
        The fit, its posterior's variables as the model has them.
    evidence : Evidence
    sampler : str
        Whose draws they are, as the fit says.
    """

    original: Equations
    observed: Equations
    idata: xr.DataTree
    evidence: Evidence
    sampler: str


def own_fit(model: pm.Model, idata: Any, data: Data | None, unit: str) -> OwnFit:
    """Return a fit matched to its model, by name, dims and labels.

    Parameters
    ----------
    model : pm.Model or bambi.Model
    idata : xarray.DataTree, xarray.Dataset, mapping of str to Dataset, or path
        With the group ``posterior``; its variables have the dims chain and draw.
    data : DataFrame, Dataset, mapping or None
        What was observed; None where the model says so itself.
    unit : str

    Returns
    -------
    OwnFit

    Raises
    ------
    DataError
        If the fit lacks a parameter, has one of another shape, or does not belong to this model and
        data.
    """
    tree = opened(idata)
    if is_formula(model):
        formula = of_formula(model)
        model, tree = formula.model, tree.copy()
        tree["posterior"] = xr.DataTree(formula.draws(tree["posterior"].to_dataset()))
    written = as_written(model, unit, data)
    evidence = written.evidence(data, allow_missing=True)
    _, equations = observe(written.model, evidence, written.unit)
    posterior = tree["posterior"].to_dataset()
    _check_observed(tree, evidence)
    _check_centred(posterior, equations, evidence)
    unknowns = [
        n
        for n, e in equations.items()
        if e.kind == "random" and (n not in evidence.columns or n in evidence.gaps)
    ]
    taken = {n: _matched(equations, posterior[n], n) for n in unknowns if n in posterior}
    computed = {
        n: _matched(equations, posterior[n], n)
        for n, e in equations.items()
        if e.kind == "deterministic" and n in posterior and e.expression.dtype != "bool"
    }
    for name in [n for n in unknowns if n not in taken]:
        if (found := backsolved(equations, name, _flat(taken), _flat(computed))) is not None:
            shape = (posterior.sizes["chain"], posterior.sizes["draw"], *found.shape[1:])
            taken[name] = _labelled(equations, name, found.reshape(shape))
    _say(_missing(equations, unknowns, taken, posterior), posterior, equations)
    _check_computed(equations, evidence, taken, computed)
    whole = tree.copy()
    whole["posterior"] = xr.DataTree(xr.Dataset({**computed, **taken}, attrs=posterior.attrs))
    sampler = str(posterior.attrs.get("inference_library", "an own fit"))
    return OwnFit(written.equations, equations, whole, evidence, sampler)


def opened(idata: Any) -> xr.DataTree:
    """Return a fit as a tree in memory, from whatever holds it.

    Parameters
    ----------
    idata : xarray.DataTree, xarray.Dataset, mapping of str to Dataset, or path
        A path is that of a netCDF file, or of a Zarr folder or archive.

    Raises
    ------
    DataError
        If there is no posterior with chains and draws in it.
    """
    if isinstance(idata, str | os.PathLike):
        idata = _read(Path(idata))
    if isinstance(idata, xr.Dataset):
        idata = {"posterior": idata}
    if isinstance(idata, Mapping) and not isinstance(idata, xr.DataTree):
        whole = xr.DataTree | xr.Dataset
        try:
            groups = {n: g if isinstance(g, whole) else xr.Dataset(g) for n, g in idata.items()}
        except (TypeError, ValueError) as error:
            raise DataError(f"a group of the fit is no Dataset: {error}") from None
        idata = xr.DataTree.from_dict({str(n): g for n, g in groups.items()})
    if not isinstance(idata, xr.DataTree):
        raise DataError(
            f"a fit is an ArviZ DataTree or the path of its file, not {type(idata).__name__}; "
            "of an older InferenceData give the file that its to_netcdf wrote"
        )
    if "posterior" not in idata.children:
        raise DataError(f"the fit has no group 'posterior'; it has {sorted(idata.children)}")
    lacking = [d for d in OVER if d not in idata["posterior"].sizes]
    if lacking:
        raise DataError(
            f"the fit's posterior has no dimension {lacking[0]!r}; it has "
            f"{sorted(map(str, idata['posterior'].sizes))}"
        )
    if not all(idata["posterior"].sizes[d] for d in OVER):
        raise DataError("the fit's posterior has no draw; sample it again")
    return idata


def _read(path: Path) -> xr.DataTree:
    how: dict[str, Any] = {"engine": "h5netcdf"}
    if check_input(path, folder=True).is_dir() or path.suffix in (".zarr", ".zip"):
        load("zarr", "zarr")
        how = {"engine": "zarr", "consolidated": False}
    with (
        reading(path, "ArviZ file, netCDF or Zarr", folder=True) as found,
        xr.open_datatree(found, **how) as file,
    ):
        return file.load()


def _matched(equations: Equations, draws: xr.DataArray, name: str) -> xr.DataArray:
    """Return the draws of a variable with the model's dims and labels, in its shape and type."""
    what, equation = f"the fit's {name!r}", equations[name]
    lacking = [d for d in OVER if d not in draws.dims]
    if lacking:
        raise DataError(f"{what} has no dimension {lacking[0]!r}; it has {list(draws.dims)}")
    draws = draws.transpose(*OVER, ...)
    own = [str(d) for d in draws.dims if d not in OVER]
    shape = [n for d, n in draws.sizes.items() if d not in OVER]
    dims = equation.dims or tuple(f"{name}_dim_{k}" for k in range(equation.expression.ndim))
    coords = {d: equations.model.coords.get(d) for d in dims}
    values: Any = draws
    if len(own) == len(dims) and not set(own) & set(coords):
        values = draws.to_numpy()  # dims that have no names are what they are by position
    array = np.asarray(ordered(values, dict.fromkeys(OVER) | coords, what, DataError))
    wanted = _lengths(equations, equation)
    if array.ndim - 2 != len(wanted) or any(
        n not in (None, m) for n, m in zip(wanted, array.shape[2:], strict=True)
    ):
        model = ", ".join("?" if n is None else str(n) for n in wanted)
        raise DataError(
            f"{what} has shape {tuple(shape)}, dimensions {own}; the model's has shape "
            f"({model}), dimensions {list(equation.dims)}"
        )
    if array.dtype.kind not in "biuf":
        raise DataError(f"{what} holds {array.dtype}, not numbers")
    if not are_finite(array):
        wild = int((~(np.abs(array.astype(float)) <= LARGEST)).sum())
        raise DataError(f"{what} is NaN, infinite or beyond {LARGEST:g} for {wild} draws")
    array = converted(array, equation.expression.dtype, f"{what} holds", DataError)
    return _labelled(equations, name, array)


def _lengths(equations: Equations, equation: Equation) -> list[int | None]:
    dims = equation.dims or (None,) * equation.expression.ndim
    return [
        equations.length(d) if d is not None and equations.named(d) else n
        for d, n in zip(dims, equation.expression.type.shape, strict=True)
    ]


def _labelled(equations: Equations, name: str, values: NDArray[Any]) -> xr.DataArray:
    dims = equations[name].dims or tuple(f"{name}_dim_{k}" for k in range(values.ndim - 2))
    coords: dict[str, Any] = {d: np.arange(n) for d, n in zip(OVER, values.shape, strict=False)}
    for d in dims:
        if (labels := equations.model.coords.get(d)) is not None:
            coords[d] = list(labels)
    return xr.DataArray(values, dims=(*OVER, *dims), coords=coords, name=name)


def _flat(draws: Mapping[str, xr.DataArray]) -> dict[str, NDArray[Any]]:
    return {n: flat(v) for n, v in draws.items()}


def _missing(
    equations: Equations, unknowns: list[str], taken: Mapping[str, Any], posterior: xr.Dataset
) -> list[str]:
    """Return the latents that the fit lacks; a parameter that it lacks is refused."""
    missing = [n for n in unknowns if n not in taken]
    parameters = [n for n in missing if n in equations.parameters]
    if parameters:
        more = f" ({len(parameters)} such)" if len(parameters) > 1 else ""
        raise DataError(
            unknown(
                "the fit has no draws of the model's parameter", parameters[0], map(str, posterior)
            ).replace("which does not exist; there is", f"by that name{more}; it has")
        )
    return missing


def _say(latents: list[str], posterior: xr.Dataset, equations: Equations) -> None:
    extra = [str(n) for n in posterior.data_vars if n not in equations]
    if extra:
        LOG.warning("the fit's %s: no variables of the model, left out", ", ".join(extra))
    if latents:
        LOG.warning(
            "the fit has no draws of the latents %s: what reads them cannot be asked",
            ", ".join(latents),
        )


def _check_observed(tree: xr.DataTree, evidence: Evidence) -> None:
    """Refuse a fit that says it saw other data."""
    if "observed_data" not in tree.children:
        return
    seen = tree["observed_data"].to_dataset()
    for name, values in evidence.columns.items():
        if name not in seen or name in evidence.gaps:
            continue
        theirs = seen[name].to_numpy()
        if theirs.shape != values.shape or not np.allclose(theirs, values, equal_nan=True):
            raise DataError(
                f"the fit observed other values of {name!r} than the data hold; give the data "
                "that it was made with, in the same order"
            )


def _check_centred(posterior: xr.Dataset, equations: Equations, evidence: Evidence) -> None:
    """Refuse what bambi changed after sampling: the intercept of centred predictors."""
    if posterior.attrs.get("modeling_interface") != "bambi":
        return
    graphs = [equations[n].expression for n in equations if equations.has_units(n)]
    for v in ancestors(graphs):
        if isinstance(v, Constant) and np.shape(v.data)[:-1] == (len(evidence),):
            table = np.asarray(v.data, dtype=float)
            if np.all(np.abs(table.mean(axis=0)) <= 1e-9 * (table.std(axis=0) + 1e-300)):
                raise DataError(
                    "bambi moves the intercept after sampling, so that its draws are not those of "
                    "its backend.model; give the bambi model itself"
                )


def _check_computed(
    equations: Equations,
    evidence: Evidence,
    taken: Mapping[str, xr.DataArray],
    computed: Mapping[str, xr.DataArray],
) -> None:
    """Refuse draws that give other Deterministics than the fit's."""
    columns = {n: v for n, v in evidence.columns.items() if n not in evidence.gaps}
    first = {n: flat(v)[0] for n, v in taken.items()}
    known = Known(equations, {**columns, **first}, len(evidence))
    found = known.evaluated(*(equations[n].expression for n in computed))
    for (name, draws), value in zip(computed.items(), found, strict=True):
        theirs = flat(draws)[0]
        if value is not None and not np.allclose(value, theirs, rtol=CLOSE, atol=CLOSE):
            raise DataError(
                f"the fit's {name!r} is not what this model computes from the fit's own draws: the "
                "fit is of another model, or its draws were changed after sampling"
            )
