"""Long columns in a temporary file: arrays as any others, of which little is held."""

import errno
import os
import pickle

import numpy as np
import pymc as pm
import pytest
from pyarrow import parquet, table

from ifonly.inference import ATE, condition
from ifonly.inference.inputs import spool
from ifonly.inference.inputs.spool import empty, in_file, let_go

MANY = 2**20 + 1


def resident():
    """Return how many kB of temporary files of ours this process has in memory."""
    ours, total = False, 0
    with open("/proc/self/smaps") as lines:
        for line in lines:
            if "-" in line.split(" ")[0]:
                ours = "/ifonly-" in line or "(deleted)" in line
            elif ours and line.startswith("Rss:"):
                total += int(line.split()[1])
    return total


def mapped(values):
    return spool._mapped(values) is not None


@pytest.mark.parametrize("dtype", [float, np.int64, np.complex128])
def test_a_long_array_lies_in_a_file(dtype):
    found = empty(MANY, dtype)
    found[:] = np.arange(MANY)
    assert mapped(found)
    assert mapped(found[1:].reshape(-1, 2))
    let_go(found[5:])
    np.testing.assert_array_equal(found, np.arange(MANY))


@pytest.mark.parametrize(("length", "dtype"), [(99, float), (0, float), (MANY, bool), (MANY, "O")])
def test_what_is_short_or_holds_objects_does_not(length, dtype):
    found = empty(length, dtype)
    assert (found.shape, found.dtype) == ((length,), dtype)
    assert not mapped(found)
    let_go(found)


def test_values_are_put_into_a_file_once():
    values = np.arange(3.0 * MANY).reshape(-1, 3)
    found = in_file(values)
    assert mapped(found)
    assert not mapped(values)
    assert in_file(found) is found
    np.testing.assert_array_equal(found, values)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(found)), values)
    short = np.arange(3.0)
    assert in_file(short) is short


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps"), reason="told by Linux alone")
def test_what_is_let_go_of_is_not_held():
    before = resident()
    found = in_file(np.ones(MANY))
    assert resident() - before < 1_000
    assert found.sum() == MANY
    assert resident() - before > 8_000
    let_go(found)
    assert resident() - before < 1_000


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EMFILE])
def test_where_there_is_no_room_it_is_in_memory(number, monkeypatch):
    def full(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", full)
    assert not mapped(empty(MANY, float))
    values = np.zeros(MANY)
    assert in_file(values) is values  # and not a copy


def test_no_file_is_left_and_none_stays_open(tmp_path, monkeypatch):
    monkeypatch.setattr(spool.tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    found = [empty(MANY, float) for _ in range(3)]
    assert not list(tmp_path.iterdir())
    del found
    after = len(os.listdir("/proc/self/fd")) if os.path.exists("/proc/self/fd") else 0
    assert after == before


def test_of_a_table_on_disk_the_columns_that_are_read_are_held(tmp_path):
    """One of three mechanisms is asked for: the others are looked at, and let go of."""
    rng = np.random.default_rng(3)
    columns = {n: rng.normal(size=2 * MANY) for n in "abc"}
    columns["c"][7] = np.nan
    parquet.write_table(table(columns), tmp_path / "rows.parquet")
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", pm.Normal("mean_a"), 1.0, dims="unit")
        pm.Normal("b", pm.Normal("slope") * a, 1.0, dims="unit")
        pm.Normal("c", pm.Normal("mean_c"), 1.0, dims="unit")
    options = {"seed": 1, "asked": [ATE("b", do={"a": 1.0}, versus={"a": 0.0})], "draws": 50}
    found = condition(model, tmp_path / "rows.parquet", progress=False, **options)
    expected = condition(model, columns, progress=False, **options)
    for name in "abc":
        values = found.idata["evidence"][name].to_numpy()
        np.testing.assert_array_equal(values, columns[name])
        assert mapped(values) == (name != "c")  # that has NaN again in a copy of its own
    assert "mean_c" not in found.idata.posterior
    np.testing.assert_array_equal(found.idata.posterior.slope, expected.idata.posterior.slope)
