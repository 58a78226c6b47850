"""Answers on disk come back with every label, attribute and type; xarray's own ways work too."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError, read_answer, write_answer

from .answers import answer

UNITS = {
    "numbers": [3, 1],
    "texts": ["a", "ü"],
    "days": pd.date_range("2020", periods=2),
    "times of a zone": pd.date_range("2020", periods=2, tz="Asia/Tokyo"),
    "months": pd.period_range("2020-01", periods=2, freq="M"),
    "mixed": [1, "one"],
}


@pytest.mark.parametrize("ending", ["nc", "zarr"])
@pytest.mark.parametrize("case", UNITS)
def test_there_and_back(tmp_path, ending, case):
    before = answer("ITE", unit=UNITS[case])
    write_answer(before, tmp_path / f"a.{ending}")
    after = read_answer(tmp_path / f"a.{ending}")
    np.testing.assert_array_equal(before, after)
    assert after.dims == before.dims
    assert after.name == before.name
    assert list(pd.Index(after["unit"])) == list(pd.Index(before["unit"]))
    for name, value in before.attrs.items():
        assert type(after.attrs[name]) is type(value)
        np.testing.assert_equal(after.attrs[name], value)


def test_a_name_that_is_a_dimension_and_none(tmp_path):
    for name in ("unit", None, "a/b"):
        before = answer("ITE", unit=[1, 2]).rename(name)
        write_answer(before, tmp_path / "n.nc")
        assert read_answer(tmp_path / "n.nc").name == name


def test_xarrays_own_methods(tmp_path):
    before = answer("QTE", q=[0.1, 0.9])
    before.to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
    with xr.open_dataarray(tmp_path / "x.nc", engine="h5netcdf") as after:
        xr.testing.assert_equal(after, before)
        np.testing.assert_equal(after.attrs, before.attrs)
    assert before.quantile(0.5, ("chain", "draw")).sizes == {"q": 2}


def test_what_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"should end in \.nc or \.zarr"):
        write_answer(answer(), tmp_path / "a.csv")
    with pytest.raises(DataError, match="there is no file"):
        read_answer(tmp_path / "gone.nc")
    (tmp_path / "bad.nc").write_bytes(b"bad")
    with pytest.raises(DataError, match=r"bad\.nc cannot be read: .* no answer"):
        read_answer(tmp_path / "bad.nc")


@pytest.mark.parametrize("ending", ["nc", "zarr"])
def test_a_number_that_changed_on_disk_is_found(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    write_answer(answer("ITE", unit=[1, 2]), path)
    how = {"engine": "h5netcdf"} if ending == "nc" else {"engine": "zarr", "consolidated": False}
    with xr.open_dataset(path, **how) as file:
        data = file.load()
    data["answer"][0, 0, 0] += 1e-12
    path = tmp_path / f"b.{ending}"
    if ending == "nc":
        data.to_netcdf(path, engine="h5netcdf")
    else:
        data.to_zarr(path, consolidated=False, zarr_format=2)
    with pytest.raises(DataError, match="the checksum differs"):
        read_answer(path)


def test_a_block_that_is_gone_is_found(tmp_path):
    write_answer(answer("ITE", unit=[1, 2]), tmp_path / "a.zarr")
    (tmp_path / "a.zarr" / "answer" / "0.0.0").unlink()
    with pytest.raises(DataError, match="the checksum differs"):
        read_answer(tmp_path / "a.zarr")


def test_a_store_appears_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_zarr", full)
    with pytest.raises(DataError, match="cannot be written: No space left on device"):
        write_answer(answer(), tmp_path / "a.zarr")
    (tmp_path / "l.zarr").symlink_to(tmp_path / "l.zarr")
    with pytest.raises(DataError, match="exists; name a folder that does not"):
        write_answer(answer(), tmp_path / "l.zarr")
    assert [p.name for p in tmp_path.iterdir()] == ["l.zarr"]


@pytest.mark.parametrize("path", [None, 7, b"a.nc", [], "", "a\0b.nc", "a" * 5000 + ".nc"])
def test_what_names_no_file_is_refused(path):
    with pytest.raises(DataError) as refusal:
        write_answer(answer(), path)
    assert len(str(refusal.value)) < 400
