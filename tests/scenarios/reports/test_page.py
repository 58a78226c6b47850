"""Reports: whole, self-contained, and safe against what stands in them."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from ifonly.models.recommendation_funnel import recommendation_funnel
from ifonly.scenarios import Section
from ifonly.scenarios.display.graph import draw_graph
from ifonly.scenarios.reports.page import Chapter, render


def page(*sections: Section, title: str = "A title") -> str:
    return render(title, "Why?", [Chapter("One", sections)], {"ifonly": "0"})


def scatter(points: int) -> Figure:
    figure = Figure()
    figure.add_subplot().plot(*np.random.default_rng(0).normal(size=(2, points)), "o")
    return figure


def test_a_report_fetches_nothing() -> None:
    html = page(Section("Graph", "See.", figure=draw_graph(recommendation_funnel())))
    sources = re.findall(r"""(?:src|href|action|data)\s*=\s*["']([^"']*)""", html)
    assert sources
    assert all(s.startswith(("#", "data:image/")) for s in sources)
    assert not re.search(r"https?:|@import|url\(|<script|<link", html)


def test_a_wide_picture_stands_below_its_words() -> None:
    for width, beside in ((6.4, True), (12.6, False)):
        html = page(Section("Ranks", "Words.", figure=Figure(figsize=(width, 4))))
        assert ('class="pair"' in html) == beside


def test_the_contents_lead_somewhere() -> None:
    html = page(Section("Same", "a"), Section("Same", "b"), Section("Other & more", "c"))
    ids = re.findall(r'id="([^"]*)"', html)
    assert len(set(ids)) == len(ids)
    links = re.findall(r'href="#([^"]*)"', html)
    assert len(links) == 4
    assert set(links) <= set(ids)


def test_what_is_shown_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    table = pd.DataFrame({evil: [evil]})
    html = page(Section(evil, evil, table), title=evil)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 5


def test_text_has_paragraphs_code_and_blocks() -> None:
    html = page(Section("", "One `y_mu`\nline.\n\nTwo.\n\n  y ~ f(x)\n    more"))
    assert "<p>One <code>y_mu</code> line.</p><p>Two.</p>" in html
    assert "<pre><code>y ~ f(x)\n  more</code></pre>" in html


def test_tables_keep_index_and_sign_and_are_cut() -> None:
    table = pd.DataFrame({"x": [-0.5, np.nan]}, index=pd.Index(["u", "v"], name="unit"))
    html = page(Section("T", "t", table))
    assert "<th>unit</th>" in html
    assert '<td class="number">−0.5000</td>' in html
    assert '<td class="number">–</td>' in html
    long = page(Section("T", "t", pd.DataFrame({"x": range(100)})))
    assert "The first 40 of 100 rows." in long
    assert long.count("<tr>") == 41
    pairs = pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["g", "h"])
    both = page(Section("T", "t", pd.DataFrame({"x": range(4)}, index=pairs)))
    assert "<th>g</th>" in both


@pytest.mark.parametrize(("points", "kind"), [(10, "svg+xml"), (20_000, "png")])
def test_a_cloud_of_points_is_kept_as_pixels(points: int, kind: str) -> None:
    html = page(Section("F", "f", figure=scatter(points)))
    assert f"data:image/{kind};base64," in html
    assert len(html) < 1_000_000


def test_equal_input_gives_equal_bytes() -> None:
    first, second = (page(Section("F", "f", figure=scatter(5))) for _ in range(2))
    assert first == second


def test_a_column_of_words_keeps_its_numbers_on_their_side() -> None:
    """Groups go by name here and by number there; they stand under one another."""
    table = pd.DataFrame({"group": ["casual", "1"], "units": [3, 4]})
    page = render("T", "", [Chapter("C", [Section("", "", table)])], {})
    assert '<td class="short">1</td><td class="number">4</td>' in page


def test_days_are_days() -> None:
    days = pd.date_range("2024-01-01", periods=2, name="day")
    html = render(
        "A", "B", [Chapter("C", [Section("", "", pd.DataFrame({"y": [1, 2]}, days))])], {}
    )
    assert "2024-01-02<" in html
    assert "00:00" not in html
