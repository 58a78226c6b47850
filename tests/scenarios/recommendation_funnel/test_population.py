"""Findings about the population: what they show of answers that are known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import World
from ifonly.scenarios.recommendation_funnel import population
from ifonly.scenarios.recommendation_funnel.population import Outcomes, generated, worlds
from ifonly.scenarios.recommendation_funnel.truth import ALL, LADDER, PARAMETERS, QUALITY
from ifonly.scenarios.reports.findings import Pair

from ..standin import Standin


@pytest.fixture(scope="module")
def shown(pair: Pair) -> dict[str, Any]:
    """The sections by their numbers."""
    return {section.title.partition(".")[0]: section for section in population.sections(pair)}


def test_one_draw_is_generated_from_as_many_units_as_were_seen(small: World) -> None:
    # Another mean of intent in each draw: the last one of the first chain is taken.
    means = np.array([[0.0, 0.0, 100.0], [0.0, 0.0, 0.0]])
    posterior: Any = Standin(small, intent_mean=means)
    made = generated(Pair(small, posterior))
    assert made.data.sizes["unit"] == 60
    assert float(made.data["user_intent"].mean()) == pytest.approx(100.0, abs=1.0)
    assert float(made.parameters["watch_sd"]) == PARAMETERS["watch_sd"]


def test_worlds_are_named_by_what_is_done() -> None:
    quality = xr.Dataset({QUALITY: ("unit", np.arange(5.0))})
    pair: Any = SimpleNamespace(world=SimpleNamespace(data=quality))
    found = worlds(pair)
    assert list(found) == [
        "as it was", "quality +0.5", "quality = 2.00 (median)",
        "quality = 3.00 (75th percentile)", "quality +0.5, prompt -0.25",
        "quality +0.5 where intent < 0",
    ]  # fmt: skip
    assert found["as it was"] == {}
    assert str(found["quality = 2.00 (median)"][QUALITY]) == "set_to(2)"


def test_samples_stand_beside_the_data(shown: dict[str, Any], pair: Pair) -> None:
    table = shown["1"].table
    assert table["variable"].tolist() == [n for n in ALL for _ in range(2)]
    seen = table[table["sample"] == "data"].set_index("variable")
    for name in ALL:
        column = pair.world.data[name].to_numpy()
        expected = [column.mean(), column.std(), column.min(), column.max()]
        assert seen.loc[name, ["mean", "sd", "min", "max"]].to_list() == pytest.approx(expected)


def test_a_soft_a_hard_and_no_intervention(shown: dict[str, Any]) -> None:
    table = shown["2"].table
    assert table["intervention"].tolist() == [
        "quality +0.5", "quality = 1.0", "quality +0", "quality +0.5, prompt -0.25",
    ]  # fmt: skip
    truth = table["truth"].to_list()
    assert truth[2] == 0.0
    # The prompt's own effect on value is 0.6 x 0.25 - 0.1 a point, and 0.08 x 0.25 more by intent.
    assert truth[0] - truth[3] == pytest.approx(0.25 * 0.05, abs=0.25 * 0.02 * 0.6)
    ratio = truth[1] / truth[0]
    assert shown["2"].figure.get_suptitle().startswith(f"Setting quality to 1.0 does {ratio:.1f}")


def test_what_is_downstream_moves_by_the_algebra(shown: dict[str, Any]) -> None:
    table = shown["3"].table.set_index("variable")
    assert table.loc["recommendation_quality", "truth"] == 0.5
    assert table.loc["watch_time", "truth"] == pytest.approx(0.375, abs=2e-3)
    assert table.loc["next_week_value", "truth"] == pytest.approx(0.4072, abs=2e-3)


def test_levers_stand_beside_the_published_ones(shown: dict[str, Any]) -> None:
    table = shown["4"].table
    assert table["truth"].tolist() == pytest.approx([0.4072, 0.3, 0.025], abs=2e-3)
    assert table["DoWhy, published"].tolist() == [0.4372, 0.2679, 0.0518]
    np.testing.assert_array_equal(table["DoWhy, run again"], [0.4350, np.nan, np.nan])
    prompt = table["truth"][2]
    assert f"{0.0518 / prompt:.1f} times that" in shown["4"].text


def test_a_ladder_has_every_step(shown: dict[str, Any]) -> None:
    table = shown["5"].table.set_index("shift")
    assert table.index.tolist() == list(LADDER)
    # The effect is linear in the shift, and exactly 0 at 0.
    one = table.loc[1.0, "truth"]
    np.testing.assert_allclose(table["truth"], one * np.array(LADDER), atol=1e-12)
    assert "-0.0207" in shown["5"].text


NAMES = ("as it was", "soft", "median", "upper", "both", "targeted")


def spread(*means: float) -> Outcomes:
    """Outcomes of six worlds that differ in their means, of known quantiles."""
    by_name = {n: m + np.linspace(0.0, 1.0, 101) for n, m in zip(NAMES, means, strict=True)}
    rows = [
        (n, v.mean(), v.mean(), 0.1 * k, 0.1 * k, *np.quantile(v, [0.05, 0.95]))
        for k, (n, v) in enumerate(by_name.items(), start=1)
    ]
    columns = ["world", "mean", "mean, truth", "sd", "sd, truth", "5% quantile", "95% quantile"]
    return Outcomes(by_name, by_name, pd.DataFrame(rows, columns=columns))


def test_hard_and_soft_say_their_spreads() -> None:
    section = population.hard_and_soft(spread(0, 1, 2, 3, 4, 5))
    assert "falls from 0.10 to 0.30 at the median, and is 0.20 under the shift" in section.text
    assert section.table is not None
    assert section.table["world"].tolist() == list(NAMES[:4])


def test_policies_say_what_they_gain_over_the_world_as_it_was() -> None:
    section = population.policies(spread(1.0, 1.5, 9.0, 9.0, 1.375, 1.25))
    assert section.table is not None
    assert section.table["world"].tolist() == ["as it was", "soft", "both", "targeted"]
    assert "raises the mean by 0.500; with a weaker prompt besides, by 0.375" in section.text
    assert "for those with negative intent only, by 0.250" in section.text
    assert "lifts the 5% quantile by 0.25, where treating everyone lifts it by 0.50" in section.text


def test_outcomes_are_pooled_over_draws_and_units(monkeypatch: pytest.MonkeyPatch) -> None:
    two = {"as it was": {}, "soft": {QUALITY: 1.0}}
    monkeypatch.setattr(population, "worlds", lambda pair: two)
    answer = xr.DataArray(
        np.arange(8.0).reshape(1, 2, 2, 2), dims=("chain", "draw", "world", "unit")
    )
    truth = xr.DataArray([[1.0, 1.0], [2.0, 4.0]], dims=("world", "unit"))
    pair: Any = SimpleNamespace(answer=lambda query: answer, truth=lambda query: truth)
    found = population.outcomes(pair)
    assert found.found["soft"].tolist() == [2.0, 3.0, 6.0, 7.0]
    row = found.table.set_index("world").loc["soft"]
    assert row[["mean", "mean, truth", "sd, truth"]].to_list() == [4.5, 3.0, 1.0]
