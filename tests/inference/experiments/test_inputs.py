"""What rankings and rules are given, in one layout, or refused in one line."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments.inputs import (
    draws_of,
    in_units_order,
    labels_of,
    per_unit,
    scored,
    scores_of,
    together,
)


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


def test_what_is_given_of_the_same_units_is_in_one_order() -> None:
    y = pd.Series([1.0, 2.0, 3.0], ["a", "b", "c"])
    arm = pd.Series([0, 1, 1], ["c", "a", "b"])
    x = pd.DataFrame({"one": [3.0, 1.0, 2.0]}, ["c", "a", "b"])
    found = together(outcome=y, arm=arm, x=x, cluster=None, plain=[7, 8, 9])
    assert found[1].tolist() == [1, 1, 0]
    assert found[2].ravel().tolist() == [1.0, 2.0, 3.0]
    assert found[3] is None
    assert found[4].tolist() == [7, 8, 9]
    with pytest.raises(DataError, match="'arm' lacks the unit 'a'"):
        together(outcome=y, arm=arm.rename({"a": "z"}))


def test_labels_become_codes() -> None:
    assert labels_of(["b", 1, "b"], "strata")[0].tolist() == [1, 0, 1]
    for given, message in (
        (None, "cluster is one label"),
        ([[1], [2]], "cluster is one label"),
        ([1, 2, 3], "each of 2 units"),
        ([1, None], "missing .NaN. for 1 of 2 units"),
        (pd.Series([[1], [2]]), "holds lists"),
    ):
        with pytest.raises(DataError, match=message):
            labels_of(given, "cluster", 2)


def test_scores_effects_and_groups_fit_each_other() -> None:
    effect = xr.DataArray([0.0, np.nan, 2.0], dims="unit")
    scores, _, place = scored([3.0, 1.0], effect, group=[0, 2])
    assert scores.tolist() == [3.0, 1.0]
    assert place.tolist() == [0, 2]
    for score, group, message in (
        ([3.0, 1.0], [0, 1], "1 of 2 units have no effect"),
        ([3.0, 1.0], [0, 3], "groups run from 0 to 3; the effect has 3"),
        ([3.0, 1.0], [0.0, 1.0], "groups whole numbers"),
        ([3.0, 1.0], None, "2 scores and 3 effects"),
    ):
        with pytest.raises(DataError, match=message):
            scored(score, effect, group)
    with pytest.raises(DataError, match="the effect is empty"):
        draws_of(xr.DataArray(np.ones((0, 3)), dims=("draw", "unit")))
