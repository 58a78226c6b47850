"""The report names what was asked, and draws it."""

import pandas as pd
import pytest

from ifonly.scenarios.analyses.sandbox.analysis import Analysis, turned
from ifonly.scenarios.analyses.sandbox.report import knob_table, report, row_table


def test_the_report_shows_knobs_pictures_and_verification(analysis: Analysis) -> None:
    page = report(analysis, analysis.verified(), {"learn": 1.0})
    for words in ("auc = 0.75", "1 + 0.02*(age - 40)", "cost in realism", "The oracle", "x and U"):
        assert words in page
    assert page.count("<img") == 4
    assert "Real rows beside drawn ones" in page


def test_a_faithful_one_without_verification(analysis: Analysis) -> None:
    plain = turned(analysis, effect=None, overlap="0.5*z(age)", confounding=None)
    page = report(plain, None, {})
    assert "The mode is faithful" in page
    assert "plus" in page
    assert "The oracle" not in page


def test_functions_are_named(analysis: Analysis) -> None:
    def by_age(table):
        return 0.01 * table["age"]

    table = knob_table(turned(analysis, effect=by_age)).set_index("what")
    assert table.loc["effect tau(x)", "asked"] == "the function by_age"
    assert table.loc["effect tau(x)", "mean"] == pytest.approx(
        0.01 * analysis.sandbox.covariates["age"].mean()
    )


def test_real_and_drawn_rows_are_compared_by_column() -> None:
    real = pd.DataFrame({"age": [1.0, 3.0], "place": ["north", "north"]})
    drawn = pd.DataFrame({"age": [2.0, 6.0], "place": ["north", "south"]})
    table = row_table(real, drawn).set_index("column")
    assert table.loc["age", ["mean, real", "mean, drawn"]].to_list() == [2.0, 4.0]
    assert table.loc["place", "of which"] == "share of north"
    assert table.loc["place", ["mean, real", "mean, drawn"]].to_list() == [1.0, 0.5]
    assert "of which" not in row_table(real[["age"]], drawn[["age"]])  # of numbers there is none
