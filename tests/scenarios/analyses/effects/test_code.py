"""The program of the model: it runs, and says what the analysis said."""

from pathlib import Path

import pytest

from ifonly.scenarios.analyses.effects.code import code_of

from .small import found, table


def test_it_runs_and_gives_the_same_average(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    table().to_csv(path, index=False)
    code = code_of(found().parts["linear"], str(path))
    assert "pm.Normal(" in code
    exec(compile(code, "model.py", "exec"), {})
    printed = float(capsys.readouterr().out)
    ate = found().ate
    assert abs(printed - ate["mean"]) < 4 * ate["sd"] / (800**0.5)
