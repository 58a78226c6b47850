import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference.errors import DataError
from ifonly.inference.estimators.effects import FunctionEstimator
from ifonly.inference.validation.arena import Arena, arena

from .lines import CASES, QUICK, failing


@pytest.fixture(scope="module")
def found() -> Arena:
    return arena(CASES, ["ols", FunctionEstimator("failing", failing)], 3, **QUICK)


def test_the_summary_is_that_of_the_table(found):
    ols = found.table.xs("ols", level="estimator")
    row = found.summary.loc["ols"]
    assert row["pehe"] == pytest.approx(ols["pehe"].mean())
    assert row["pehe_se"] == pytest.approx(ols["pehe"].std() / np.sqrt(3))
    assert row["ate_rmse"] == pytest.approx(np.sqrt((ols["ate_bias"] ** 2).mean()))
    assert row["ate_coverage"] == pytest.approx(ols["ate_covered"].mean())
    assert row["regret"] == pytest.approx((ols["best_policy_value"] - ols["policy_value"]).mean())
    assert row["seconds"] == pytest.approx(ols["seconds"].median())


def test_what_is_saved_is_loaded(found, tmp_path):
    path = tmp_path / "arena.nc"
    found.save(path)
    again = Arena.load(path)
    xr.testing.assert_identical(again.dataset, found.dataset)
    pd.testing.assert_frame_equal(again.summary, found.summary)
    assert again.about == found.about
    assert "ols" in repr(again)


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.nc"
    xr.Dataset({"a": 1.0}).to_netcdf(path, engine="h5netcdf")
    (tmp_path / "text.nc").write_text("no netCDF")
    for name in ("other.nc", "text.nc", "absent.nc"):
        with pytest.raises(DataError, match=r"no result of the arena|there is no file"):
            Arena.load(tmp_path / name)


def test_a_changed_digit_in_a_saved_result_is_told(found, tmp_path):
    path = tmp_path / "arena.nc"
    found.save(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"replications") if b"replications" in content else len(content) // 2
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"is damaged: its content is not what was saved"):
        Arena.load(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.isel(replication=0),
        lambda d: d.isel(replication=slice(0)),
        lambda d: d.isel(estimator=slice(0)),
        lambda d: d.assign(pehe=d["pehe"].astype(str)),
        lambda d: d.assign_attrs(about="[1]"),
        lambda d: d.assign_attrs(about="{"),
        lambda d: d.rename(estimator="e"),
        lambda d: d.drop_vars("pehe"),
        lambda d: d.drop_vars("seed"),
    ],
)
def test_content_that_was_sealed_anew_is_looked_at(change, found, tmp_path):
    path = tmp_path / "arena.nc"
    Arena(change(found.dataset)).save(path)
    with pytest.raises(DataError, match="is damaged or no result of the arena"):
        Arena.load(path)
