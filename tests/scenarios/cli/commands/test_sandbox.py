"""`ifonly sandbox`: a table becomes a folder that other commands take."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.cli.main import main

from ..commandline import SHORT_CHAINS, scolded, told
from ..visits import ONE, kept, one_time


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(one_time(), tmp_path_factory.mktemp("data"))


def test_a_table_becomes_a_folder_that_other_commands_take(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = ["sandbox", str(data), *ONE, "--effect", "-1 + 0.1*z(age)", "--overlap", "auc=0.7"]
    command += ["--confounding", "-0.2*(1-t)", "--rows", "300", "--seed", "2", "--out", str(out)]
    facts = told(capsys, command)
    assert sorted(p.name for p in out.iterdir()) == [
        "population.parquet", "report.html", "rows.csv", "scenario.json", "scenario.py",
        "truth.csv",
    ]  # fmt: skip
    assert facts["figures"]["auc"] == pytest.approx(0.7, abs=1e-9)
    assert max(facts["formula_errors"].values()) < 1e-12
    assert facts["verified"]["alpha_mse"] < 0.2
    truth = pd.read_csv(out / "truth.csv")
    assert set(truth["kappa_0"].round(12)) == {-0.2}
    assert main(["show", str(out / "scenario.py")]) == 0
    assert "row of the population" in capsys.readouterr().out
    compared = ["arena", str(out / "scenario.py"), "--estimators", "ols", "--replications", "2"]
    scores = told(capsys, [*compared, "--units", "200"])
    assert "ols" in str(scores)
    assert main([*command, "--no-report", "--quiet"]) == 0
    assert "Average effect" in capsys.readouterr().out


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ifonly.scenarios.analyses.sandbox.analysis.POPULATION", 2_000)


def test_times_to_an_event_are_censored(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    command = ["sandbox", str(data), *ONE, "--family", "lognormal", "--censoring", "0.3"]
    told(capsys, [*command, "--rows", "1000", "--no-report", "--out", str(tmp_path / "out")])
    rows, truth = (pd.read_csv(tmp_path / "out" / f"{n}.csv") for n in ("rows", "truth"))
    assert abs(rows["event"].mean() - 0.7) < 4 * np.sqrt(0.21 / 1000)
    own = np.where(rows["arm"] == 1, truth["y1"], truth["y0"])
    np.testing.assert_allclose(rows["gain"], np.minimum(own, truth["censoring"]), rtol=1e-14)


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
    command = ["sandbox", str(data), *ONE, "--effect", "1", "--rows", "200", "--out", str(out)]
    assert main([*command, "--no-report", "--quiet"]) == 0
    capsys.readouterr()
    short = ["--draws", "100", "--tune", "100", "--chains", "2", "--seed", "1"]
    facts = told(capsys, ["run", str(out / "scenario.py"), "--units", "150", *short])
    [effect] = facts["queries"]["average effect of arm"]["elements"]
    assert effect["truth"] == pytest.approx(1.0, abs=1e-9)
    assert Path("scenario.html").exists()
    found = told(
        capsys,
        ["calibrate", str(out / "scenario.py"), "--replications", "3", "--units", "60", *short],
    )
    assert (found["replications"], found["failed"]) == (3, 0)


@pytest.mark.slow
def test_estimators_are_ranked_over_the_draws(
    capsys: pytest.CaptureFixture[str], data: Path, tmp_path: Path
) -> None:
    base = ["sandbox", str(data), *ONE, "--out", str(tmp_path / "out")]
    assert "names one estimator" in scolded(capsys, [*base, "--rank", "ols"])
    assert "did you mean 'ols'" in scolded(capsys, [*base, "--rank", "olss,t_learner"])
    facts = told(capsys, [*base, "--effect", "1", "--rank", "ols,t_learner", "--rows", "300"])
    table = {row["method"]: row for row in facts["rankings"]}
    # The effect is 1 for all, so that who says 0 is off by 1 in every draw.
    assert table["zero"]["score"] == pytest.approx(1.0)
    assert table["ols"]["score"] < 1.0
    assert facts["better"]["ols"]["zero"] == 1.0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Estimators on data like these" in page
    assert "t_learner" in page
