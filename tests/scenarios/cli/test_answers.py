"""An answer in a file, in the right form, and on the terminal."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.scenarios.cli.answers import write_answer


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
