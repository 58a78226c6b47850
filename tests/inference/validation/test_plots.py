"""What stands in the figures: the numbers themselves, and names as they are."""

from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from scipy import stats

from ifonly.inference.validation.plots import Shown, plot_comparison, with_intervals

SUMMARY = {"elements": 3.0, "rmse": 0.1, "coverage": 0.5, "correlation": 0.9, "slope": 1.1}


def shown(coords: dict[str, Any], draws: Any = None, outcome: str = "effect") -> Shown:
    """Means 0, 1, 2, ..., truths half above them, sds of one, 90 % intervals."""
    shape = tuple(len(v) for v in coords.values())
    mean = np.arange(int(np.prod(shape)), dtype=float).reshape(shape)
    columns = {
        "truth": mean + 0.5, "mean": mean, "sd": np.ones(shape), "low": mean - 1.645,
        "high": mean + 1.645, "covered": mean != 1, "rank": np.full(shape, 0.69),
        "z": np.full(shape, -0.5),
    }  # fmt: skip
    elements = xr.Dataset({n: (tuple(coords), v) for n, v in columns.items()}, coords=coords)
    return Shown(elements, draws, 0.9, outcome, SUMMARY)


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    return "\n".join(t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")))


def test_one_number_stands_beside_its_density() -> None:
    figure = plot_comparison(shown({}), "scalar", "what was asked")
    [ax] = figure.axes
    curve, mean, truth = ax.lines
    x, density = curve.get_data()
    law = stats.norm(0, 1).pdf(x)
    np.testing.assert_allclose(density / density.max(), law / law.max(), rtol=1e-6)
    assert (mean.get_xdata()[0], truth.get_xdata()[0]) == (0.0, 0.5)
    for words in ("what was asked", "truth 0.5", "mean 0", "90% interval", "effect"):
        assert words in texts(figure)


def test_along_a_number_the_difference_stands_below() -> None:
    found = shown({"dose": [2.0, 0.0, 1.0]})
    above, below = plot_comparison(found, "line").axes
    for ax, truth, mean in ((above, [1.5, 2.5, 0.5], [1, 2, 0]), (below, [0] * 3, [-0.5] * 3)):
        points = ax.containers[0].lines[0]
        [diamonds] = (line for line in ax.lines if line.get_label() == "truth")
        assert points.get_xdata().tolist() == [0.0, 1.0, 2.0]
        np.testing.assert_allclose(points.get_ydata(), mean)
        np.testing.assert_allclose(diamonds.get_ydata(), truth)


def test_one_row_for_each_name_and_names_are_no_formulas() -> None:
    figure = plot_comparison(shown({"group": ["a", "$b$_c^d", "c"]}, outcome="$x$"), "forest")
    left, right = figure.axes
    assert [t.get_text() for t in left.get_yticklabels()] == ["a", "$b$_c^d", "c"]
    assert left.get_xlabel() == "$x$"
    assert not any(t.get_parse_math() for t in left.get_yticklabels())
    points = right.containers[0].lines[0]
    np.testing.assert_allclose(points.get_xdata(), [-0.5] * 3)
    assert left.get_ylim()[0] > left.get_ylim()[1], "the first name stands on top"


def test_over_two_dimensions_there_is_a_map_of_each() -> None:
    found = shown({"group": ["a", "b"], "dose": [0.0, 0.5, 1.0]})
    figure = plot_comparison(found, "grid")
    truth, mean, z = (np.asarray(ax.images[0].get_array()) for ax in figure.axes[:3])
    np.testing.assert_allclose(mean, np.arange(6.0).reshape(2, 3))
    np.testing.assert_allclose(truth, mean + 0.5)
    np.testing.assert_allclose(z, -0.5)
    [crosses] = figure.axes[2].lines
    assert crosses.get_xydata().tolist() == [[1.0, 0.0]], "the one that is not covered"
    assert figure.axes[0].images[0].get_clim() == (0.0, 5.5)


def test_over_units_the_share_of_truths_inside_is_that_of_the_ranks() -> None:
    """A rank of 0.69 is inside every central interval of 38 % and more."""
    found = shown({"unit": np.arange(50)}, draws=np.zeros((10, 50)))
    left, right = plot_comparison(found, "units").axes
    level, share = right.lines[1].get_data()
    np.testing.assert_array_equal(share, np.where(level >= 0.38, 1.0, 0.0))
    assert right.lines[2].get_data()[1] == 0.5
    points = left.containers[0].lines[0]
    np.testing.assert_allclose(points.get_ydata() - points.get_xdata(), 0.5)
    assert "RMSE 0.1, correlation 0.900, slope 1.100" in left.get_title()


def test_without_draws_ranks_are_those_of_a_normal() -> None:
    found = shown({"unit": np.arange(5)})
    _, right = plot_comparison(found, "units").axes
    level, share = right.lines[1].get_data()
    inside = 2 * stats.norm.cdf(0.5) - 1
    np.testing.assert_array_equal(share, np.where(level >= inside, 1.0, 0.0))


@pytest.mark.parametrize("shape", ["scalar", "forest"])
def test_pyplot_keeps_no_figure(shape: str) -> None:
    from matplotlib import pyplot

    pyplot.close("all")
    plot_comparison(shown({} if shape == "scalar" else {"group": ["a"]}), shape)
    assert pyplot.get_fignums() == []


def test_numbers_of_a_table_with_texts_are_drawn() -> None:
    """Whose columns are of objects."""
    ax = Figure().subplots()
    with_intervals(ax, np.array([1, 2.5], object), [0, 1], (np.array([0, 2], object), [2, 3]))
    points, bars = ax.containers[0][0], ax.containers[0][2][0]
    np.testing.assert_array_equal(points.get_xdata(), [1.0, 2.5])
    np.testing.assert_array_equal([s[:, 0] for s in bars.get_segments()], [[0, 2], [2, 3]])
