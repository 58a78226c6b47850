"""Where a command may write."""

import subprocess
import sys
from pathlib import Path

import pytest

from ifonly.inference import DataError
from ifonly.scenarios.cli.files import check_distinct, check_writable
from ifonly.scenarios.cli.terminal import Mistake


@pytest.mark.parametrize("name", ["/dev/null", "", ".", "no/a.csv"])
def test_no_file_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((Mistake, DataError)) as caught:
        check_writable(name, (".csv",))
    assert "\n" not in str(caught.value)


def test_a_name_that_cannot_be_is_told_before_the_engine_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from ifonly.scenarios.cli.main import main\n"
        "assert main(sys.argv[1:]) == 2\n"
        "assert 'pymc' not in sys.modules\n"
    )
    table = tmp_path / "d.csv"
    table.write_text("t,y\n0,1\n1,2\n")
    effects = ["effects", str(table), "--treatment", "t", "--outcome", "y"]
    for given in (
        ["--output", "a.txt"],
        ["--report", str(tmp_path / "no" / "r.html")],
        ["--seed", str(2**63)],
    ):
        done = subprocess.run(
            [sys.executable, "-c", program, *effects, *given], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


def test_where_nothing_is_asked_nothing_is_checked() -> None:
    assert check_writable(None, (".csv",)) is None


def test_the_ending_is_one_of_those_given(tmp_path: Path) -> None:
    for name in ("a.csv", "a.CSV"):
        assert check_writable(str(tmp_path / name), (".csv", ".nc")) == tmp_path / name
    with pytest.raises(Mistake, match=r"a\.txt should end in \.csv or \.nc"):
        check_writable(tmp_path / "a.txt", (".csv", ".nc"))
    assert check_writable(tmp_path / "a.txt") == tmp_path / "a.txt"
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_read_and_written_nor_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    check_distinct(["a.csv", None], [Path("b.csv"), None, Path("c.csv")])
    with pytest.raises(Mistake, match="is read here"):
        check_distinct(["a.csv"], [tmp_path / "a.csv"])
    with pytest.raises(Mistake, match="would be written twice"):
        check_distinct([], [Path("b.csv"), Path("x/../b.csv")])
