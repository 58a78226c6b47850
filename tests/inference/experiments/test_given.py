"""What rankings and rules are given, in one layout, or refused in one line."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments.given import draws_of, in_units_order, per_unit, scores_of


def test_draws_come_first_whatever_the_order_of_dims() -> None:
    values = np.arange(12.0).reshape(2, 3, 2)
    effect = xr.DataArray(values, dims=("chain", "draw", "unit")).transpose("unit", "draw", "chain")
    np.testing.assert_array_equal(draws_of(effect), values.reshape(6, 2))
    assert draws_of(xr.DataArray([[1, 2], [3, 4]], dims=("a", "b"))).tolist() == [[1, 2, 3, 4]]


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        (np.ones(3), "an xarray.DataArray of draws"),
        (xr.DataArray([[1.0], [2.0]], dims=("statistic", "unit")), "of draws"),
        (xr.DataArray(["a"], dims="unit"), "not real numbers"),
        (xr.DataArray([np.inf], dims="unit"), "infinite"),
    ],
)
def test_what_is_no_effect_is_refused(effect: xr.DataArray, message: str) -> None:
    with pytest.raises(DataError, match=message):
        draws_of(effect)


def test_labels_decide_the_order() -> None:
    effect = xr.DataArray([1.0, 2.0], dims="unit", coords={"unit": ["a", "b"]})
    found = in_units_order(pd.Series([5.0, 4.0], index=["b", "a"]), effect, "score")
    assert np.asarray(found).tolist() == [4.0, 5.0]
    assert in_units_order([5.0, 4.0], effect, "score") == [5.0, 4.0]
    with pytest.raises(DataError, match="score"):
        in_units_order(pd.Series([5.0, 4.0], index=["b", "c"]), effect, "score")


def test_scores_and_numbers_are_one_for_each_unit() -> None:
    assert scores_of([1, 2]).dtype == float
    assert per_unit([1, 2], "cost", 2).tolist() == [1.0, 2.0]
    for wrong in ([[1, 2]], [], [1, np.nan], ["a"]):
        with pytest.raises(DataError, match="score is one number for each unit"):
            scores_of(wrong)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="cost"):
        per_unit(np.inf, "cost", 2)
