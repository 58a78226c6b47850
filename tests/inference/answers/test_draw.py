"""How answers are drawn: what stands where."""

import numpy as np

from ifonly.inference.answers.draw import bands, sorted_units, worlds
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
    assert "whole interval below 0: 25% of units" in told


def test_counts_are_bars_and_amounts_a_density():
    counts = (answer("Counterfactual", unit=range(3)) > 1).astype(float)
    figure = worlds({"a": counts, "b": 1 - counts}, "y", None)
    assert sum(p.get_height() for p in figure.axes[0].patches) == 1.0
    smooth = worlds({"a": answer("Counterfactual", unit=range(3))}, "y", None)
    assert not smooth.axes[0].patches
