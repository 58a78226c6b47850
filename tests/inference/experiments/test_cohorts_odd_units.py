"""Units without a stratum, a group, a score or an effect; and what no experiment takes."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import DataError, QueryError
from ifonly.inference.experiments import assign, balance, cells, cohorts, members, targeting

GAP = np.nan
EFFECT = xr.DataArray([0.0, 2.0, 1.0], dims="unit")


@pytest.mark.parametrize("gap", [None, GAP])
def test_every_arm_is_drawn_and_a_unit_without_stratum_is_refused(gap: object) -> None:
    with pytest.raises(DataError, match=r"strata is missing \(NaN\) for 2 of 4 units"):
        assign(4, seed=1, strata=pd.Series(["a", gap, "a", gap], dtype=object).to_numpy())
    arm = assign(6, seed=1, strata=np.array(["a", "a", 1, 1, "b", "b"], dtype=object))
    assert [arm[k : k + 2].sum() for k in (0, 2, 4)] == [1, 1, 1]


def test_assignment_of_no_unit_and_of_strata_with_one() -> None:
    assert assign(0, seed=1).shape == (0,)
    drawn = np.array([assign(3, seed=s, strata=[1, 2, 3]) for s in range(2_000)])
    assert (np.abs(drawn.mean(axis=0) - 0.5) < 4.5 * 0.5 / np.sqrt(2_000)).all()


@pytest.mark.parametrize("units", [-1, 2.5, True, "3"])
def test_units_that_are_no_count_are_refused(units: object) -> None:
    with pytest.raises(DataError, match="units is how many"):
        assign(units, seed=1)  # type: ignore[arg-type]


def test_assignment_takes_shares_and_seeds_that_are_such() -> None:
    for shares in ("ab", None, (GAP, 0.5)):
        with pytest.raises(DataError, match="add up to 1"):
            assign(4, seed=1, shares=shares)  # type: ignore[arg-type]
    for seed in (-1, None, 1.5):
        with pytest.raises(QueryError, match="seed"):
            assign(4, seed=seed)  # type: ignore[arg-type]


def test_balance_leaves_out_what_is_missing() -> None:
    """As if the units without a value were not there, column by column."""
    arm = np.array([0, 1, 0, 1, 0, 1])
    frame = pd.DataFrame({"age": [1.0, 4.0, 2.0, GAP, 5.0, 7.0], "plan": list("xyxxyy")})
    frame["plan"] = frame["plan"].where(frame.index != 3, None)
    seen = np.array([0, 1, 2, 4, 5])
    found = balance(frame, arm, ["age", "plan"])
    expected = balance(frame.iloc[seen], arm[seen], ["age", "plan"])
    pd.testing.assert_frame_equal(found, expected)
    assert list(found.index) == ["age", "plan: x", "plan: y"]


def test_balance_of_what_is_none() -> None:
    frame = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["age", "age"])
    with pytest.raises(DataError, match="none is named"):
        balance(frame, [0, 1], [])
    with pytest.raises(DataError, match="'age' twice"):
        balance(frame, [0, 1], ["age"])
    with pytest.raises(DataError, match="not dict"):
        balance({"age": [1.0, 2.0]}, [0, 1], ["age"])  # type: ignore[arg-type]


def test_units_without_a_value_are_in_no_group() -> None:
    frame = pd.DataFrame({"age": [1.0, GAP, 2.0, 3.0, 4.0], "spend": [1.0, 9.0, 2.0, 3.0, 4.0]})
    frame["plan"] = ["a", None, "b", "a", "b"]
    table = cohorts(frame, {"age": 2, "plan": None}, ["spend"])
    assert table["spend"].to_list() == [1.5, 3.5, 2.0, 3.0]
    assert table["units"].to_list() == [2, 2, 2, 2]
    edges = members(frame, {"age": [2.5]})
    assert edges["age"].isna().to_list() == [False, True, False, False, False]
    with pytest.raises(DataError, match="1 of 5 units are in no group"):
        cells(edges)


BAD_COHORTS = {
    "text cut by numbers": ({"plan": 2}, ["age"], "cannot be cut by numbers"),
    "text averaged": ({"age": None}, ["plan"], "'plan' holds .*no mean"),
    "no value": ({"gone": None}, ["age"], "'gone' has no value"),
    "no grouping": ({}, ["age"], "by maps columns"),
    "no mapping": ("age", ["age"], "by maps columns"),
    "the table's own name": ({"age": None}, ["units"], "rename"),
}


@pytest.mark.parametrize("case", sorted(BAD_COHORTS))
def test_cohorts_that_cannot_be_made_are_refused(case: str) -> None:
    by, columns, words = BAD_COHORTS[case]
    frame = pd.DataFrame({"age": [1, 2], "plan": ["a", "b"], "gone": [GAP, GAP], "units": [1, 2]})
    with pytest.raises((DataError, QueryError), match=words):
        cohorts(frame, by, columns)  # type: ignore[arg-type]


BAD_TARGETS = {
    "score NaN": ({"score": [0.1, GAP, 0.5]}, "none is NaN"),
    "no scores": ({"score": []}, "one unit or more"),
    "fewer scores": ({"score": [0.1, 0.9]}, "2 scores and 3 effects"),
    "effect NaN": ({"effect": EFFECT.where(EFFECT < 2)}, "1 of 3 units have no effect"),
    "a summary": ({"effect": xr.DataArray(np.ones((2, 3)), dims=("statistic", "unit"))}, "draws"),
    "no array": ({"effect": np.ones(3)}, "xarray.DataArray"),
    "cost NaN": ({"cost": [1.0, GAP, 1.0]}, "give a finite number"),
    "half a group": ({"group": [0.5, 1.0, 1.0]}, "groups whole numbers"),
    "no shares": ({"shares": ()}, "shares are"),
    "ci_prob": ({"ci_prob": 2.0}, "ci_prob is a probability"),
    "seed": ({"seed": -1}, "seed"),
}


@pytest.mark.parametrize("case", sorted(BAD_TARGETS))
def test_targets_that_do_not_fit_are_refused(case: str) -> None:
    changed, words = BAD_TARGETS[case]
    options = {"score": [0.1, 0.9, 0.5], "effect": EFFECT, "shares": (1.0,)} | changed
    with pytest.raises((DataError, QueryError), match=words):
        targeting(**options)


def test_scores_go_by_their_labels() -> None:
    """Unit c has the best score and the effect 1, whatever order the scores come in."""
    effect = EFFECT.assign_coords(unit=["a", "b", "c"])
    score = pd.Series({"c": 0.9, "b": 0.5, "a": 0.1})
    cost = pd.Series({"b": 5.0, "c": 7.0, "a": 3.0})
    table = targeting(score, effect, cost=cost, shares=(1 / 3, 1.0))
    assert table["uplift"].to_list() == [1.0, 1.0]
    assert table["budget"].to_list() == [7.0, 15.0]
    with pytest.raises(DataError, match="score lacks the unit 'a'"):
        targeting(score.drop("a"), effect)


def test_a_group_that_no_unit_is_in_may_lack_an_effect() -> None:
    effect = xr.DataArray([1.0, GAP, 3.0], dims="group")
    table = targeting([0.1, 0.9], effect, group=[0, 2], shares=(1.0,))
    assert table["uplift"].to_list() == [2.0]


def test_of_no_effect_at_all_there_is_no_share() -> None:
    assert np.isnan(targeting([0.1, 0.9, 0.5], 0.0 * EFFECT, shares=(1.0,))["captured"]).all()


FRAME = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "plan": list("abab"), "age_se": 1.0})
ODD = {
    "no columns": (lambda: balance(FRAME, [0, 0, 1, 1], None), "none is named"),
    "a column that is no name": (lambda: balance(FRAME, [0, 0, 1, 1], [3]), "the column 3, which"),
    "infinite": (
        lambda: balance(FRAME.assign(age=np.inf), [0, 0, 1, 1], ["age"]),
        "infinite or complex values",
    ),
    "lists": (
        lambda: balance(FRAME.assign(age=[[1], [2], [1], [2]]), [0, 0, 1, 1], ["age"]),
        "'age' holds lists",
    ),
    "two rows of one name": (
        lambda: balance(FRAME.assign(**{"plan: a": 1.0}), [0, 0, 1, 1], ["plan: a", "plan"]),
        "two rows 'plan: a'",
    ),
    "a standard error of one name": (
        lambda: cohorts(FRAME, {"plan": None}, ["age", "age_se"]),
        "a column 'age_se' of its own",
    ),
    "complex means": (
        lambda: cohorts(FRAME.assign(age=1j), {"plan": None}, ["age"]),
        "which has no mean",
    ),
    "mixed": (lambda: members(FRAME.assign(age=[1, "a"] * 2), {"age": None}), "int and str; give"),
    "endless": (
        lambda: members(FRAME.assign(age=[1, 2, 3, np.inf]), {"age": 2}),
        "quantiles of 'age' do not exist",
    ),
    "no groups": (lambda: cells(FRAME), "the table of groups that `members` returns"),
    "no table": (lambda: cells(None), "the table of groups that `members` returns"),
    "text effects": (lambda: targeting([1, 2, 3], EFFECT.astype(str)), "not real numbers"),
    "endless effects": (lambda: targeting([1, 2, 3], EFFECT + np.inf), "effect is infinite"),
    "one share": (lambda: targeting([1, 2, 3], EFFECT, shares=0.5), "shares are above 0"),
    "text shares": (lambda: targeting([1, 2, 3], EFFECT, shares=["a"]), "shares are above 0"),
    "text probability": (
        lambda: targeting([1, 2, 3], EFFECT, ci_prob="a"),
        "ci_prob is a probability",
    ),
}


@pytest.mark.parametrize("case", sorted(ODD))
def test_what_is_no_input_is_refused_in_one_line(case: str) -> None:
    ask, words = ODD[case]
    with pytest.raises((DataError, QueryError), match=words):
        ask()


def test_close_edges_have_names_of_their_own() -> None:
    frame = pd.DataFrame({"x": [0.1, 0.100005, 0.100015, 0.2]})
    groups = members(frame, {"x": [0.1, 0.10001, 0.10002]})["x"]
    assert groups.cat.categories.to_list() == [
        "<= 0.1", "0.1 to 0.10001", "0.10001 to 0.10002", "> 0.10002",
    ]  # fmt: skip
    assert groups.cat.codes.to_list() == [0, 1, 2, 3]
