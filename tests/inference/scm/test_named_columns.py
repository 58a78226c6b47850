"""A table as it comes: what the model does not know is kept beside it, and one line says which."""

import logging

import numpy as np
import pandas as pd
import polars as pl
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence


@pytest.fixture(scope="module")
def equations():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("outcome", x, dims="unit")
    return Equations(model)


FRAME = pd.DataFrame(
    {
        "x": [1.0, 2.0],
        "region": ["north", None],
        "when": pd.to_datetime(["2020-01-01", "2021-01-01"]),
        "Outcome": [0.0, 1.0],
    }
)


@pytest.mark.parametrize("convert", [lambda f: f, pl.from_pandas, lambda f: f.to_xarray()])
def test_other_columns_are_kept_and_told(equations, caplog, convert):
    frame = convert(FRAME) if convert(FRAME) is FRAME else convert(FRAME.rename_axis("unit"))
    with caplog.at_level(logging.WARNING, "ifonly"):
        evidence = read_evidence(equations, frame)
    assert list(evidence.columns) == ["x"]
    assert set(evidence.beside) == {"region", "when", "Outcome"}
    assert evidence.beside["region"][0] == "north"
    assert evidence.beside["when"].dtype.kind == "M"
    [line] = [r.getMessage() for r in caplog.records]
    assert "kept beside the model" in line
    assert "region, when, Outcome ('Outcome' is near 'outcome', which has no column)" in line


def test_other_columns_go_by_label_too(equations):
    columns = {
        "x": pd.Series([1.0, 2.0], ["a", "b"]),
        "region": pd.Series(["south", "north"], ["b", "a"]),
    }
    assert read_evidence(equations, columns).beside["region"].tolist() == ["north", "south"]


def test_what_is_no_column_of_the_units_is_left_out(equations, caplog):
    data = xr.Dataset({"x": ("unit", [1.0, 2.0]), "weights": ("k", [1.0, 2.0, 3.0])})
    with caplog.at_level(logging.WARNING, "ifonly"):
        evidence = read_evidence(equations, data)
    assert not evidence.beside
    assert "left out, since they are no columns of the units: weights" in caplog.text


def test_a_table_without_any_known_column_is_refused(equations):
    with pytest.raises(DataError, match=r"have a column 'X', which does not exist.*mean 'x'"):
        read_evidence(equations, {"X": [1.0]})


@pytest.mark.parametrize(
    "labels",
    [
        pd.date_range("2020-01-01", periods=2),
        pd.date_range("2020-01-01", periods=2, tz="Europe/Paris"),
        pd.period_range("2020-01", periods=2, freq="M"),
    ],
)
def test_times_and_periods_are_labels_of_units(equations, labels):
    evidence = read_evidence(equations, pd.DataFrame({"x": [1.0, 2.0]}, index=labels))
    assert pd.Index(evidence.labels).tolist() == np.asarray(labels.to_numpy()).tolist() or (
        list(evidence.labels) == list(labels.to_numpy())
    )
