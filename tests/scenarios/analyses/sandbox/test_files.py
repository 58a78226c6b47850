"""The folder: what is written comes back to the last bit, and its scenario is the sandbox."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import ATE
from ifonly.inference.errors import DataError
from ifonly.scenarios.analyses import SANDBOX_FILES
from ifonly.scenarios.analyses.sandbox.analysis import Analysis
from ifonly.scenarios.analyses.sandbox.files import load, scenario_of, write


def test_the_written_scenario_is_the_sandbox(analysis: Analysis, tmp_path: Path) -> None:
    paths = write(analysis, tmp_path)
    assert [p.name for p in paths] == list(SANDBOX_FILES)
    for name, frame in (("rows", analysis.drawn.rows), ("truth", analysis.drawn.truth)):
        back = pd.read_csv(tmp_path / f"{name}.csv")
        assert list(back) == list(frame)
        numbers = frame.select_dtypes("number")
        np.testing.assert_allclose(back[list(numbers)], numbers, rtol=1e-15)
    scenario, direct = load(tmp_path), scenario_of(analysis)
    for name in ("threshold", "means", "loadings"):
        assert np.array_equal(scenario.arguments[name], direct.arguments[name])
    # The outcome is called U here, and the latent gives way.
    assert scenario.roles["U"] == "outcome"
    assert scenario.hidden == ("U_",)
    assert set(scenario.arguments["columns"]) == {"age", "birth place", "smokes"}
    settings = json.loads((tmp_path / "scenario.json").read_text())
    assert settings["without"] == ["bmi"]
    assert settings["levels"] == {"birth place": ["north", "south", "west"]}


def test_a_simulated_world_has_the_sandboxs_effect(analysis: Analysis) -> None:
    scenario = scenario_of(analysis)
    world = scenario.simulate(units=500, seed=1)
    rows = world.everything["row"].to_numpy()
    expected = analysis.sandbox.means.effect[rows].mean()
    # The noise is shared by both potential outcomes and their loadings differ a little.
    spread = np.abs(np.subtract(*analysis.sandbox.loadings)).max() * analysis.sandbox.law.scale
    found = float(world.ask(ATE("U", do={"arm": 1}, versus={"arm": 0})))
    assert abs(found - expected) < 4 * max(spread, 1e-12) / np.sqrt(500)
    assert "U_" not in world.data


@pytest.mark.parametrize(
    "damage", ["missing", "no json", "other json", "no parquet", "a number", "another number"]
)
def test_a_damaged_folder_gets_a_clear_line(
    analysis: Analysis, tmp_path: Path, damage: str
) -> None:
    write(analysis, tmp_path)
    settings, population = tmp_path / "scenario.json", tmp_path / "population.parquet"
    if damage == "missing":
        population.unlink()
    elif damage == "no json":
        settings.write_text("{")
    elif damage == "other json":
        settings.write_text("[1]")
    elif damage == "a number":
        settings.write_text(settings.read_text().replace('"units": ', '"units": 1'))
    elif damage == "another number":
        table = pd.read_parquet(population)
        table.loc[3, "mean_1"] += 1.0
        table.to_parquet(population)
    else:
        population.write_bytes(b"PAR1 nothing")
    with pytest.raises(DataError, match="write it anew") as raised:
        load(tmp_path)
    assert "\n" not in str(raised.value)
