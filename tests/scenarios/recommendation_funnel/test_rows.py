"""Findings about rows: what they show of answers that are known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.recommendation_funnel import rows
from ifonly.scenarios.recommendation_funnel.truth import INTENT, QUALITY, VALUE
from ifonly.scenarios.reports.findings import Pair


def effect(intent: np.ndarray) -> np.ndarray:
    """The algebra: what half a point of quality does to a row's value."""
    return 0.5 * (0.35 + 0.60 * 0.75 + intent * (0.60 * 0.18 + 0.08 * 0.75) + 0.0144 * intent**2)


@pytest.fixture(scope="module")
def shown(pair: Pair) -> dict[str, Any]:
    """The sections by their numbers."""
    return {section.title.partition(".")[0]: section for section in rows.sections(pair)}


def test_the_items_of_the_sheet(shown: dict[str, Any]) -> None:
    assert list(shown) == ["7a", "7b", "8", "9", "10"]


def test_published_figures_stand_beside_truth_and_ours(pair: Pair) -> None:
    section = rows.figures_table(pair)
    assert section.table is not None
    table = section.table.set_index("figure")
    level = "mean row-level effect of quality +0.5"
    true = effect(pair.world.data[INTENT].to_numpy()).mean()
    assert table.loc[level, ["truth", "ours"]].to_list() == pytest.approx([true, true], abs=1e-12)
    assert table["DoWhy, published"].dropna().to_list() == [
        0.4321, 0.4372, 0.2679, 0.0518, -0.0207,
    ]  # fmt: skip
    assert table["DoWhy, run again"].dropna().to_list() == [0.4295, 0.171, 0.373, 0.4350]
    assert table.loc["RMSE of the row-level effects", "ours"] == pytest.approx(0.0, abs=1e-12)
    watch = table.loc["average causal effect, watch_time +0.5"]
    # 0.3 at an intent of 0; the world draws 100 000 new units, whose intents have a mean near 0.
    assert watch["truth"] == pytest.approx(0.3, abs=5 * 0.5 * 0.08 / np.sqrt(100_000))
    assert "the true mean row-level effect is 0.4060" in section.text


def test_named_rows_move_by_their_effect(shown: dict[str, Any], pair: Pair) -> None:
    table, data = shown["7a"].table, pair.world.data
    assert len(table) == 10
    expected = effect(data[INTENT].to_numpy())[:10]
    was = data[VALUE].to_numpy()[:10]
    np.testing.assert_allclose(table["true effect"], expected, atol=1e-12)
    np.testing.assert_allclose(table["would have been"], was + expected, atol=1e-12)
    np.testing.assert_allclose(table["value as it was"], was)
    assert "hold the truth of 10 of 10" in shown["7a"].text


def test_how_effects_are_spread(shown: dict[str, Any], pair: Pair) -> None:
    true = effect(pair.world.data[INTENT].to_numpy())
    row = shown["7b"].table.set_index("effects").loc["truth"]
    expected = [true.mean(), true.std(ddof=1), true.min(), np.median(true), true.max()]
    assert row.to_list() == pytest.approx(expected)
    assert f"is {true.min():.3f} in truth" in shown["7b"].text
    assert shown["7b"].title.startswith("7b. 60 rows")


def test_who_benefits_by_quartiles(shown: dict[str, Any], pair: Pair) -> None:
    data = pair.world.data.to_dataframe()
    groups = [pd.qcut(data[n], 4, labels=False).to_numpy() for n in (INTENT, QUALITY)]
    expected = pd.Series(effect(data[INTENT].to_numpy())).groupby(groups).mean()
    found = shown["8"].table["truth"].dropna().to_numpy()
    np.testing.assert_allclose(np.sort(found), np.sort(expected), atol=1e-12)


def test_the_oracle_and_the_modes(shown: dict[str, Any], pair: Pair) -> None:
    oracle = shown["9"].table.set_index("measure")
    assert oracle.loc["RMSE (score)", "ours"] == pytest.approx(0.0, abs=1e-12)
    assert oracle.loc["correlation with the truth", "ours"] == pytest.approx(1.0)
    assert oracle.loc["correlation with the truth", "DoWhy, run again"] == 0.373
    modes = shown["10"].table
    assert modes["units"].tolist() == ["new", "new", "observed"]
    # By algebra 0.4072 in the population.
    assert modes["truth"][:2].tolist() == pytest.approx([0.4072] * 2, abs=2e-3)
    true = effect(pair.world.data[INTENT].to_numpy()).mean()
    assert modes["truth"][2] == pytest.approx(true, abs=1e-12)
    # Two means of 500 values drawn apart, as those with shared noise are not.
    spread = pair.world.data[VALUE].to_numpy().std() * np.sqrt(2 / 500)
    assert abs(modes["mean"][0] - 0.4072) < 5 * spread
    assert modes["mean"][1] == pytest.approx(0.4072, abs=0.05)


def test_an_interval_narrower_than_its_text_is_drawn() -> None:
    """A posterior of very many rows is known to more digits than are written."""
    line = ("mode", "estimand", "new", 0.40712, 0.40712, 1e-6, "0.4071 to 0.4071")
    figure = rows._modes_figure([line], [(0.407119, 0.407121)])
    [bars] = figure.axes[0].containers
    [segment] = bars.lines[2][0].get_segments()
    assert segment[:, 0].tolist() == pytest.approx([0.407119, 0.407121], abs=1e-9)
