"""The seal of a saved file, against SHA-256 as Python's own library has it."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from ifonly.inference import DataError
from ifonly.inference.posterior import checksum
from ifonly.inference.posterior.checksum import check_groups, check_seal, sealed

CONTENT = bytes(range(256)) * 3


def test_the_last_line_is_the_digest_of_all_before_it() -> None:
    expected = CONTENT + b"\nifonly sha256 " + hashlib.sha256(CONTENT).hexdigest().encode() + b"\n"
    assert sealed(CONTENT) == sealed(memoryview(CONTENT)) == expected


@pytest.mark.parametrize("block", [1, 7, 768, 2**20])
def test_a_whole_file_passes(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksum, "BLOCK", block)
    for content in (b"", b"a", CONTENT):
        (tmp_path / "file").write_bytes(sealed(content))
        check_seal(tmp_path / "file")


def test_a_flipped_bit_is_told_wherever_it_is(tmp_path: Path) -> None:
    path = tmp_path / "p.nc"
    whole = sealed(b"a few draws")
    for place in range(len(whole)):
        broken = bytearray(whole)
        broken[place] ^= 1 << place % 8
        path.write_bytes(broken)
        with pytest.raises(DataError, match=r"p\.nc is damaged"):
            check_seal(path)


@pytest.mark.parametrize("content", [b"", b"short", CONTENT, sealed(CONTENT) + b"\n"])
def test_what_has_no_seal_at_its_end_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.nc"
    path.write_bytes(content)
    with pytest.raises(DataError, match="does not end in the checksum"):
        check_seal(path)


def _circle(file: h5py.File) -> None:
    file["posterior/again"] = file["/"]


def _below(file: h5py.File) -> None:
    file.create_group("posterior/below")


def _soft(file: h5py.File) -> None:
    file["loop"] = h5py.SoftLink("/loop")


def _other(file: h5py.File) -> None:
    file["posterior/other"] = h5py.ExternalLink("/etc/passwd", "/")


@pytest.mark.parametrize("change", [_circle, _below, _soft, _other])
def test_circles_of_groups_and_links_are_told(
    change: Callable[[h5py.File], None], tmp_path: Path
) -> None:
    """A reader of a circle does not come to an end."""
    path = tmp_path / "p.nc"
    with h5py.File(path, "w") as file:
        file["posterior/x"] = [1.0, 2.0]
        file["alone"] = 3.0
    check_groups(path)
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(ValueError, match=r"is a link|holds a group"):
        check_groups(path)
