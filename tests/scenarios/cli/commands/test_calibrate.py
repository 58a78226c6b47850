"""`ifonly calibrate`: kept, gone on with, and reported."""

from pathlib import Path

import pytest

from ifonly.scenarios.cli.main import main

from ..commandline import SHORT_CHAINS, scolded, told

pytestmark = SHORT_CHAINS


def test_calibrate_goes_on_where_it_was(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    kept, report = tmp_path / "ranks.jsonl", tmp_path / "ranks.html"
    command = ["calibrate", tiny, "--units", "10", "--draws", "60", "--tune", "100"]
    command += ["--resume", str(kept)]
    first = told(capsys, [*command, "--replications", "2"])
    assert first["replications"] == 2
    assert first["failed"] == 0
    before = kept.read_text()
    more = told(capsys, [*command, "--replications", "3", "--report", str(report)])
    assert kept.read_text().startswith(before)
    assert more["table"][:2] == first["table"]
    assert {row["ci_prob"] for row in more["coverage"]} == {0.5, 0.9}
    assert "<img" in report.read_text()
    assert main([*command, "--replications", "3"]) == 0
    assert "holds the truth" in capsys.readouterr().out
    assert "did you mean 'ladder'" in scolded(capsys, [*command, "--query", "lader"])
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("nonsense\n")
    assert "holds no calibration" in scolded(capsys, [*command[:-1], str(damaged)])


def test_a_file_with_a_scenario_has_questions_of_its_own(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text('from ifonly.scenarios import get\n\nscenario = get("linear_walkthrough")\n')
    said = scolded(capsys, ["calibrate", str(path), "--query", "nonsense"])
    assert "linear_walkthrough has no query 'nonsense'" in said


def test_a_model_of_ones_own(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    (tmp_path / "truth.toml").write_text("effect = 0.8\n")
    model = str(home / "model.py")
    command = ["calibrate", model, "--outcome", "y", "--do", "t=1", "--versus", "t=0"]
    command += ["--units", "10", "--draws", "60", "--replications", "2"]
    prior = told(capsys, [*command, "--report", str(tmp_path / "c.html")])
    assert prior["replications"] == 2
    page = (tmp_path / "c.html").read_text()
    assert page.count(">ATE of y</td>") == 3  # two intervals, and the ranks
    assert "ci_prob" not in page
    truth = told(capsys, [*command, "--parameters", str(tmp_path / "truth.toml")])
    assert [row["truth"] for row in truth["table"]] == pytest.approx([0.8, 0.8])
    mistakes = {
        "there is no file": ["calibrate", "gone.py", "--outcome", "y", "--do", "t=1"],
        "did you mean 'y'": ["calibrate", model, "--outcome", "yy", "--do", "t=1"],
        "needs --outcome": ["calibrate", model, "--do", "t=1"],
        "--parameters truth.toml": [*command, "--parameters", "truth"],
        "is none of": [*command, "--query", "ATX"],
        "leave it out with": [*command, "--variant", "strong"],
        "is for a MODEL.py": ["calibrate", "linear_walkthrough", "--outcome", "y"],
    }
    for words, wrong in mistakes.items():
        assert words in scolded(capsys, wrong)
