"""The program of the models: it runs, and says what the analysis said."""

from dataclasses import replace
from pathlib import Path

import pytest

from ifonly.scenarios.analyses.effects.analysis import Effects
from ifonly.scenarios.analyses.effects.code import code_of
from ifonly.scenarios.analyses.effects.pool import fit_pooled

from .small import found, small_searches, table


def printed(found: Effects, folder: Path, capsys: pytest.CaptureFixture[str]) -> float:
    """What the program of an analysis of the small table prints."""
    path = folder / "table.csv"
    table().to_csv(path, index=False)
    code = code_of(found, str(path))
    assert "pm.Normal(" in code
    exec(compile(code, "model.py", "exec"), {})
    return float(capsys.readouterr().out)


def test_it_runs_and_gives_the_same_average(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(found(), tmp_path, capsys) == pytest.approx(found().ate["mean"], rel=1e-9)


# So few draws have not converged; they are the same in both.
@pytest.mark.filterwarnings("ignore::ifonly.inference.errors.ConvergenceWarning")
def test_it_averages_the_models_and_the_lengthscales_that_were_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    small_searches(monkeypatch)
    lines = found().parts["linear"]
    process = fit_pooled(lines.table, lines.assignment, seed=1, draws=20, tune=20)
    weights = {"linear": 0.25, "process": 0.75}
    both = replace(found(), parts={"linear": lines, "process": process}, weights=weights)
    own = {n: p.effects().mean() for n, p in both.parts.items()}
    expected = sum(weights[n] * own[n] for n in own)
    # One of the searches alone, or one of the models, is off by more than this.
    [other] = process.others
    apart = abs(other.effects().mean() - own["process"])
    assert apart > 1e-3
    assert abs(own["linear"] - own["process"]) > 4e-3
    assert printed(both, tmp_path, capsys) == pytest.approx(expected, abs=1e-4)
