"""Groups of a column: against pandas' own cuts, and rules without a meaning."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import QueryError
from ifonly.inference.inputs.groups import grouped

VALUES = np.random.default_rng(0).gamma(2.0, 2.0, 500)


def test_quantile_bins_are_those_of_pandas():
    groups = grouped("x", 4, {"x": VALUES})
    expected = pd.qcut(VALUES, 4, labels=False)
    np.testing.assert_array_equal(groups.code(VALUES), expected)
    assert [str(label)[:3] for label in groups.labels] == ["Q1:", "Q2:", "Q3:", "Q4:"]


def test_edges_are_closed_above():
    groups = grouped("x", [1.0, 2.0], {"x": VALUES})
    some = np.array([0.5, 1.0, 1.5, 2.0, 2.5])
    bins = pd.cut(some, [-np.inf, 1.0, 2.0, np.inf], labels=False)
    np.testing.assert_array_equal(groups.code(some), bins)


def test_distinct_values_and_those_of_no_group():
    groups = grouped("x", None, {"x": np.array([3, 1, 3])})
    assert groups.labels.tolist() == [1, 3]
    assert groups.code(np.array([1, 2, 3])).tolist() == [0, -1, 1]


@pytest.mark.parametrize(
    ("rule", "values", "words"),
    [
        (1, VALUES, "'x' is grouped in 1 bins; give at least 2"),
        (4, np.ones(9), "'x' cannot be cut into 4 bins: it has too few values"),
        ([2.0, 1.0], VALUES, "'x' is grouped at edges .*; give rising numbers"),
        (["a"], VALUES, "'x' is grouped at edges"),
        (np.ma.array([1.0, 2.0], mask=[True, False]), VALUES, "'x' is grouped at edges"),
        (np.array(["2020-01"], dtype="M8[D]"), VALUES, "'x' is grouped at edges"),
        (None, VALUES, "has 500 distinct values; give a number of quantile bins"),
        (2, np.array(["a", "b"]), "cannot be cut by numbers"),
        (2, np.ones((3, 2)), "'x', which has 2 axes; it needs one"),
    ],
)
def test_rules_without_a_meaning(rule, values, words):
    with pytest.raises(QueryError, match=words):
        grouped("x", rule, {"x": values})


def test_a_column_that_does_not_exist():
    with pytest.raises(QueryError, match="groups are made of 'z', which does not exist"):
        grouped("z", 2, {"x": VALUES})


@pytest.mark.parametrize("rule", [None, 4, [1.0]])
def test_a_column_of_nothing_or_of_lists_makes_no_groups(rule):
    nothing, lists = np.array([None, np.nan]), np.empty(2, dtype=object)
    lists[:] = [[1], [2, 3]]
    with pytest.raises(QueryError, match="'x', which is missing for all units"):
        grouped("x", rule, {"x": nothing})
    with pytest.raises(QueryError, match="'x', which holds a list; give single values"):
        grouped("x", rule, {"x": lists})
