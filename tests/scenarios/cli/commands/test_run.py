"""`ifonly run`: from data to answers, the report, and how it is conditioned."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import ifonly.scenarios as scenarios
from ifonly.scenarios.cli.main import main

from ..commandline import SAMPLING, SHORT_CHAINS, scolded, told

pytestmark = SHORT_CHAINS


def test_run(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    facts = told(capsys, ["run", tiny, "--save", "p.nc", *SAMPLING])
    assert sorted(os.listdir()) == ["p.nc", "tiny.html"]
    [effect] = facts["queries"]["effect of t"]["elements"]
    assert effect["truth"] == pytest.approx(0.8)
    assert abs(effect["bias"]) < 1
    assert facts["queries"]["row by row"]["summary"]["elements"] == 30
    assert [e["dose"] for e in facts["queries"]["ladder"]["elements"]] == [-1.0, 0.0]
    html = Path("tiny.html").read_text()
    for word in ("A tiny title", "How much does <code>t</code> do?", "Causal graph", "A finding",
                 "effect of t", "row by row", "Diagnostics", "seed", "pymc"):  # fmt: skip
        assert word in html
    assert html.count("<img") == 4
    assert html.count("<table") >= 8


def test_run_for_a_person(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    few = {name: scenarios.get(tiny).queries[name] for name in ("effect of t", "row by row")}
    monkeypatch.setattr(
        sys.modules["ifonly.scenarios.tiny"], "scenario", replace(scenarios.get(tiny), queries=few)
    )
    assert main(["run", tiny, "--no-report", "--units", "20", *SAMPLING]) == 0
    found = capsys.readouterr()
    for word in ("truth", "90% interval", "covered", "effect of t", "row by row", "RMSE"):
        assert word in found.out
    assert "Simulating 20 units" in found.err
    assert "warning: this answer comes from few draws" in found.err
    assert found.err.count("warning:") == 1
    assert os.listdir() == []


def test_a_scenario_says_how_it_is_conditioned(
    capsys: pytest.CaptureFixture[str], tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(scenarios.get(tiny), method="marginal", draws=110)
    few = replace(one, queries={"effect of t": one.queries["effect of t"]})
    monkeypatch.setattr(sys.modules["ifonly.scenarios.tiny"], "scenario", few)
    command = ["run", tiny, "--no-report", "--seed", "1"]
    facts = told(capsys, command)
    assert facts["method"] == "marginal"
    assert facts["diagnostics"]["ess_bulk"] < 4 * 110 * 1.5
    assert told(capsys, [*command, *SAMPLING, "--method", "nuts"])["method"] == "nuts"
    calibration = ["calibrate", tiny, "--replications", "1", "--units", "20", "--draws", "60"]
    assert told(capsys, [*calibration, "--tune", "60"])["about"]["method"] == "marginal"
    assert "invalid choice: 'vi'" in scolded(capsys, [*command, "--method", "vi"])
