"""What is shown of rankings: the best first, and how surely it is."""

import numpy as np
import xarray as xr

from ifonly.inference.generators import Rankings
from ifonly.scenarios.analyses.sandbox.rankings_report import (
    ranking_section,
    ranking_table,
)

SCORES = np.array([[[1.0, 2.0]], [[1.0, 4.0]], [[3.0, 2.0]], [[1.0, 2.0]]])
RANKINGS = Rankings(xr.DataArray(SCORES, {"method": ["a", "b"]}, ("draw", "replication", "method")))


def test_the_report_says_who_is_better_and_how_surely() -> None:
    section = ranking_section(RANKINGS)
    assert "Each of 4 draws" in section.text
    assert "a is better than b with probability 0.75" in section.text
    assert section.figure is not None


def test_the_table_has_the_least_regret_first() -> None:
    table = ranking_table(RANKINGS)
    assert table["estimator"].to_list() == ["a", "b"]
    assert table["regret"].to_list() == [0.25, 1.25]
    assert table["P(best)"].to_list() == [0.75, 0.25]
