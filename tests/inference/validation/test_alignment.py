"""A truth in the order of the answer's elements, matched by labels, or refused."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import QueryError
from ifonly.inference.validation.alignment import aligned, checked, labelled

GROUPS = {"group": ["a", "b", "c"]}
NAMED = GROUPS | {"dose": [0.0, 1.0]}


def answer(coords: dict[str, Any], **attrs: Any) -> xr.DataArray:
    """Two chains of three draws, all zero."""
    shape = (2, 3, *(len(v) for v in coords.values()))
    dims = ("chain", "draw", *coords)
    return xr.DataArray(np.zeros(shape), dims=dims, coords=coords, name="y", attrs=attrs)


def truth(values: Any, coords: dict[str, Any], **attrs: Any) -> xr.DataArray:
    return xr.DataArray(values, dims=tuple(coords), coords=coords, attrs=attrs)


def test_dims_and_labels_come_in_the_order_of_the_answer() -> None:
    values = np.arange(6).reshape(3, 2)
    shuffled = truth(values, NAMED).isel(group=[2, 0, 1], dose=[1, 0]).transpose("dose", "group")
    found = aligned(answer(NAMED), shuffled, ["group", "dose"])
    np.testing.assert_array_equal(found, values)
    assert found.dims == ("group", "dose")
    assert found.dtype == np.float64
    assert found["group"].to_numpy().tolist() == NAMED["group"]


def test_a_truth_s_summary_stands_for_it() -> None:
    both = xr.DataArray(
        [[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]],
        dims=("statistic", "group"),
        coords=GROUPS | {"statistic": ["mean", "sd"]},
    )
    found = aligned(answer(GROUPS), both, ["group"])
    assert found.to_numpy().tolist() == [1.0, 2.0, 3.0]
    assert "statistic" not in found.coords


def test_labels_that_differ_are_named() -> None:
    with pytest.raises(QueryError, match=r"'group' do not match: .* has 3 .* 2, such as 'c'"):
        aligned(answer(GROUPS), truth([1.0, 2.0], {"group": ["a", "b"]}), ["group"])
    with pytest.raises(QueryError, match=r"over \['group'\] and the truth over nothing"):
        aligned(answer(GROUPS), xr.DataArray(1.0), ["group"])
    with pytest.raises(QueryError, match="so it is a posterior's answer"):
        aligned(answer(GROUPS), answer(GROUPS), ["group"])


def test_only_what_both_say_of_themselves_must_agree() -> None:
    values = [1.0, 2.0, 3.0]
    same = truth(values, GROUPS, rung=3, seed=2)
    assert aligned(answer(GROUPS, rung=3, seed=1), same, ["group"]).to_numpy().tolist() == values
    assert aligned(answer(GROUPS), same, ["group"]).to_numpy().tolist() == values
    with pytest.raises(QueryError, match="differ in rung: 2 against 3"):
        aligned(answer(GROUPS, rung=2), same, ["group"])


@pytest.mark.parametrize(("units", "refused"), [("observed", True), ("new", False)])
def test_how_many_units_matters_for_observed_ones_alone(units: str, refused: bool) -> None:
    ours = answer(GROUPS, units=units, n_units=5)
    theirs = truth([1.0, 2.0, 3.0], GROUPS, units=units, n_units=6)
    if refused:
        with pytest.raises(QueryError, match="number of observed units: 5 against 6"):
            aligned(ours, theirs, ["group"])
    else:
        aligned(ours, theirs, ["group"])


def test_an_answer_is_numbers_with_draws_or_a_summary() -> None:
    assert checked(answer(GROUPS).astype(int)).dtype == np.float64
    summary = xr.DataArray([1.0, 2.0], dims="statistic", coords={"statistic": ["sd", "mean"]})
    assert checked(summary).to_numpy().tolist() == [1.0, 2.0]
    with pytest.raises(QueryError, match="without chain and draw"):
        checked(truth([1.0, 2.0, 3.0], GROUPS))
    with pytest.raises(QueryError, match="holds object, not real numbers"):
        checked(answer(GROUPS).astype(object))


def test_numbers_get_the_labels_of_the_answer() -> None:
    found = labelled(answer(GROUPS), pd.Series([1, 2, 3], index=["c", "a", "b"]), ["group"])
    assert found.to_numpy().tolist() == [2.0, 3.0, 1.0]
    assert found["group"].to_numpy().tolist() == GROUPS["group"]
    assert labelled(answer(GROUPS), 4, ["group"]).to_numpy().tolist() == [4.0, 4.0, 4.0]
    with pytest.raises(QueryError, match=r"shape \(2,\); the estimand has \(3,\)"):
        labelled(answer(GROUPS), [1.0, 2.0], ["group"])
    with pytest.raises(QueryError, match="not str 'much'"):
        labelled(answer(GROUPS), "much", ["group"])


@pytest.mark.parametrize("value", [np.inf, 1e200])
def test_an_answer_that_has_no_spread(value: float) -> None:
    with pytest.raises(QueryError, match="squares no float holds"):
        checked(answer({}) + value)
