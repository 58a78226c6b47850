"""`ifonly arena`: scored, kept, gone on with, and reported."""

from pathlib import Path

import numpy as np
import pytest

from ifonly.inference.validation.arena import Arena
from ifonly.scenarios.cli.main import main

from ..commandline import scolded, told

SMALL = ["arena", "heterogeneous_exposure", "--units", "200", "--replications", "2"]


def test_it_scores_each_estimator_beside_the_baselines(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kept, output = tmp_path / "arena.jsonl", tmp_path / "arena.nc"
    figure, report = tmp_path / "arena.png", tmp_path / "arena.html"
    command = [*SMALL, "--estimators", "ols", "--resume", str(kept)]
    files = ["--output", str(output), "--figure", str(figure), "--report", str(report)]
    facts = told(capsys, [*command, *files])
    found = {e["estimator"]: e for e in facts["estimators"]}
    assert list(found) == ["ols", "constant", "zero"]
    for name in ("pehe", "coverage", "width", "ate_bias", "ate_coverage", "seconds"):
        assert np.isfinite(found["ols"][name])
    # Told the form but for a kink: on 200 units far better than one effect for all.
    assert found["ols"]["pehe"] < 0.7 * found["constant"]["pehe"]
    assert found["ols"]["coverage"] > 0.8
    assert Arena.load(output).summary.loc["ols", "pehe"] == found["ols"]["pehe"]
    assert figure.read_bytes().startswith(b"\x89PNG")
    page = report.read_text()
    assert "OLS with interactions" in page
    assert "<img" in page
    # Gone on with: nothing is done again, and another estimator joins.
    before = kept.read_text()
    command[command.index("ols")] = "ols,nowhere_to_be_found_without_a_module:it"
    assert "no estimator at" in scolded(capsys, command)
    assert main([*SMALL, "--estimators", "zero", "--resume", str(kept)]) == 0
    assert kept.read_text() == before
    assert "zero effect" in capsys.readouterr().out


def test_a_failure_is_a_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Ten units are fewer than its coefficients."""
    command = ["arena", "heterogeneous_exposure", "--units", "9", "--replications", "1"]
    table = tmp_path / "arena.csv"
    facts = told(capsys, [*command, "--estimators", "ols", "--output", str(table)])
    found = {e["estimator"]: e for e in facts["estimators"]}
    assert found["ols"]["failed"] == 1
    assert found["ols"]["pehe"] is None
    assert "10 coefficients and 9 units" in facts["problems"][0]["problem"]
    assert "10 coefficients" in table.read_text()
    assert main([*command, "--estimators", "ols"]) == 0
    assert "ols failed on 1 of 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["recommendation_funnel"], "a treatment that is 0 or 1"),
        (["heterogeneous_exposur"], "did you mean 'heterogeneous_exposure'"),
        (["nothing"], "and the benchmarks acic2016, ihdp"),
        (["jobs"], "no unit's effect is known"),
        (["acic2016"], "such as acic2016:10"),
        (["ihdp:C"], "the variants A, B"),
        (["ihdp:B", "--units", "9"], "a table of its own"),
        (["ihdp:B", "--estimators", "causal_forrest"], "did you mean 'causal_forest'"),
        (["ihdp:B", "--estimators", ","], "should name estimators"),
        (["heterogeneous_exposure", "--output", "a.txt"], "should end in .nc or .csv"),
        (["heterogeneous_exposure:other"], "'other'"),
    ],
)
def test_mistakes_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert words in scolded(capsys, ["arena", *arguments])
