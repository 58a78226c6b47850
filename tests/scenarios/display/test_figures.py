"""Figures that scenarios share: what is drawn is what was given."""

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.display.figures import (
    TRUTH,
    bars,
    blank,
    densities,
    density,
    finish,
    forest,
    heatmap,
    marginals,
    movement,
)

FOUND = pd.DataFrame(
    {"truth": [1.0, 2.0], "mean": [1.5, 2.5], "low": [1.0, 2.25], "high": [3.0, 2.75]}
)


def test_the_title_is_the_finding() -> None:
    figure, _ = blank(1, 1, (2.0, 2.0))
    assert finish(figure, "It rises") is figure
    assert figure.get_suptitle() == "It rises"


def test_a_density_integrates_to_one_and_sits_where_the_values_are() -> None:
    x, y = density(np.random.default_rng(0).normal(3.0, 0.5, 200_000))
    assert np.trapezoid(y, x) == pytest.approx(1.0, abs=0.02)
    assert np.trapezoid(x * y, x) == pytest.approx(3.0, abs=0.02)


def test_densities_have_a_name_a_colour_and_room_for_all() -> None:
    _, [[ax]] = blank(1, 1, (2.0, 2.0))
    rng = np.random.default_rng(0)
    densities(ax, {"a": rng.uniform(0, 1, 500), "b": rng.uniform(5, 6, 500)}, ["red", "blue"])
    assert ax.get_legend_handles_labels()[1] == ["a", "b"]
    assert [line.get_color() for line in ax.lines] == ["red", "blue"]
    low, high = ax.get_xlim()
    assert 0.0 <= low < 0.05
    assert 5.95 < high <= 6.0


def test_marginals_have_one_panel_a_variable_and_a_line_at_the_truth() -> None:
    draws = np.random.default_rng(0).normal(size=300)
    figure = marginals("T", {name: {"posterior": draws} for name in "abcd"}, {"b": 0.25})
    shown = [ax for ax in figure.axes if ax.get_visible()]
    assert [ax.get_xlabel() for ax in shown] == list("abcd")
    assert len(figure.axes) == 6
    lines = {ax.get_xlabel(): [v for v in ax.lines if v.get_color() == TRUTH] for ax in shown}
    assert {name: len(found) for name, found in lines.items()} == {"a": 0, "b": 1, "c": 0, "d": 0}
    assert set(lines["b"][0].get_xdata()) == {0.25}


def test_a_forest_reads_from_top_to_bottom() -> None:
    _, [[ax]] = blank(1, 1, (2.0, 2.0))
    forest(ax, ["up", "down"], FOUND, {"theirs": {"down": 7.0}})
    names = dict(zip(ax.get_yticks(), (t.get_text() for t in ax.get_yticklabels()), strict=True))
    assert names == {1: "up", 0: "down"}
    points = {str(line.get_label()): line for line in ax.lines}
    assert points["truth"].get_xydata().tolist() == [[1.0, 1.0], [2.0, 0.0]]
    assert points["theirs"].get_xydata().tolist() == [[7.0, 0.0]]
    [bars] = ax.containers
    ends = [segment[:, 0].tolist() for segment in bars.lines[2][0].get_segments()]
    assert ends == [[1.0, 3.0], [2.25, 2.75]]


def test_a_movement_leads_from_what_was_to_what_would_have_been() -> None:
    _, [[ax]] = blank(1, 1, (2.0, 2.0))
    movement(ax, ["u", "v"], FOUND.assign(factual=[0.5, 0.0]))
    ways = [segment.tolist() for segment in ax.collections[0].get_segments()]
    assert ways == [[[0.5, 1.0], [1.5, 1.0]], [[0.0, 0.0], [2.5, 0.0]]]
    points = {str(line.get_label()): line.get_xydata().tolist() for line in ax.lines}
    assert points["was"] == [[0.5, 1.0], [0.0, 0.0]]
    assert points["truly would have been"] == [[1.0, 1.0], [2.0, 0.0]]


def test_a_mean_may_lie_outside_its_interval() -> None:
    """A posterior with one long tail has such a mean."""
    found = FOUND.assign(mean=[5.0, 0.0], factual=[0.5, 0.0])
    for draw in (forest, movement):
        _, [[ax]] = blank(1, 1, (2.0, 2.0))
        draw(ax, ["u", "v"], found)
        [drawn] = ax.containers
        assert drawn.lines[0].get_xdata().tolist() == [5.0, 0.0]
        ends = [segment[:, 0].tolist() for segment in drawn.lines[2][0].get_segments()]
        assert ends == [[1.0, 3.0], [2.25, 2.75]]
        left, right = ax.get_xlim()
        assert left < 0.0 < 5.0 < right
    _, [[ax]] = blank(1, 1, (2.0, 2.0))
    bars(ax, [0.0, 1.0], found["mean"], (found["low"], found["high"]), 0.5)
    assert [bar.get_height() for bar in ax.patches] == [5.0, 0.0]
    [drawn] = [c for c in ax.containers if hasattr(c, "has_xerr")]
    ends = [segment[:, 1].tolist() for segment in drawn.lines[2][0].get_segments()]
    assert ends == [[1.0, 3.0], [2.25, 2.75]]


def test_a_heatmap_says_its_numbers() -> None:
    figure, [[ax]] = blank(1, 1, (2.0, 2.0))
    heatmap(ax, [[-0.004, -1.0], [np.nan, 0.5]], "score", digits=2)
    cells = {text.get_position(): text.get_text() for text in ax.texts}
    assert cells == {(0, 0): "0.00", (1, 0): "−1.00", (1, 1): "0.50"}
    image = ax.images[0]
    assert (image.norm.vmin, image.norm.vmax) == (-1.0, 0.5)
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours["−1.00"] == "white", "on the dark end"
    assert colours["0.50"] == "black", "on the light end"
    assert figure.axes[1].get_ylabel() == "score"


def test_a_heatmap_beside_another_shares_its_colours_and_has_no_bar() -> None:
    figure, [[ax]] = blank(1, 1, (2.0, 2.0))
    heatmap(ax, [[0.5]], None, ends=(0.0, 2.0))
    assert len(figure.axes) == 1
    assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (0.0, 2.0)
