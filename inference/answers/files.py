"""Answers on disk: netCDF or Zarr, with every label and attribute as it was."""

from __future__ import annotations

import hashlib
import io
import json
import os
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ..errors import DataError, QueryError
from ..inputs.input_files import check_input, reading
from ..inputs.optional import load
from ..inputs.output_files import check_output, new_folder, output_path, write_whole
from ..posterior.stored import as_texts, from_texts, netcdf

__all__ = ["read_answer", "write_answer"]

NAME, ATTRS, DIGEST = "answer", "ifonly_answer", "ifonly_sha256"


def write_answer(answer: xr.DataArray, path: str | os.PathLike[str]) -> None:
    """Write an answer as netCDF or Zarr; `read_answer` gives back the same.

    Parameters
    ----------
    answer : xarray.DataArray
        What `ask` gave.
    path : str or path
        Ends with ``.nc``, or with ``.zarr`` (a folder, which must not exist).

    Raises
    ------
    DataError
        If it cannot be written, or has another ending.
    """
    if not isinstance(answer, xr.DataArray):
        raise QueryError(f"an answer is an xarray.DataArray, not {type(answer).__name__}")
    path = output_path(path)
    kept = {"name": answer.name, "attrs": {str(n): _plain(v) for n, v in answer.attrs.items()}}
    data = xr.Dataset({NAME: answer.rename(NAME)})
    data.attrs = {ATTRS: json.dumps(kept), DIGEST: _digest(data, kept)}
    if path.suffix.lower() == ".zarr":
        load("zarr", "zarr")
        with new_folder(path) as folder:
            as_texts(data).to_zarr(folder, mode="w-", consolidated=False, zarr_format=2)
    elif path.suffix.lower() == ".nc":
        write_whole(check_output(path), netcdf(data))
    else:
        raise DataError(f"{path} should end in .nc or .zarr")


def read_answer(path: str | os.PathLike[str]) -> xr.DataArray:
    """Return the answer that `write_answer` wrote; nothing that stands in the file is run.

    Raises
    ------
    DataError
        If there is none, or it is damaged.
    """
    path = check_input(path, folder=True)
    how: dict[str, Any] = {"engine": "h5netcdf"}
    if path.is_dir():
        load("zarr", "zarr")
        how = {"engine": "zarr", "consolidated": False}
    with reading(path, "answer that was written", folder=True):
        source: Any = path if path.is_dir() else io.BytesIO(path.read_bytes())
        with xr.open_dataset(source, **how) as file:
            data = from_texts(file.load())
        kept = json.loads(data.attrs[ATTRS])
        if data.attrs.get(DIGEST) != _digest(data, kept):
            raise DataError(
                f"{path} is damaged: it does not hold what was written (the checksum differs); "
                "take another copy"
            )
        answer = data[NAME].rename(kept["name"])
        answer.attrs = kept["attrs"]
    return answer


def _digest(data: xr.Dataset, kept: Any) -> str:
    """Return the SHA-256 of values, labels and attributes: a lost block of Zarr reads as NaN."""
    found = hashlib.sha256(json.dumps(kept).encode())
    for name in sorted(map(str, data.variables)):
        values = data[name].to_numpy()
        plain = values.dtype.kind in "biuf"
        found.update(f"{name} {data[name].dims} {values.shape}".encode())
        texts = str(pd.Index(values.ravel()).tolist()) if not plain else ""
        found.update(values.astype("<f8").tobytes() if plain else texts.encode())
    return found.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value.tolist() if isinstance(value, np.ndarray) else value
