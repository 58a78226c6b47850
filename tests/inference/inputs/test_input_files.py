"""Files that a user names are read, or refused in one line, whatever they are."""

import os
from pathlib import Path

import pytest

from ifonly.inference import DataError, QueryError
from ifonly.inference.inputs.input_files import check_input, reading


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("it")
    assert check_input(str(path)) == path
    with reading(path, "text") as found:
        assert found.read_text() == "it"
    assert check_input(tmp_path, folder=True) == tmp_path


def test_what_is_no_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for ever
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, why in (
        (tmp_path / "gone", "there is no file .*gone"),
        ("a\0b", r"there is no file 'a\\x00b'"),
        ("a" * 5_000, "there is no file .*too long"),
        ("\x1b[2J", r"there is no file '\\x1b"),
        (tmp_path, "it is a folder"),
        (tmp_path / "pipe", "it is a device or a pipe"),
        ("/dev/null", "it is a device or a pipe"),
        (tmp_path / "loop", "there is no file"),
        ("", "is a folder"),
        (None, "there is no file None"),
    ):
        with pytest.raises(DataError, match=why):
            check_input(path)


def test_whatever_a_reader_raises_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch()
    for raised, said in (
        (RuntimeError("deep\ndown."), r"it is damaged or no table \(RuntimeError: deep\)"),
        (KeyError("x"), r"\(KeyError: 'x'\)"),
        (AssertionError(), r"\(AssertionError\)"),
    ):
        with pytest.raises(DataError, match=said), reading(path, "table"):
            raise raised
    with pytest.raises(QueryError, match="ours"), reading(path, "table"):
        raise QueryError("ours")
    with pytest.raises(MemoryError), reading(path, "table"):
        raise MemoryError
