"""Columns by name: the model's, those beside it, and single columns of a matrix."""

import numpy as np
import pytest

from ifonly.inference.scm.table import Table

MATRIX = np.arange(6.0).reshape(3, 2)
TABLE = Table(
    {"x": np.arange(3), "m": MATRIX},
    {"region": np.array(["n", "s", "n"])},
    lambda name: None,
    lambda name: np.array(["age", "bmi"]) if name == "m" else None,
)


def test_columns_by_name_label_and_position():
    assert TABLE["region"].tolist() == ["n", "s", "n"]
    np.testing.assert_array_equal(TABLE["m[bmi]"], MATRIX[:, 1])
    np.testing.assert_array_equal(TABLE["m[0]"], MATRIX[:, 0])
    assert list(TABLE) == ["x", "m", "region"]
    assert len(TABLE) == 3


@pytest.mark.parametrize("name", ["z", "m[2]", "m[weight]", "x[0]", "z[0]", "m[", "]"])
def test_what_is_no_column(name):
    assert name not in TABLE
