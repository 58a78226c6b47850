"""The folder of several times: what is written comes back, and its scenario is the sandbox."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import Dial, Knobs
from ifonly.scenarios import Scenario
from ifonly.scenarios.analyses.sandbox.times import Times
from ifonly.scenarios.analyses.sandbox.times_files import load, scenario_of_times, write_times

UNITS = 300


@pytest.fixture(scope="module")
def folder(times: Times, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("visits")
    write_times(times, path)
    return path


@pytest.fixture(scope="module")
def scenario(folder: Path) -> Scenario:
    return load(folder)


def test_what_is_written_comes_back(times: Times, folder: Path, scenario: Scenario) -> None:
    back = {n: pd.read_csv(folder / f"{n}.csv") for n in ("rows", "truth")}
    np.testing.assert_allclose(back["rows"], times.made.rows, rtol=1e-12)
    np.testing.assert_allclose(back["truth"], times.made.truth, rtol=1e-12)
    direct = scenario_of_times(times.made, times.stages[0].seed)
    for mine, own in zip(scenario.arguments["times"], direct.arguments["times"], strict=True):
        assert mine["key"] == own["key"]  # of all propensities, means and loadings
    assert scenario.hidden == ("U_1", "U_2")
    assert "times_files import load" in (folder / "scenario.py").read_text()


def test_a_world_has_the_effects_of_the_knobs_and_of_regimes(
    times: Times, scenario: Scenario
) -> None:
    world = scenario.simulate(UNITS, seed=4)
    asked = {n: q for n, q in scenario.queries.items() if n != "unit by unit"}
    found = {n: float(world.ask(q, backend="python")) for n, q in asked.items()}
    assert found["average effect of drug1 on pain1"] == pytest.approx(-0.5, abs=1e-9)
    own = -1 + 0.5 * world.data["drug1"].to_numpy().mean()
    # The loadings of the two arms differ a little, so that the shared latent leaves some noise.
    load_0, load_1 = times.made.sandboxes[1].loadings
    spread = times.made.sandboxes[1].law.scale * np.abs(load_1 - load_0).max()
    error = max(spread, 1e-3) / np.sqrt(UNITS)
    assert found["average effect of drug2 on pain2"] == pytest.approx(own, abs=4 * error)
    # By the rows' own way through the regimes, which knows no PyMC.
    whole = times.made.under([1, 1]) - times.made.under([0, 0])
    error = whole["pain2"].std() * np.sqrt(1 / UNITS + 1 / len(whole)) + spread / np.sqrt(UNITS)
    always = found["always against never, on pain2"]
    assert always == pytest.approx(whole["pain2"].mean(), abs=4 * error)


def test_the_arena_has_a_case_of_each_time(scenario: Scenario) -> None:
    assert set(scenario.variants) == {"time_1", "time_2"}
    assert scenario.cases is not None
    last = scenario.cases(200)
    assert last.roles.adjust == ("age", "drug1", "pain1")
    case = last.case(0, 5)
    np.testing.assert_allclose(case.effects, -1 + 0.5 * case.data["drug1"], atol=1e-12)
    first = scenario.variant("time_1").cases
    assert first is not None
    assert first(200).roles.adjust == ("age",)
    assert first(200).case(0, 5).effects == pytest.approx(-0.5, abs=1e-12)


def test_what_cannot_be_kept_or_is_damaged_gets_a_clear_line(times: Times, tmp_path: Path) -> None:
    def effect(table: pd.DataFrame) -> float:
        return 1.0

    stages = [replace(s, knobs=Knobs(effect)) for s in times.stages]
    with pytest.raises(KnobError, match="effect is a function"):
        write_times(replace(times, stages=tuple(stages)), tmp_path)
    assert list(tmp_path.iterdir()) == []
    dials = [replace(s, knobs=Knobs(overlap=Dial("auc", 0.7))) for s in times.stages]
    write_times(replace(times, stages=tuple(dials)), tmp_path)
    assert "auc=0.7" in (tmp_path / "scenario.json").read_text()
    second, first = tmp_path / "generator_2.nc", (tmp_path / "generator_1.nc").read_bytes()
    second.write_bytes(first)  # whole, and another one
    with pytest.raises(DataError, match="checksum differs"):
        load(tmp_path)
    second.unlink()
    with pytest.raises(DataError, match="write it anew") as raised:
        load(tmp_path)
    assert "\n" not in str(raised.value)
