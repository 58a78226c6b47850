"""The command line: its help, its mistakes, and how it is stopped."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ifonly.scenarios.cli.main import _parser, main

from .commandline import scolded


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ifonly ")
    for command in ("list", "show", "run", "ask", "calibrate", "example", "doctor"):
        assert main([command, "--help"]) == 0
        assert "usage: ifonly" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ([], "COMMAND"),
        (["runn"], "invalid choice: 'runn'"),
        (["list", "--nothing"], "--nothing"),
        (["run"], "NAME"),
        (["run", "linear_walkthru"], "did you mean 'linear_walkthrough'"),
        (["show", "nothing"], "there is no scenario 'nothing'"),
        (["run", "linear_walkthrough", "--units", "0"], "no positive whole number"),
        (["run", "linear_walkthrough", "--seed", "-1"], "--seed"),
        (["run", "linear_walkthrough", "--sampler", "stan"], "invalid choice: 'stan'"),
        (["run", "linear_walkthrough", "--report", "nowhere/r.html"], "there is no folder nowhere"),
        (["run", "linear_walkthrough", "--report", "r.txt"], "should end in .html"),
        (["run", "linear_walkthrough", "--save", "."], "names no file"),
        (["calibrate", "linear_walkthrough", "--replications", "x"], "no positive whole number"),
        (["example", "nothing"], "there is no example 'nothing'"),
        (["ask", "gone.py", "d.csv", "--outcome", "y", "--do", "t=1"], "there is no file gone.py"),
        (["ask", "m.py", "--outcome", "y", "--do", "t=1"], "there is no file m.py"),
        (["ask", "m.py", "d.csv", "--outcome", "y"], "--do"),
        (["ask", "m.py", "d.csv", "--outcome", "y", "--do", "t=1", "--query", "ATX"], "'ATX'"),
    ],
)
def test_mistakes_are_one_line(
    capsys: pytest.CaptureFixture[str], command: list[str], says: str
) -> None:
    if not command:
        assert main([]) == 2
        assert says in capsys.readouterr().err
        return
    assert says in scolded(capsys, command)


def texts() -> list[list[str]]:
    """Return, for every argument of every command that takes a text, a call that gives none."""
    found: list[list[str]] = []
    [commands] = [a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)]
    for name, command in commands.choices.items():
        free = [a for a in command._actions if a.nargs != 0 and not a.choices and a.type is None]
        needed = [a for a in command._actions if a.required]
        for action in free:
            call = [name]
            for other in (*(a for a in needed if a is not action), action):
                call += [other.option_strings[0]] if other.option_strings else []
                call += [" " if other is action else "x"]
            found.append(call)
    return found


@pytest.mark.parametrize("call", texts(), ids=" ".join)
def test_nothing_is_given_as_an_empty_text(
    capsys: pytest.CaptureFixture[str],
    call: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It names no file, no column and no variable, and is not taken for the default."""
    monkeypatch.chdir(tmp_path)
    assert "is given as ' '; give it a value, or leave it out" in scolded(capsys, call)
    assert not list(tmp_path.iterdir())


def test_too_little_memory_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifonly.scenarios.cli.commands import listing

    def fills(args: object, terminal: object) -> int:
        raise MemoryError("Unable to allocate 8 TiB")

    monkeypatch.setattr(listing, "run", fills)
    assert "not enough memory" in scolded(capsys, ["list"])


def test_a_models_own_error_is_no_internal_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifonly.scenarios.cli.commands import listing

    def fails(args: object, terminal: object) -> int:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(listing, "run", fails)
    with pytest.raises(ZeroDivisionError):
        main(["list"])


def test_an_interrupt_leaves_nothing(home: Path, tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("ifonly"), "ask", home / "model.py"]
    command += [home / "data.csv", "--outcome", "y", "--do", "t=1", "--draws", "5000000"]
    command += ["--method", "nuts", "--save", "p.nc", "--output", "a.csv", "--report", "r.html"]
    process = subprocess.Popen(
        [str(c) for c in command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("Conditioning on 40 units")
    time.sleep(5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert err.splitlines() == ["ifonly: interrupted"]
    assert out == ""
    assert os.listdir(tmp_path) == []


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{Path(sys.executable).with_name('ifonly')} list | true"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert found.stderr == ""
