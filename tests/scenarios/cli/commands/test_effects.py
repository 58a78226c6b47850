"""`ifonly effects` on a user's table."""

from pathlib import Path

import pandas as pd
import pytest

from ifonly.scenarios.cli.main import main

from ...analyses.effects.small import table
from ..commandline import scolded, told

QUICK = ["--model", "linear", "--draws", "50", "--seed", "1"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    table().to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"


def test_units_json_report_and_code(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {n: path.with_name(n) for n in ("units.csv", "page.html", "model.py")}
    facts = told(
        capsys,
        [
            "effects", str(path), "--treatment", "t", "--outcome", "y", *QUICK,
            "--output", str(files["units.csv"]), "--report", str(files["page.html"]),
            "--code", str(files["model.py"]),
        ],
    )  # fmt: skip
    assert set(facts["ate"]) == {"mean", "sd", "low", "high"}
    assert facts["ate"]["low"] < 1.0 + table()["x"].mean() < facts["ate"]["high"]
    assert facts["would_say"][0]["estimator"] == "difference"
    units = pd.read_csv(files["units.csv"])
    assert list(units.columns) == ["mean", "sd", "low", "high"]
    assert len(units) == 400
    assert units["mean"].corr(table()["x"]) > 0.95
    assert "<h1>The effect of t on y</h1>" in files["page.html"].read_text()
    assert "pm.Model(" in files["model.py"].read_text()


def test_for_a_person(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["effects", str(path), "--treatment", "t", "--outcome", "y", *QUICK]
    assert main([*command, "--covariates", "x"]) == 0
    said = capsys.readouterr()
    assert "The effect of t on y, over 400 units" in said.out
    assert "By x" in said.out
    begun = [line for line in said.err.splitlines() if " (after " in line]
    assert [line.split(" (after ")[0] for line in begun] == [
        "Learning who is treated",
        "Sampling the model linear",
        "Looking for units that no other is like",
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--treatment", "q", "--outcome", "y"], "--treatment names 'q'"),
        (["--treatment", "t", "--outcome", "y", "--covariates", ","], "give names of columns"),
        (["--treatment", "t", "--outcome", "y", "--output", "u.txt"], "should end in .csv or"),
        (["--treatment", "place", "--outcome", "y"], "has 3 values, and two are needed"),
    ],
)
def test_mistakes_are_one_line(
    path: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert words in scolded(capsys, ["effects", str(path), *options])
