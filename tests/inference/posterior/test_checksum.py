"""The seal of a saved file, against SHA-256 as Python's own library has it."""

import hashlib
from pathlib import Path

import pytest

from ifonly.inference import DataError
from ifonly.inference.posterior import checksum
from ifonly.inference.posterior.checksum import check_seal, sealed

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
