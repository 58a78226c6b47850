"""`ifonly sandbox` of several times: files, and figures of each time."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.cli.main import main

from .commandline import SHORT_CHAINS, told
from .visits import SEVERAL, kept, several_times


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(several_times(), tmp_path_factory.mktemp("data"))


@pytest.mark.slow
def test_each_time_has_what_was_asked(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    command = ["sandbox", str(data), *SEVERAL, "--effect", "-0.5*time", "--confounding", "0; 0.2"]
    command += ["--overlap", "0.02*(age - 40); 0.5*drug1 - 0.25", "--rows", "800", "--seed", "2"]
    facts = told(capsys, [*command, "--out", str(tmp_path / "out")])
    rows, truth = (pd.read_csv(tmp_path / "out" / f"{n}.csv") for n in ("rows", "truth"))
    assert list(rows) == ["age", "drug1", "pain1", "drug2", "pain2"]
    assert truth["tau_1"].round(9).eq(-0.5).all()
    assert truth["tau_2"].round(9).eq(-1.0).all()
    assert truth["kappa_0_2"].round(9).eq(0.2).all()
    for k in (1, 2):
        own = np.where(rows[f"drug{k}"] == 1, truth[f"y1_{k}"], truth[f"y0_{k}"])
        np.testing.assert_allclose(rows[f"pain{k}"], own, rtol=1e-12)
    assert [max(t["formula_errors"].values()) < 1e-12 for t in facts["times"]] == [True, True]
    for time in facts["times"]:
        oracle = {row["adjusted for"]: row for row in time["oracle"]}["x and U"]
        assert abs(oracle["found"] - oracle["truth"]) < 4 * oracle["error"]
    first, second = facts["regimes"]
    # The first effect is -0.5; about half of it is left at the second time, whose own is -1.
    assert first["difference"] == pytest.approx(-0.5, abs=1e-9)
    assert second["difference"] == pytest.approx(-1.25, abs=0.15)
    report = (tmp_path / "out" / "report.html").read_text()
    assert "Time 2: drug2 on pain2" in report
    compared = ["arena", str(tmp_path / "out" / "scenario.py"), "--estimators", "ols"]
    scores = told(capsys, [*compared, "--replications", "2", "--units", "200"])
    assert "ols" in str(scores)


@pytest.mark.slow
@SHORT_CHAINS
@pytest.mark.filterwarnings("always:the graph does not identify the latent")
def test_the_scenario_runs_and_calibrates(
    capsys: pytest.CaptureFixture[str],
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    command = ["sandbox", str(data), *SEVERAL, "--effect", "-1", "--rows", "200", "--out", str(out)]
    assert main([*command, "--no-report", "--quiet"]) == 0
    capsys.readouterr()
    short = ["--draws", "60", "--tune", "100", "--chains", "2", "--seed", "1"]
    facts = told(capsys, ["run", str(out / "scenario.py"), "--units", "100", *short])
    for k in (1, 2):
        [effect] = facts["queries"][f"average effect of drug{k} on pain{k}"]["elements"]
        assert effect["truth"] == pytest.approx(-1.0, abs=1e-9)
    assert Path("scenario.html").exists()
    found = told(
        capsys,
        ["calibrate", str(out / "scenario.py"), "--replications", "2", "--units", "60", *short],
    )
    assert (found["replications"], found["failed"]) == (2, 0)
