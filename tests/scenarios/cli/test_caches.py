"""What is compiled is kept in a temporary folder, where the usual one cannot be written."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SAYS = "cannot be written; what is compiled is kept in a temporary one, for this run only"


def of_home(closed: Path, tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(closed), "PYTENSOR_FLAGS": ""}


def in_home(closed: Path, tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".pytensor").symlink_to(closed)
    return {"HOME": str(tmp_path), "PYTENSOR_FLAGS": ""}


def below(closed: Path, tmp_path: Path) -> dict[str, str]:
    return {"PYTENSOR_FLAGS": f"floatX=float64, base_compiledir={closed}/a/b"}


def exact(closed: Path, tmp_path: Path) -> dict[str, str]:
    return {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path},compiledir={closed}"}


@pytest.mark.parametrize("closes", [of_home, in_home, below, exact])
def test_a_folder_that_cannot_be_written_is_replaced(
    tmp_path: Path, closes: Callable[[Path, Path], dict[str, str]]
) -> None:
    """It is a file, so that nobody, root or not, can keep anything in it."""
    closed = tmp_path / "closed"
    closed.touch()
    found = subprocess.run(
        [sys.executable, "-m", "ifonly.scenarios.cli", "show", "linear_walkthrough"],
        env={**os.environ, **closes(closed, tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    [line] = found.stderr.splitlines()
    assert line.endswith(SAYS)
