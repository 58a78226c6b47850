"""Columns: what goes in comes out, with its type."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.generators.columns import read_column

COLUMNS: dict[str, pd.Series] = {
    "int64": pd.Series([3, 5, 5, 9]),
    "int8": pd.Series([3, 5, 5, 9], dtype="int8"),
    "nullable whole": pd.Series([3, None, 5, 9], dtype="Int64"),
    "float32": pd.Series([0.5, 1.25, 7.0], dtype="float32"),
    "float with a gap": pd.Series([0.5, np.nan, 1.5, 7.5]),
    "truths": pd.Series([True, False, True]),
    "nullable truths": pd.Series([True, None, False], dtype="boolean"),
    "texts": pd.Series(["a", "c", None, "b"]),
    "objects": pd.Series(["a", "c", None, "b"], dtype=object),
    "ordered categories": pd.Series(
        pd.Categorical(["low", "high", None], ["low", "mid", "high"], ordered=True)
    ),
    "two floats": pd.Series([0.0, 1.0, np.nan]),
    "nullable two": pd.Series([0, 1, None], dtype="Int64"),
    "constant": pd.Series([7, 7]),
    "constant with a gap": pd.Series(["x", None]),
}


@pytest.mark.parametrize("what", COLUMNS)
def test_values_come_out_as_they_went_in(what: str) -> None:
    given = COLUMNS[what]
    column = read_column("x", given)
    codes = column.codes(given) if column.sizes else None
    values = column.numbers(given) if column.margin is not None else np.empty(len(given))
    found = column.series(np.nan_to_num(values, nan=4.0), codes)
    pd.testing.assert_series_equal(found, given, check_names=False)


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ([3, 5, 9], ()),
        ([3.0, np.nan, 5.0, 9.0], (2,)),
        (["a", "b", "c"], (3,)),
        (["a", "b", None], (3,)),
        ([7, 7], ()),
    ],
)
def test_how_many_codes_a_column_has(values: list[Any], sizes: tuple[int, ...]) -> None:
    assert read_column("x", pd.Series(values)).sizes == sizes


@pytest.mark.parametrize(
    ("values", "decimals"), [([1.0, 2.0, 4.0], 0), ([0.25, 1.5, 3.0], 2), ([np.pi, 1.0, 2.0], 15)]
)
def test_decimals_are_those_of_the_table(values: list[float], decimals: int) -> None:
    margin = read_column("x", pd.Series(values)).margin
    assert margin is not None
    assert margin.decimals == decimals


def test_a_column_that_cannot_be_learnt_names_itself() -> None:
    with pytest.raises(DataError, match="'seen'"):
        read_column("seen", pd.Series(pd.date_range("2020-01-01", periods=3)))
