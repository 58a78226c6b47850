"""An answer without a truth beside it, as a table."""

import numpy as np
import pytest
import xarray as xr

from ifonly.scenarios.reports.answers import HIGH, LOW, answer_table, described

DRAWS = np.linspace(0.0, 1.0, 101)


def test_a_row_per_element_whatever_the_order_of_the_dimensions() -> None:
    answer = xr.DataArray(
        DRAWS[:, None, None] + 10.0 * np.arange(2)[None, None, :] + np.zeros((1, 1, 1)),
        dims=("draw", "chain", "dose"),
        coords={"dose": ["little", "much"]},
        name="y",
    )
    table = answer_table(answer.transpose("dose", "draw", "chain"))
    assert list(table) == ["dose", "mean", "sd", "low", "high"]
    assert table["dose"].tolist() == ["little", "much"]
    np.testing.assert_allclose(table["mean"], [0.5, 10.5])
    np.testing.assert_allclose(table["low"], [LOW, 10 + LOW])
    np.testing.assert_allclose(table["high"], [HIGH, 10 + HIGH])
    # The variance of 0, 1, ..., n - 1 with n - 1 below the line is n (n + 1) / 12.
    assert table["sd"].tolist() == pytest.approx([np.sqrt(101 * 102 / 12) / 100] * 2)


def test_two_dimensions_make_a_row_per_pair() -> None:
    values = np.zeros((1, 2, 2, 3)) + np.arange(6.0).reshape(2, 3)
    answer = xr.DataArray(values, dims=("chain", "draw", "g", "h"), coords={"g": [7, 8]}, name="y")
    table = answer_table(answer)
    assert table["g"].tolist() == [7, 7, 7, 8, 8, 8]
    assert table["mean"].tolist() == [0, 1, 2, 3, 4, 5]
    assert not table["sd"].any()


def test_an_answer_describes_itself_and_nothing_else() -> None:
    attrs = {"estimand": "mean of y", "rung": 3, "n_units": 4, "something": "else"}
    found = described(xr.DataArray(0.0, attrs=attrs))
    assert found == {"estimand": "mean of y", "rung": 3, "n_units": 4}
