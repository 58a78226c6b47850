"""Comparisons as rows."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import Comparison
from ifonly.scenarios.reports.tables import (
    comparison_facts,
    element_names,
    is_small,
    low_coverage,
    one_by_one,
    over_many,
)

# Of these draws the mean is 0, and the ends of the 90 % interval are -0.9 and 0.9.
DRAWS = np.linspace(-1.0, 1.0, 201)


def comparison(truth: xr.DataArray, bias: float = 0.25) -> Comparison:
    """A posterior that is spread as `DRAWS` are, and off by `bias`."""
    drawn = xr.DataArray(DRAWS[None], dims=("chain", "draw"))
    answer = (truth + bias + drawn).transpose("chain", "draw", ...)
    return Comparison(answer.assign_attrs(estimand="of y", rung=3, seed=1), truth)


ONE = comparison(xr.DataArray(2.0))
LADDER = comparison(xr.DataArray([1.0, 2.0], dims="dose", coords={"dose": [0.5, 1.5]}), bias=1.0)
GRID = comparison(
    xr.DataArray([[1.0, 2.0]], dims=("g", "h"), coords={"g": ["a"], "h": ["low", "high"]})
)
UNITS = comparison(xr.DataArray(np.arange(101.0), dims="unit", coords={"unit": range(101)}))


def test_few_elements_have_a_row_each() -> None:
    assert [is_small(c) for c in (ONE, LADDER, GRID, UNITS)] == [True, True, True, False]
    for size, small in ((16, True), (17, False)):
        truth = xr.DataArray(np.zeros(size), dims="dose", coords={"dose": range(size)})
        assert is_small(comparison(truth)) is small
    for size, small in ((4, True), (5, False)):
        truth = xr.DataArray(
            np.zeros((1, size)), dims=("g", "h"), coords={"g": [0], "h": range(size)}
        )
        assert is_small(comparison(truth)) is small


def test_names_of_elements() -> None:
    assert element_names("total", ONE) == ["total"]
    assert element_names("total", LADDER) == ["total, dose 0.5", "total, dose 1.5"]
    assert element_names("total", GRID) == ["total, g a, h low", "total, g a, h high"]


def test_one_by_one() -> None:
    rows = one_by_one({"one": ONE, "many": UNITS, "ladder": LADDER})
    assert [row[0] for row in rows] == ["one", "ladder, dose 0.5", "ladder, dose 1.5"]
    name, truth, mean, sd, ends, covered, bias = rows[0]
    assert (name, truth, ends, covered) == ("one", 2.0, "1.3500 to 3.1500", True)
    assert [mean, sd, bias] == pytest.approx([2.25, DRAWS.std(ddof=1), 0.25])
    assert [row[5] for row in rows[1:]] == [False, False], "they are off by more than 0.9"


def test_over_many() -> None:
    [[name, elements, mean, rmse, coverage, correlation, bias]] = over_many(
        {"one": ONE, "many": UNITS}
    )
    assert (name, elements, coverage) == ("many", 101, "100.0%")
    assert [mean, rmse, correlation, bias] == pytest.approx([50.0, 0.25, 1.0, 0.25])


def test_facts_are_plain_and_leave_units_out() -> None:
    facts = comparison_facts(LADDER)
    assert (facts["estimand"], facts["rung"], facts["dims"]) == ("of y", 3, ["dose"])
    assert "seed" not in facts
    assert [row["dose"] for row in facts["elements"]] == [0.5, 1.5]
    assert facts["summary"]["rmse"] == pytest.approx(1.0)
    assert "elements" not in comparison_facts(UNITS)
    [row] = comparison_facts(ONE)["elements"]
    assert row["truth"] == 2.0


def test_a_coverage_that_looks_like_a_fault_has_a_note() -> None:
    note = low_coverage({"one": ONE, "many": UNITS, "ladder": LADDER}, 0.9)
    assert note.startswith("Coverage of ladder is lower:")  # 0 of 2, which are off by more than 0.9
    assert "Over many data sets it is 90%" in note
    assert low_coverage({"one": ONE, "many": UNITS}, 0.9) == ""
