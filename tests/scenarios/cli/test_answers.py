"""An answer in a file, in the right form, and on the terminal."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.scenarios.cli.answers import show_answer, write_answer
from ifonly.scenarios.cli.terminal import Terminal


@pytest.mark.parametrize("name", ["a.CSV", "a.PARQUET", "a.Nc"])
def test_the_ending_decides_whatever_its_case(tmp_path: Path, name: str) -> None:
    answer = xr.DataArray(np.arange(3.0), dims="unit", name="y", attrs={"estimand": "one"})
    table = pd.DataFrame({"unit": [0, 1, 2], "mean": [0.0, 1.0, 2.0]})
    path = tmp_path / name
    write_answer(answer, table, path)
    start = path.read_bytes()[:4]
    assert start == {".CSV": b"unit", ".PARQUET": b"PAR1", ".Nc": b"\x89HDF"}[path.suffix]
    if path.suffix == ".PARQUET":
        pd.testing.assert_frame_equal(pd.read_parquet(path), table)


def told(answer: xr.DataArray, table: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> str:
    show_answer(answer, table, Terminal())
    return capsys.readouterr().out


def test_an_answer_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    attrs = {"estimand": "mean of y", "rung": 3, "units": "observed", "n_units": 7}
    table = pd.DataFrame({"mean": [0.5], "sd": [0.25], "low": [0.1], "high": [0.9]})
    out = told(xr.DataArray(0.0, attrs=attrs), table, capsys)
    assert out.startswith("Mean of y\nRung 3, 7 observed units.\n")
    for word in ("5%", "95%", "0.5000", "0.2500", "0.9000"):
        assert word in out
    assert "Coupling" not in out
    attrs |= {"units": "new", "coupling": json.dumps({"y": "monotone"})}
    out = told(xr.DataArray(0.0, attrs=attrs), table, capsys)
    assert "7 new units" in out
    assert "which no data can tell: y monotone." in out


def test_a_long_answer_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    attrs = {"estimand": "y", "rung": 3, "units": "observed", "n_units": 21}
    table = pd.DataFrame({"unit": range(100, 121), "mean": np.arange(21.0)})
    out = told(xr.DataArray(np.zeros(21), dims="unit", attrs=attrs), table, capsys)
    assert "The first 20 of 21; mean over all 10." in out
    assert "119" in out
    assert "120" not in out
    assert out.endswith("For all of them: --output answers.csv\n")
    show_answer(
        xr.DataArray(np.zeros(21), dims="unit", attrs=attrs), table, Terminal(), Path("a.nc")
    )
    assert capsys.readouterr().out.endswith("All are in a.nc\n")


def test_days_are_shown_as_days(capsys: pytest.CaptureFixture[str]) -> None:
    attrs = {"estimand": "y", "rung": 3, "units": "observed", "n_units": 2}
    days = pd.date_range("2024-01-01", periods=2)
    for labels, shown in ((days, "2024-01-02 "), (days.to_period("M"), "2024-01 ")):
        table = pd.DataFrame({"unit": labels, "mean": [0.5, 1.5]})
        out = told(xr.DataArray(np.zeros(2), dims="unit", attrs=attrs), table, capsys)
        assert shown in out
        assert "00:00" not in out
