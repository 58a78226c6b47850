"""`ifonly experiment`: the table in one command, and mistakes in one line."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.experiments import cuped
from ifonly.scenarios.cli.main import main

from ..commandline import scolded, told


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(2)
    n = 600
    frame = pd.DataFrame({"arm": rng.permutation(np.arange(n) % 2), "y0": rng.normal(size=n)})
    frame["y"] = frame["y0"] + 0.5 * frame["arm"] + 0.5 * rng.normal(size=n)
    frame["day"] = [f"2026-03-{d:02}" for d in np.sort(rng.integers(1, 15, n))]
    path = tmp_path_factory.mktemp("experiment") / "results.csv"
    frame.to_csv(path, index=False)
    return path


def test_the_answer_for_machines(capsys: pytest.CaptureFixture[str], results: Path) -> None:
    columns = ["--arm", "arm", "--outcome", "y", "--pre", "y0", "--time", "day"]
    facts = told(capsys, ["experiment", str(results), *columns])
    frame = pd.read_csv(results)
    expected = cuped(frame["y"], frame["arm"], frame["y0"])
    assert facts["effect"]["estimate"] == pytest.approx(expected.estimate)
    assert facts["sample_ratio"]["p"] == 1.0
    assert facts["control"] == "0"
    assert len(facts["looks"]) >= 10


def test_the_answer_for_people_and_the_report(
    capsys: pytest.CaptureFixture[str], results: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    command = ["experiment", str(results), "--arm", "arm", "--outcome", "y", "--pre", "y0",
               "--guardrail", "y0:1", "--report", str(page)]  # fmt: skip
    assert main(command) == 0
    out = capsys.readouterr().out
    for words in ("One may stop: 1 has more of y than 0", "However often one looks", "Balance",
                  "Guardrails", "passed"):  # fmt: skip
        assert words in out
    assert "What to do next" in page.read_text()


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (["--outcome", "yy"], "did you mean 'y'"),
        (["--outcome", "y", "--shares", "half"], "--shares are two or more positive numbers"),
        (["--outcome", "y", "--guardrail", "y0"], "NAME:MARGIN"),
        (["--outcome", "y", "--level", "95"], "no probability between 0 and 1"),
        (["--outcome", "y", "--cluster", "day"], "have units in both arms"),
        (["--outcome", "y", "--report", "page.pdf"], "should end in .html"),
    ],
)
def test_mistakes_are_one_line(
    capsys: pytest.CaptureFixture[str], results: Path, rest: list[str], words: str
) -> None:
    assert words in scolded(capsys, ["experiment", str(results), "--arm", "arm", *rest])


def test_a_table_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    line = scolded(capsys, ["experiment", "none.csv", "--arm", "a", "--outcome", "y"])
    assert "there is no file none.csv" in line
