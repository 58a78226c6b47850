"""Cohorts, held against counting by hand."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError, QueryError
from ifonly.inference.experiments import cells, cohorts, members

PLAN = ["a", "b", "a", "b", "b", "a"]
FRAME = pd.DataFrame(
    {
        "plan": PLAN,
        "age": [20.0, 30.0, 40.0, 50.0, 60.0, 70.0],
        "spend": [1.0, 2.0, 3.0, np.nan, 6.0, 8.0],
    },
    index=[10, 11, 12, 13, 14, 15],
)


def test_groups_are_levels_quantiles_or_between_edges() -> None:
    found = members(FRAME, {"plan": None, "age": [40.0, 60.0]})
    assert found["plan"].to_list() == PLAN
    assert found["age"].cat.codes.to_list() == [0, 0, 0, 1, 1, 2]
    assert members(FRAME, {"age": 3})["age"].cat.codes.to_list() == [0, 0, 1, 1, 2, 2]
    assert found.index.to_list() == FRAME.index.to_list()


def test_cohorts_are_counted_and_averaged() -> None:
    found = cohorts(FRAME, {"plan": None, "age": [45.0]}, ["spend", "age"])
    assert found.index.to_list() == [
        ("plan", "a"),
        ("plan", "b"),
        ("age", "<= 45"),
        ("age", "> 45"),
    ]
    assert found["units"].to_list() == [3, 3, 3, 3]
    assert found["share"].to_list() == [0.5] * 4
    # What is missing is in no mean.
    assert found["spend"].to_list() == [4.0, 4.0, 2.0, 7.0]
    expected = [np.sqrt(13.0 / 3), np.sqrt(8.0 / 2), np.sqrt(1.0 / 3), np.sqrt(2.0 / 2)]
    np.testing.assert_allclose(found["spend_se"], expected)


def test_cells_are_positions_in_the_product_of_groups() -> None:
    found = members(FRAME, {"plan": None, "age": [35.0, 55.0]})
    assert cells(found).tolist() == [0, 3, 1, 4, 5, 2]


def test_what_cannot_be_grouped_is_refused() -> None:
    with pytest.raises(DataError, match="did you mean 'plan'"):
        members(FRAME, {"plans": None})
    with pytest.raises(DataError, match="'income', which does not exist"):
        cohorts(FRAME, {"plan": None}, ["income"])
    with pytest.raises(QueryError, match="give at least 2"):
        members(FRAME, {"age": 1})
