"""Columns of a table: what is read, in which order, and what is refused in one line."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.inputs.columns import read_columns

FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "x"]})


@pytest.mark.parametrize(
    "data",
    [
        FRAME,
        FRAME.convert_dtypes(),
        FRAME.set_axis([7, 7, 7]),
        dict(FRAME),
        {n: v.to_list() for n, v in FRAME.items()},
        xr.Dataset({n: ("unit", v) for n, v in FRAME.items()}),
        FRAME.astype({"a": object, "b": "category"}),
    ],
)
def test_every_container_gives_the_same_columns(data):
    found = read_columns(data, ["b", "a"], "we need")
    assert list(found) == ["b", "a"]
    assert found["a"].to_list() == [1.0, 2.0, 3.0]
    assert found["a"].dtype.kind in "if"
    assert found["b"].to_list() == ["x", "y", "x"]


def test_labelled_columns_of_a_mapping_are_matched():
    data = {"a": FRAME["a"], "b": FRAME["b"][::-1], "c": [4, 5, 6]}
    found = read_columns(data, ["c", "b", "a"], "we need")
    # The first labelled column gives the order; what has no labels stands by position.
    assert found["a"].to_list() == [3.0, 2.0, 1.0]
    assert found["b"].to_list() == ["x", "y", "x"]
    assert found["c"].to_list() == [4, 5, 6]
    with pytest.raises(DataError, match=r"the column 'b' lacks the unit 0 and has 5"):
        read_columns({**data, "b": FRAME["b"].set_axis([5, 1, 2])}, ["a", "b"], "we need")


BAD = {
    "no table": (None, "a dict of columns, not NoneType"),
    "a list": ([1, 2], "not list"),
    "no such column": (FRAME.rename(columns={"a": "A"}), "we need 'a', which does not exist"),
    "twice": (pd.concat([FRAME, FRAME[["a"]]], axis=1), "the column 'a' twice; drop one"),
    "two axes": ({"a": np.ones((3, 2)), "b": FRAME["b"]}, r"'a' has shape \(3, 2\)"),
    "a number": ({"a": 1.0, "b": FRAME["b"]}, r"'a' has shape \(\)"),
    "lengths": ({"a": [1.0], "b": FRAME["b"]}, "different lengths: {'a': 1, 'b': 3}"),
    "gaps": (FRAME.replace({"a": {2.0: np.nan}}), "'a' misses 1 of 3 values; drop those units"),
    "text gaps": (FRAME.replace({"b": {"x": None}}), "'b' misses 2 of 3 values"),
    "infinite": (FRAME.replace({"a": {2.0: np.inf}}), "'a' is infinite for 1 of 3 values"),
    "complex": (FRAME.assign(a=1j), "'a' holds complex numbers"),
    "lists": (FRAME.assign(a=[[1], [1, 2], []]), "'a' holds lists"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_what_is_no_column_is_refused(case):
    data, words = BAD[case]
    with pytest.raises(DataError, match=words):
        read_columns(data, ["a", "b"], "we need")


@pytest.mark.parametrize(
    ("column", "says"),
    [
        (np.array([1.0, 2e150, 3.0]), "beyond 1e\\+150"),
        (np.zeros(3, dtype=[("a", float)]), "holds records"),
        (np.zeros(3, dtype="V4"), "holds records"),
    ],
)
def test_columns_that_no_sum_of_squares_can_take(column: np.ndarray, says: str) -> None:
    with pytest.raises(DataError, match=says):
        read_columns({"a": column}, ["a"], "we need")
