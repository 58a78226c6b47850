"""The figure of a calibration."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import binom

from ifonly.inference import Calibration
from ifonly.inference.validation.calibration.plots import plot_calibration


def test_it_has_a_figure(found: Calibration) -> None:
    figure = found.plot()
    assert isinstance(figure, Figure)
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    figure.draw_without_rendering()


def test_it_shows_the_ranks_and_the_coverage_that_it_is_given() -> None:
    ranks = np.linspace(0.01, 0.99, 50) ** 2
    coverage = pd.DataFrame(
        {"element": 0, "ci_prob": [0.5, 0.9], "share": [0.4, 0.8], "low": [0.3, 0.7],
         "high": [0.5, 0.95]}
    )  # fmt: skip
    figure = plot_calibration([("", ranks)], coverage, "what was asked of $y$", "a note")
    left, middle, right = figure.axes
    heights = [bar.get_height() for bar in left.containers[0]]
    np.testing.assert_array_equal(heights, np.histogram(ranks, 5, (0, 1))[0])
    grey = left.patches[0].get_bbox()
    assert (grey.y0, grey.y1) == tuple(binom.ppf([0.025, 0.975], 50, 0.2))
    x, off = middle.lines[-1].get_data()
    np.testing.assert_allclose(off, [(ranks <= at).mean() - at for at in x])
    points = right.containers[0].lines[0]
    assert points.get_xydata().tolist() == [[0.5, 0.4], [0.9, 0.8]]
    assert figure.get_suptitle() == "what was asked of $y$\na note"


def test_several_elements_have_a_colour_and_a_name_each() -> None:
    ranks = np.linspace(0, 1, 40)
    rows = [{"element": e, "ci_prob": 0.9, "share": 0.9, "low": 0.8, "high": 0.95} for e in (0, 1)]
    figure = plot_calibration(
        [("dose 1", ranks), ("dose 2", ranks)], pd.DataFrame(rows), "asked", ""
    )
    _, middle, right = figure.axes
    assert [t.get_text() for t in middle.get_legend().get_texts()] == ["dose 1", "dose 2"]
    one, two = (c.lines[0].get_xdata()[0] for c in right.containers)
    assert one != two, "beside each other"
