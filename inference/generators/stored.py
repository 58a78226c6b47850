"""A generator as a tree of arrays and texts, which netCDF keeps and nothing can run from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import DataError
from ..inputs.input_files import reading
from ..posterior.checksum import check_groups, check_seal
from .columns import Column
from .covariates import Covariates
from .derived import Derived
from .kinds import KINDS
from .laws import LAWS
from .margins import Margin
from .mechanisms import GROUPS, Mechanism
from .mixture import Draws
from .terms import Levels, Ordered, Terms

__all__ = ["load_parts", "parts_of", "save_tree", "tree_of"]

FORMAT = 2
ROLES = ("treatment", "outcome")


def tree_of(parts: Mapping[str, Any]) -> xr.DataTree:
    """Return the tree of a generator's attributes, given by their names.

    Its group ``posterior`` has the draws, of dims chain and draw, as ArviZ reads them; its group
    ``table`` has what is known of the columns.
    """
    law: Covariates = parts["law_of_covariates"]
    posterior = _draws_out(law)
    table: dict[str, Any] = {}
    described: dict[str, Any] = {"order": parts["order"], "notices": parts["notices"]}
    described["covariates"] = [
        _column_out(column, f"covariate_{k}", table) for k, column in enumerate(law.columns)
    ]
    described["derived"] = [
        _derived_out(d, f"derived_{k}", table) for k, d in enumerate(law.derived)
    ]
    for role in ROLES:
        column, mechanism = parts[f"{role}_column"], parts[f"mechanism_of_{role}"]
        described[role] = None if column is None else _column_out(column, role, table)
        if mechanism is not None:
            posterior |= {
                f"{role}_coefficients": (("draw", f"{role}_term"), mechanism.coefficients),
                f"{role}_scale": (("draw",), mechanism.scales),
                f"{role}_shrinkage": (("draw", "group"), mechanism.shrinkage),
            }
            described[f"{role}_mechanism"] = _mechanism_out(mechanism, role, table)
    table["description"] = ((), json.dumps(described))
    scores = [column.name for column in law.columns if column.margin is not None]
    coords = {"score": scores, "group": list(GROUPS[1:])}
    kept = xr.Dataset(posterior, coords=coords).expand_dims(chain=[0])
    groups = {"posterior": kept, "traces": law.traces, "table": xr.Dataset(table)}
    tree = xr.DataTree.from_dict(groups)
    tree.attrs["ifonly_generator"] = FORMAT
    return tree


def parts_of(tree: xr.DataTree) -> dict[str, Any]:
    """Return a generator's attributes from its tree; whatever is wrong with it raises."""
    table = tree["table"].to_dataset()
    posterior = tree["posterior"].to_dataset().isel(chain=0)
    described = json.loads(str(table["description"].item()))
    columns = tuple(
        _column_in(c, f"covariate_{k}", table) for k, c in enumerate(described["covariates"])
    )
    coded = [f"levels_{k}" for k in range(sum(len(c.sizes) for c in columns))]
    draws = Draws(
        posterior["weights"].to_numpy(),
        posterior["means"].to_numpy(),
        posterior["factors"].to_numpy(),
        tuple(posterior[name].to_numpy() for name in coded),
    )
    parts: dict[str, Any] = {
        "law_of_covariates": Covariates(
            columns,
            draws,
            tuple(posterior[f"margin_{k}"].to_numpy() for k in range(posterior.sizes["score"])),
            tuple(
                _derived_in(d, f"derived_{k}", columns, table)
                for k, d in enumerate(described["derived"])
            ),
            tree["traces"].to_dataset(),
        ),
        "order": tuple(map(str, described["order"])),
        "notices": tuple(map(str, described["notices"])),
    }
    for role in ROLES:
        given, mechanism = described[role], described.get(f"{role}_mechanism")
        parts[f"{role}_column"] = None if given is None else _column_in(given, role, table)
        parts[f"mechanism_of_{role}"] = (
            None if mechanism is None else _mechanism_in(mechanism, role, columns, tree)
        )
    return parts


def _mechanism_in(
    described: Any, role: str, columns: tuple[Column, ...], tree: xr.DataTree
) -> Mechanism:
    posterior = tree["posterior"].to_dataset().isel(chain=0)
    return Mechanism(
        _one_of(described["law"], LAWS),
        _terms_in(described, role, columns, tree["table"].to_dataset()),
        bool(described["treated"]),
        float(described["spread"]),
        *(
            posterior[f"{role}_{part}"].to_numpy()
            for part in ("coefficients", "scale", "shrinkage")
        ),
    )


def save_tree(tree: xr.DataTree, path: str | os.PathLike[str]) -> None:
    """Write a generator's tree with a seal; the file appears whole or not at all.

    Parameters
    ----------
    tree : xr.DataTree
    path : str or os.PathLike[str]
    """
    from ..posterior.stored import write  # which loads PyMC

    write(tree, path)


def load_parts(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return a generator's attributes from its file.

    Raises
    ------
    DataError
        If there is no such file, or it is damaged or no saved generator.
    """
    with reading(path, "saved generator") as found:
        check_seal(found, "saved generator")
        check_groups(found)
        with xr.open_datatree(found, engine="h5netcdf") as file:
            tree = file.load()
        if tree.attrs["ifonly_generator"] != FORMAT:
            raise DataError(
                f"{path} has format {tree.attrs['ifonly_generator']}; this reads {FORMAT}"
            )
        return parts_of(tree)


def _draws_out(law: Covariates) -> dict[str, Any]:
    draws = law.draws
    component = ("draw", "component")
    out: dict[str, Any] = {
        "weights": (component, draws.weights),
        "means": ((*component, "score"), draws.means),
        "factors": ((*component, "score", "score_bis"), draws.factors),
    }
    for k, counts in enumerate(law.margins):
        out[f"margin_{k}"] = (("draw", f"value_{k}"), counts)
    for k, levels in enumerate(draws.levels):
        out[f"levels_{k}"] = ((*component, f"level_{k}"), levels)
    return out


def _column_out(column: Column, key: str, table: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "dtype": _dtype_out(column.dtype),
        "levels": column.levels,
        "gaps": column.gaps,
    }
    if column.margin is not None:
        table[f"{key}_values"] = (f"{key}_value", column.margin.values)
        table[f"{key}_counts"] = (f"{key}_value", column.margin.counts)
        out["decimals"] = column.margin.decimals
    return out


def _column_in(given: Mapping[str, Any], key: str, table: xr.Dataset) -> Column:
    margin = None
    if "decimals" in given:
        values, counts = (table[f"{key}_{what}"].to_numpy() for what in ("values", "counts"))
        margin = Margin(values, counts, int(given["decimals"]))
    kind = _one_of(given["kind"], KINDS)
    dtype, levels = _dtype_in(given["dtype"]), tuple(given["levels"])
    return Column(str(given["name"]), kind, dtype, levels, margin, bool(given["gaps"]))


def _derived_out(derived: Derived, key: str, table: dict[str, Any]) -> dict[str, Any]:
    for what in ("keys", "values", "weights"):
        size = f"{key}_weight" if what == "weights" else f"{key}_key"
        table[f"{key}_{what}"] = (size, getattr(derived, what))
    return {
        "column": _column_out(derived.column, f"{key}_column", table),
        "parents": [parent.name for parent in derived.parents],
    }


def _derived_in(
    given: Mapping[str, Any], key: str, columns: tuple[Column, ...], table: xr.Dataset
) -> Derived:
    known = {column.name: column for column in columns}
    arrays = (table[f"{key}_{what}"].to_numpy() for what in ("keys", "values", "weights"))
    column = _column_in(given["column"], f"{key}_column", table)
    return Derived(column, tuple(known[n] for n in given["parents"]), *arrays)


def _dtype_out(dtype: Any) -> Any:
    if not isinstance(dtype, pd.CategoricalDtype):
        return str(dtype)
    labels = dtype.categories
    return {"of": str(labels.dtype), "labels": labels.tolist(), "ordered": bool(dtype.ordered)}


def _dtype_in(given: Any) -> Any:
    if isinstance(given, str):
        return pd.api.types.pandas_dtype(given)
    labels = pd.Index(given["labels"], dtype=given["of"])
    return pd.CategoricalDtype(labels, ordered=given["ordered"])


def _mechanism_out(mechanism: Mechanism, role: str, table: dict[str, Any]) -> dict[str, Any]:
    terms = mechanism.terms
    table[f"{role}_pairs"] = ((f"{role}_pair", "side"), terms.pairs)
    table[f"{role}_centre"] = (f"{role}_line", terms.centre)
    table[f"{role}_spread"] = (f"{role}_line", terms.spread)
    parts = [
        [part.column.name, part.centre, part.spread, part.knots.tolist()]
        if isinstance(part, Ordered)
        else [part.column.name]
        for part in terms.parts
    ]
    return {
        "law": mechanism.law,
        "treated": mechanism.treated,
        "spread": mechanism.spread,
        "parts": parts,
    }


def _terms_in(
    given: Mapping[str, Any], role: str, columns: tuple[Column, ...], table: xr.Dataset
) -> Terms:
    known = {column.name: column for column in columns}
    parts = tuple(
        Ordered(known[name], float(rest[0]), float(rest[1]), np.array(rest[2], dtype=np.float64))
        if rest
        else Levels(known[name])
        for name, *rest in given["parts"]
    )
    pairs, centre, spread = (
        table[f"{role}_{what}"].to_numpy() for what in ("pairs", "centre", "spread")
    )
    return Terms(parts, pairs.astype(np.int64), centre, spread)


def _one_of[T](given: Any, known: tuple[T, ...]) -> T:
    return known[known.index(given)]
