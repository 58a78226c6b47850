"""A graph as a figure."""

import itertools

import pytest

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
