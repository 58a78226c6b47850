"""What the README shows is true: its Python runs as it stands, on less data and fewer draws."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import ifonly.inference
from ifonly.scenarios import Scenario
from ifonly.scenarios.cli.main import COMMANDS

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
FEW = {"draws": 60, "tune": 100, "chains": 2, "progress": False}


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    condition, simulate = ifonly.inference.condition, Scenario.simulate

    def small(self: Scenario, units: int, seed: int) -> Any:
        return simulate(self, min(units, 60), seed)

    monkeypatch.setattr(ifonly.inference, "condition", partial(condition, **FEW))
    monkeypatch.setattr(Scenario, "simulate", small)


# Short chains on purpose: what is shown is how it is asked.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_a_question_of_a_scenario(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few(monkeypatch)
    names: dict[str, Any] = {}
    exec(SNIPPETS[0], names)
    assert "truth" in capsys.readouterr().out
    assert names["rows"].dims == ("chain", "draw", "unit")


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_a_question_of_your_own_model(capsys: pytest.CaptureFixture[str]) -> None:
    """As it stands: what is printed beside it is what it prints."""
    names: dict[str, Any] = {}
    exec(SNIPPETS[1], names)
    assert names["effects"].sizes["unit"] == 400
    for line in capsys.readouterr().out.splitlines():
        assert f"    {line.rstrip()}" in README


def test_what_the_graph_and_others_say(capsys: pytest.CaptureFixture[str]) -> None:
    """Of more rows than the README has room for."""
    names: dict[str, Any] = {}
    exec(SNIPPETS[1].partition("posterior =")[0], names)
    truth = {"effect": -1.0, "illness": 2.0}
    world = ifonly.inference.World.simulate(names["model"], truth, units=200, seed=1)
    exec(SNIPPETS[2], names | {"data": world.data.to_dataframe()})
    said = capsys.readouterr().out
    assert "needs {z}" in said
    assert "X-learner" in said


@pytest.mark.slow
def test_a_test_of_your_own(tmp_path: Path) -> None:
    """As it stands, in a folder of its own."""
    (tmp_path / "test_model.py").write_text(SNIPPETS[3])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "ifonly.pytest",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert "3 passed in" in done.stdout, done.stdout + done.stderr
    assert "    3 passed\n" in README


def test_every_snippet_is_run() -> None:
    assert len(SNIPPETS) == 4


def test_the_commands_are_named() -> None:
    lines = re.findall(r"^ {4}ifonly (\w+ .*\|.*)$", README, re.MULTILINE)
    named = [part.split()[0] for line in lines for part in line.split(" | ")]
    assert named == list(COMMANDS)
