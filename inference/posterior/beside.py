"""What an evidence carries beside its numbers, as a group of a posterior's file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..inputs.codes import labels_array
from ..inputs.label_texts import label_text, label_value
from ..scm.evidence import Evidence

__all__ = ["GROUP", "beside_dataset", "with_beside"]

GROUP = "beside"
GAP = "gap"


def beside_dataset(evidence: Evidence, unit: str) -> xr.Dataset:
    """Return the columns beside the model, and the labels of codes, as numbers and texts.

    Parameters
    ----------
    evidence : Evidence
    unit : str
    """
    arrays, as_text = {}, []
    for name, values in evidence.beside.items():
        dims = [unit, *(f"{name}_dim_{k}" for k in range(1, values.ndim))]
        if values.dtype.kind not in "biufM":
            as_text.append(name)
            texts = [GAP if _is_gap(v) else label_text(v) for v in values.ravel().tolist()]
            values = np.array(texts, dtype=object).reshape(values.shape)
        arrays[name] = (dims, values)
    levels = {n: [label_text(v) for v in labels] for n, labels in evidence.levels.items()}
    return xr.Dataset(arrays, attrs={"texts": json.dumps(as_text), "levels": json.dumps(levels)})


def with_beside(evidence: Evidence, data: xr.Dataset) -> Evidence:
    """Return the evidence with what `beside_dataset` wrote of it.

    Parameters
    ----------
    evidence : Evidence
    data : xr.Dataset
    """
    as_text = json.loads(data.attrs["texts"])
    columns = {
        str(n): _values(v.to_numpy()) if n in as_text else v.to_numpy() for n, v in data.items()
    }
    levels: Mapping[str, Any] = json.loads(data.attrs["levels"])
    return replace(
        evidence,
        beside=MappingProxyType(columns),
        levels=MappingProxyType(
            {n: labels_array([label_value(t) for t in texts]) for n, texts in levels.items()}
        ),
    )


def _values(texts: NDArray[Any]) -> NDArray[Any]:
    found = labels_array([None if t == GAP else label_value(str(t)) for t in texts.ravel()])
    return found.reshape(texts.shape)


def _is_gap(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
