"""Names are text in all that a report shows: no formula, no markup, no command."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference.validation.plots import names_as_text
from ifonly.scenarios import Section
from ifonly.scenarios.display.graph import draw_graph
from ifonly.scenarios.reports.ask_report import _figure
from ifonly.scenarios.reports.page import Chapter, _saved, render

FORMULAS = ["$x_$", "$x^{$", "a$b$c", r"\frac{", "<b>", "q\"'&", "${title}"]
ODD = [*FORMULAS, "<script>alert(1)</script>", "a\x1bb"]


@pytest.mark.parametrize("name", FORMULAS)
def test_figures_show_names_as_they_are(name: str) -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal(name, dims="unit")
        pm.Normal("y", x, 1.0, dims="unit")
    assert _saved(draw_graph(model), "svg")
    answer = xr.DataArray(np.zeros(2), dims="draw", attrs={"outcome": name})
    table = pd.DataFrame({name: ["$a_$", "b"], "mean": 0.0, "sd": 1.0, "low": -1.0, "high": 1.0})
    assert _saved(_figure(answer, table), "svg")


def test_a_name_is_not_set_as_a_formula() -> None:
    from matplotlib.figure import Figure

    with names_as_text():
        text = Figure().text(0, 0, "$x$")
    assert not text.get_parse_math()


@pytest.mark.parametrize("name", ODD)
def test_pages_escape_names(name: str) -> None:
    table = pd.DataFrame({name: [name, name]}, index=pd.Index([name, "b"], name=f"of {name}"))
    sections = [Section(name, f"About {name}.\n\n  {name}", table=table)]
    page = render(name, name, [Chapter(name, sections)], {name: name})
    assert "<script>alert" not in page
    assert "q\"'" not in page
