"""The folder of machine code: closed to others, and mended where it is damaged."""

import os
import warnings
from pathlib import Path

import pytest
from pytensor.link.numba import cache as pytensor_cache

from ifonly.inference.symbolic import machine_code
from ifonly.inference.symbolic.machine_code import is_private, kept, private_folder

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no modes on Windows")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix
@pytest.mark.parametrize("before", [0o700, 0o755, 0o777])
def test_an_empty_folder_is_closed(tmp_path, before):
    tmp_path.chmod(before)
    assert is_private(tmp_path)
    assert mode(tmp_path) == 0o700


@posix
def test_one_that_was_not_open_to_others_is_closed(tmp_path):
    (tmp_path / "a.nbi").write_bytes(b"")
    (tmp_path / "a.nbi").chmod(0o644)
    tmp_path.chmod(0o755)
    assert private_folder(tmp_path) == tmp_path
    assert mode(tmp_path) == 0o700


@posix
@pytest.mark.parametrize(("folder", "file"), [(0o777, 0o644), (0o775, 0o600), (0o755, 0o646)])
def test_what_others_could_write_is_not_read(tmp_path, folder, file):
    (tmp_path / "a.nbi").write_bytes(b"")
    (tmp_path / "a.nbi").chmod(file)
    tmp_path.chmod(folder)
    with pytest.warns(UserWarning, match="others can write") as told:
        found = private_folder(tmp_path)
    assert len(told) == 1
    assert str(tmp_path) in str(told[0].message)
    assert found != tmp_path
    assert mode(found) == 0o700
    assert list(found.iterdir()) == []
    assert mode(tmp_path) == folder  # left as it was


@posix
def test_another_users_folder_is_not_read(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert not is_private(tmp_path)


def test_the_folder_in_use_is_closed():
    assert Path(pytensor_cache.NUMBA_CACHE_PATH) == machine_code.FOLDER
    assert is_private(machine_code.FOLDER)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(machine_code, "FOLDER", tmp_path)
    monkeypatch.setattr(pytensor_cache, "NUMBA_CACHE_PATH", tmp_path)
    machine_code._tell.cache_clear()
    yield tmp_path
    machine_code._tell.cache_clear()


def doubled():
    """A new function of the same source each time, as another process has it."""

    def double(x):
        return 2.0 * x

    return kept(double, "version 1")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def overwritten(path: Path) -> None:
    path.write_bytes(b"\x00 something else")


def one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("nbi", truncated),
        ("nbi", emptied),
        ("nbi", overwritten),
        ("nbc", truncated),
        ("nbc", emptied),
        ("nbc", one_byte),
    ],
)
def test_what_is_damaged_is_compiled_again_once(folder, kind, damage):
    assert doubled()(3.0) == 6.0
    [file] = folder.glob(f"*.{kind}")
    damage(file)
    with pytest.warns(UserWarning, match="is damaged; it is compiled again") as told:
        assert doubled()(3.0) == 6.0
    assert len(told) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = doubled()
        assert again(3.0) == 6.0
    assert sum(again.stats.cache_hits.values()) == 1


def test_other_folders_of_numba_are_as_they_were(folder, tmp_path_factory, monkeypatch):
    other = tmp_path_factory.mktemp("other")
    monkeypatch.setattr(pytensor_cache, "NUMBA_CACHE_PATH", other)
    assert doubled()(3.0) == 6.0
    [data] = other.glob("*.nbc")
    assert machine_code.MARK not in data.read_bytes()
