"""A graph as a figure."""

import itertools

import numpy as np
import pymc as pm
import pytest
from matplotlib.patches import FancyArrowPatch

from ifonly.models.linear_walkthrough import linear_walkthrough
from ifonly.models.recommendation_funnel import recommendation_funnel
from ifonly.scenarios.display.graph import draw_graph


@pytest.mark.parametrize("model", [linear_walkthrough, recommendation_funnel])
@pytest.mark.parametrize("everything", [False, True])
def test_labels_neither_overlap_nor_leave_the_figure(model, everything: bool) -> None:
    figure = draw_graph(model(), deterministics=everything, parameters=everything)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)
    whole = figure.bbox
    assert all(whole.x0 <= b.x0 and b.x1 <= whole.x1 for b in boxes)
    assert all(whole.y0 <= b.y0 and b.y1 <= whole.y1 for b in boxes)


def test_edges_end_beside_each_other() -> None:
    """Six arrows into one narrow box; the axis is in inches."""
    with pm.Model(coords={"unit": range(1)}) as model:
        causes = [pm.Normal(f"x{k}", dims="unit") for k in range(6)]
        pm.Normal("y", sum(causes), 1.0, dims="unit")
    figure = draw_graph(model)
    arrows = [p for p in figure.axes[0].patches if isinstance(p, FancyArrowPatch)]
    ends = sorted(float(p._path_original.vertices[-1, 0]) for p in arrows)
    assert len(ends) == 6
    assert np.diff(ends).min() > 0.2
