"""How answers are drawn: what stands where."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.answers.draw import bands, draws_of_one, scattered, sorted_units, worlds
from ifonly.inference.answers.shown import elements_of

from .answers import answer


def test_a_band_runs_along_the_doses_in_order():
    made = answer("ATE", dose=[2.0, 0.0, 1.0])
    [ax] = bands(elements_of(made, 0.8), ["dose"], "effect", 0.0).axes
    line = ax.lines[0]
    assert line.get_xdata().tolist() == [0.0, 1.0, 2.0]
    np.testing.assert_allclose(
        line.get_ydata(), made.mean(("chain", "draw")).sel(dose=[0.0, 1.0, 2.0])
    )


def test_units_are_sorted_and_counted():
    made = answer("ITE", unit=range(4)) * 0.01 + np.array([3.0, -3.0, 0.0, 1.0])
    figure = sorted_units(elements_of(made, 0.8), "effect")
    heights = figure.axes[0].lines[0].get_ydata()
    assert (np.diff(heights) > 0).all()
    told = [t.get_text() for t in figure.legends[0].get_texts()]
    assert "interval below 0: 25%" in told


def test_counts_are_bars_and_amounts_a_density():
    counts = (answer("Counterfactual", unit=range(3)) > 1).astype(float)
    figure = worlds({"a": counts, "b": 1 - counts}, "y", None)
    ticks = figure.axes[-1].get_xticks()
    assert np.array_equal(ticks, np.round(ticks))  # there is nothing between two counts
    assert sum(p.get_height() for p in figure.axes[0].patches) == 1.0
    smooth = worlds({"a": answer("Counterfactual", unit=range(3))}, "y", None)
    assert not smooth.axes[0].patches


@pytest.mark.parametrize(("middle", "drawn"), [(2.0, True), (1_000.0, False)])
def test_no_effect_is_shown_unless_it_is_far_off(middle, drawn):
    figure = draws_of_one(answer() * 0.1 + middle, "effect", 0.0, 0.9)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert bool(dashed) is drawn


def test_each_dose_has_its_tick():
    made = answer("ATE", dose=[0.0, 0.5, 2.0])
    [ax] = bands(elements_of(made, 0.8), ["dose"], "effect", 0.0).axes
    assert [t.get_text() for t in ax.get_xticklabels()] == ["0", "0.5", "2"]


COVARIATES = {
    "ordered": pd.Series(pd.Categorical(["much", "some", "none"], ["none", "some", "much"], True)),
    "texts": pd.Series(["c", "b", "a"]),
    "gap": pd.Series(["b", None, "a"]),
    "days": pd.Series(pd.to_datetime(["2020-03-01", "2020-02-01", "2020-01-01"])),
    "numbers": pd.Series([3.0, 2.0, 1.0]),
}


@pytest.mark.parametrize("case", COVARIATES)
def test_units_stand_at_their_covariate(case):
    column = COVARIATES[case]
    effects = elements_of(answer("ITE", unit=range(3)), 0.8)
    [ax] = scattered(effects, column.rename(case), "effect").axes
    assert ax.get_xlabel() == case
    x, y = ax.lines[0].get_data()
    assert len(x) == column.notna().sum()
    assert (np.diff(np.asarray(x, dtype=float)) < 0).all()
    np.testing.assert_allclose(y, effects.mean.to_numpy()[column.notna()])
    names = {"ordered": ["none", "some", "much"], "texts": ["a", "b", "c"], "gap": ["a", "b"]}
    if case in names:
        assert [t.get_text() for t in ax.get_xticklabels()] == names[case]
