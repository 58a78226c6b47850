"""A posterior's file: netCDF in groups, sealed by a checksum, without anything that can run."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ..errors import DataError, QueryError
from ..inputs.input_files import reading
from ..inputs.label_texts import label_text, label_value
from ..inputs.output_files import check_output, write_whole
from ..inputs.scalars import checked_seed
from ..scm.evidence import Evidence
from .beside import GROUP, with_beside
from .checksum import check_groups, check_seal, sealed

__all__ = ["FORMAT", "Stored", "as_texts", "from_texts", "is_kept", "netcdf", "read", "write"]

FORMAT = 1
# Marks labels that netCDF does not have, such as times of a zone, and are kept as texts.
TEXTS = "ifonly_label_texts"
# Years around 1970 that fit nanoseconds, as netCDF's readers count time.
CENTURIES = 290


@dataclass(frozen=True, eq=False)
class Stored:
    """What a file holds, checked.

    Attributes
    ----------
    idata : xarray.DataTree
    evidence : Evidence
    unit : str
        Name of the unit dimension.
    fingerprint : mapping
        Of the model that was conditioned.
    source : str
        Where that model can be imported from, as the file says; empty if it does not.
    """

    idata: xr.DataTree
    evidence: Evidence
    unit: str
    fingerprint: Mapping[str, Any]
    source: str


def netcdf(data: xr.DataTree | xr.Dataset | xr.DataArray) -> memoryview:
    """Return data as the bytes of a netCDF file.

    They are made in memory: HDF5 itself ends the whole process where a disk is full.

    Parameters
    ----------
    data : xarray object

    Returns
    -------
    memoryview

    Raises
    ------
    DataError
        If netCDF cannot hold them.
    """
    if isinstance(data, xr.DataTree):
        tree = data.map_over_datasets(as_texts)
        tree.attrs = data.attrs
    else:
        tree = as_texts(data)
    buffer = io.BytesIO()
    try:
        tree.to_netcdf(buffer, engine="h5netcdf")
    except (TypeError, ValueError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise DataError(f"netCDF cannot hold these names, labels or values: {reason}") from error
    return buffer.getbuffer()


def write(tree: xr.DataTree, path: str | os.PathLike[str]) -> None:
    """Write a posterior's tree with its seal.

    Parameters
    ----------
    tree : xr.DataTree
    path : str or os.PathLike[str]

    Raises
    ------
    DataError
        If it cannot be written; nothing is then left of it.
    """
    write_whole(check_output(path), sealed(netcdf(tree)))


def read(path: str | os.PathLike[str]) -> Stored:
    """Return what the file at `path` holds.

    The checksum finds damage. It is no signature: whoever changes a file can seal it again, so all
    that is read is checked, and nothing that is read is run.

    Raises
    ------
    DataError
        If the file is damaged or is no saved posterior.
    """
    with reading(path, "saved posterior") as found:
        check_seal(found)
        check_groups(found)
        with xr.open_datatree(found, engine="h5netcdf") as file:
            idata = file.load()
        return _checked(_from_texts(idata), str(path))


def is_kept(path: str | os.PathLike[str]) -> bool:
    """Return whether the file says that `write` made it; a fit of one's own says no such thing."""
    try:
        with xr.open_datatree(path, engine="h5netcdf") as file:
            return "ifonly_format" in file.attrs
    except Exception:  # of a Zarr store; and a damaged file is for `read` to refuse
        folder = Path(path).is_dir() or Path(path).suffix in (".zarr", ".zip")
        return not folder


def _checked(idata: xr.DataTree, path: str) -> Stored:
    """Return the tree with what its attributes say; whatever is wrong with them raises."""
    attrs = idata.attrs
    if attrs["ifonly_format"] != FORMAT:
        raise DataError(f"{path} has format {attrs['ifonly_format']}; this reads {FORMAT}")
    unit = str(attrs["unit"])
    for name in ("facts", "coupling", "fingerprint", "options"):
        if not isinstance(json.loads(attrs.get(name, "{}" if name == "options" else "")), dict):
            raise TypeError(name)
    if not all(isinstance(v, str) for v in json.loads(attrs["coupling"]).values()):
        raise TypeError("coupling")
    if not {"method", "sampler"} <= set(json.loads(attrs["facts"])):
        raise KeyError("facts")
    fingerprint = json.loads(attrs["fingerprint"])
    if not {"variables", "equations", "pytensor"} <= set(fingerprint):
        raise KeyError("fingerprint")
    try:
        checked_seed(int(attrs["seed"]))
    except QueryError as error:  # here it is the file's mistake
        raise ValueError(error) from None
    evidence = Evidence.of_dataset(idata["evidence"].to_dataset(), unit)
    if GROUP in idata.children:
        evidence = with_beside(evidence, idata[GROUP].to_dataset())
    sizes = idata["posterior"].sizes
    if min(sizes["chain"], sizes["draw"]) < 1:
        raise ValueError("posterior")
    return Stored(idata, evidence, unit, fingerprint, str(attrs.get("model", "")))


def as_texts(data: Any) -> Any:
    """Return data with the labels that netCDF does not have as texts, one for each."""
    changed = {}
    for name, coordinate in data.coords.items():
        labels = coordinate.to_numpy()
        if coordinate.ndim == 1 and not _is_native(labels):
            texts = np.array([label_text(v) for v in labels.tolist()], dtype=object)
            changed[name] = (coordinate.dims, texts, {TEXTS: 1})
    return data.assign_coords(changed) if changed else data


def from_texts(data: xr.Dataset) -> xr.Dataset:
    """Return data with the labels that `as_texts` made texts of as they were."""
    changed = {}
    for name, coordinate in data.coords.items():
        if TEXTS in coordinate.attrs:
            values = np.empty(coordinate.size, dtype=object)
            values[:] = [label_value(str(text)) for text in coordinate.to_numpy()]
            changed[name] = (coordinate.dims, values)
    return data.assign_coords(changed) if changed else data


def _from_texts(tree: xr.DataTree) -> xr.DataTree:
    back = tree.map_over_datasets(from_texts)
    back.attrs = tree.attrs
    return back


def _is_native(labels: np.ndarray) -> bool:
    """Return whether netCDF gives these labels back as they are."""
    if labels.dtype.kind in "biuf":
        return True
    if labels.dtype.kind in "mM":
        years = labels.astype("datetime64[Y]").astype(int) if labels.dtype.kind == "M" else 0
        return bool(np.all(np.abs(years) < CENTURIES))
    texts = labels.tolist()
    return all(isinstance(v, str) and "\0" not in v and v.isprintable() for v in texts)
