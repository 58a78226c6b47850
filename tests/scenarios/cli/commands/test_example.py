"""`ifonly example`: the files that it writes, and what the worked example gives."""

import os
from pathlib import Path

import pandas as pd
import pytest

from ..commandline import scolded, told


def test_example_of_a_scenario(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    facts = told(capsys, ["example", "linear_walkthrough", str(folder)])
    assert sorted(os.listdir(folder)) == ["linear_walkthrough.csv", "linear_walkthrough.py"]
    from ifonly.scenarios.cli.usermodel import load_model

    model = load_model(facts["model"])
    assert set(pd.read_csv(facts["data"])) == {"a", "b", "c", "y"} <= set(model.named_vars)
    assert "--force" in scolded(capsys, ["example", "linear_walkthrough", str(folder)])


def test_example_of_real_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from ifonly.inference.scm.equations import Equations
    from ifonly.inference.scm.evidence import read_evidence
    from ifonly.scenarios.cli.usermodel import load_model

    facts = told(capsys, ["example", "nhefs", str(tmp_path)])
    frame = pd.read_csv(facts["data"])
    evidence = read_evidence(Equations(load_model(facts["model"])), frame)
    assert len(evidence) == facts["units"] == 1566
    treated = frame.groupby("qsmk")["wt82_71"].mean()
    # Hernán and Robins (2020), chapter 12: 2.5 kg before adjustment.
    assert treated[1] - treated[0] == pytest.approx(2.5, abs=0.05)


@pytest.mark.slow
def test_the_worked_example(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    facts = told(capsys, ["example", "nhefs", str(tmp_path)])
    command = ["ask", facts["model"], facts["data"], "--outcome", "wt82_71", "--do", "qsmk=1"]
    command += ["--versus", "qsmk=0", "--draws", "500", "--tune", "500", "--seed", "1"]
    [row] = told(capsys, command)["answer"]
    # Hernán and Robins (2020), chapter 13: 3.5 kg, 95 % interval 2.6 to 4.5.
    assert row["mean"] == pytest.approx(3.5, abs=0.15)
    assert row["sd"] == pytest.approx(0.48, abs=0.1)
