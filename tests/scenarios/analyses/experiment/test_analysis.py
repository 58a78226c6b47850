"""What is read in an experiment's table: effects, looks, guardrails, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import chisquare

from ifonly.inference import DataError, QueryError
from ifonly.inference.experiments import cuped, difference, post_stratified
from ifonly.scenarios.analyses.experiment.analysis import read_experiment
from ifonly.scenarios.analyses.experiment.plan import Plan, metrics

from .experiments import table


def test_effects_with_and_without_adjustment() -> None:
    data = table()
    found = read_experiment(data, Plan("arm", "y", before=("y0",), strata="region"))
    new = (data["arm"] == "new").to_numpy().astype(int)
    assert found.compared == ("control", "new")
    assert found.effects["nothing"].estimate == pytest.approx(difference(data["y"], new).estimate)
    x = np.column_stack([data["y0"], pd.get_dummies(data["region"], dtype=float).iloc[:, 1:]])
    c = x - x.mean(axis=0)
    design = sm.add_constant(np.column_stack([new, c, new[:, None] * c]))
    fit = sm.OLS(data["y"].to_numpy(), design).fit(cov_type="HC2")
    assert (found.primary.estimate, found.primary.se) == pytest.approx((fit.params[1], fit.bse[1]))
    assert abs(found.primary.estimate - 0.2) < 3 * found.primary.se
    # A fifth of the variance is left: like five times the units.
    assert found.table["like units"].iloc[-1] == pytest.approx(5 * len(data), rel=0.15)
    # What so many units find with a power of 0.8 is 2.8 standard errors.
    assert found.detectable == pytest.approx(2.8016 * found.primary.se, rel=1e-4)
    low, high = found.safe
    assert low < found.primary.interval()[0] < found.primary.interval()[1] < high


def test_strata_alone_are_post_stratified() -> None:
    data = table()
    found = read_experiment(data, Plan("arm", "y", strata="region"))
    expected = post_stratified(data["y"], data["arm"] == "new", data["region"])
    assert found.primary == expected


def test_clusters_widen_the_interval_and_are_what_the_split_is_of() -> None:
    data = table()
    shared = dict(enumerate(np.random.default_rng(0).normal(0, 1, 200)))
    data["y"] += data["shop"].map(shared)
    found = read_experiment(data, Plan("arm", "y", before=("y0",), cluster="shop"))
    alone = read_experiment(data, Plan("arm", "y", before=("y0",)))
    assert found.primary.se > 2 * alone.primary.se
    assert found.primary == cuped(data["y"], data["arm"] == "new", data["y0"], cluster=data["shop"])
    assert found.ratio.shares == (0.5, 0.5)


def test_looks_accumulate_and_hold_together() -> None:
    data = table()
    shuffled = data.sample(frac=1, random_state=1)
    found = read_experiment(data, Plan("arm", "y", before=("y0",), time="day"))
    assert found.sequence is not None
    assert (
        found.sequence["units"].tolist()
        == data["day"].value_counts().sort_index().cumsum().tolist()
    )
    some = data[data["day"] <= 7]
    row = found.sequence[found.sequence["time"] == 7].iloc[0]
    expected = cuped(some["y"], some["arm"] == "new", some["y0"])
    assert (row["estimate"], row["se"]) == pytest.approx((expected.estimate, expected.se))
    assert found.safe == tuple(found.sequence[["low", "high"]].iloc[-1])
    assert not found.sorted_rows
    other = read_experiment(shuffled, Plan("arm", "y", before=("y0",), time="day"))
    assert other.sorted_rows
    assert other.advice == (*found.advice, "The rows were not in the order of time; the looks are.")
    assert other.primary.estimate == pytest.approx(found.primary.estimate)


def test_its_safe_interval_holds_zero_in_null_experiments_at_every_look() -> None:
    """Of 100 tables without an effect, looked at daily; the plain interval fails in a fifth."""
    missed = plain = 0
    for seed in range(100):
        data = table(seed, n=1_000, effect=0.0)
        found = read_experiment(data, Plan("arm", "y", before=("y0",), time="day")).sequence
        assert found is not None
        missed += bool(((found["low"] > 0) | (found["high"] < 0)).any())
        plain += bool((found["estimate"].abs() > 1.96 * found["se"]).any())
    assert missed / 100 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 100)
    assert plain / 100 > 0.15


def test_guardrails_turn_the_sign_where_less_is_better() -> None:
    plan = Plan("arm", "y", guardrails=metrics(["kept:0.1", "latency:-1"]))
    found = read_experiment(table(), plan)
    assert found.guardrails is not None
    assert found.guardrails["verdict"].to_dict() == {"kept": "passed", "latency": "harmed"}
    assert found.guardrails.loc["latency", "estimate"] == pytest.approx(-2.0, abs=0.7)
    assert found.advice[0].startswith("Stop: latency is harmed")


def test_a_broken_split_is_said_first() -> None:
    data = table()
    gone = data[(data["arm"] == "control") | (np.arange(len(data)) % 5 > 0)]
    found = read_experiment(gone, Plan("arm", "y", before=("y0",)))
    counts = gone["arm"].value_counts().sort_index()
    assert found.ratio.p == pytest.approx(chisquare(counts).pvalue)
    assert found.advice[0].startswith("Do not read the effect yet")
    shares = tuple((counts / counts.sum()).tolist())
    assert not read_experiment(gone, Plan("arm", "y", shares=shares)).ratio.mismatch


def test_of_three_arms_two_are_compared_and_all_are_counted() -> None:
    data = table()
    data.loc[::3, "arm"] = "other"
    found = read_experiment(data, Plan("arm", "y", treated="other"))
    assert found.compared == ("control", "other")
    assert len(found.arms) == 3
    with pytest.raises(DataError, match="there are 3 arms: control, new, other"):
        read_experiment(data, Plan("arm", "y"))


def changed(**columns: object) -> pd.DataFrame:
    return table(n=200).assign(**columns)


@pytest.mark.parametrize(
    ("data", "plan", "words"),
    [
        (changed(), Plan("arms", "y"), "did you mean 'arm'"),
        (changed(), Plan("arm", "y", before=("y1",)), "the covariate is the column 'y1'"),
        (changed(arm="new"), Plan("arm", "y"), "all units are in one arm, 'new'"),
        (changed(arm=[None, *["a", "b"] * 99, "a"]), Plan("arm", "y"), "missing for 1 of 200"),
        (changed(y=1.0), Plan("arm", "y"), "does not vary"),
        (changed(c=np.nan), Plan("arm", "y", cluster="c"), "'c' is missing for 200 of 200"),
        (changed(s=range(200)), Plan("arm", "y", strata="s"), "the stratum '0' has 0 units"),
        (changed(y=[np.nan, *range(199)]), Plan("arm", "y"), "missing or infinite for 1 of 200"),
        (changed(y="much"), Plan("arm", "y"), "holds no numbers"),
        (changed(y0=1.0), Plan("arm", "y", before=("y0",)), "a covariate does not vary"),
        (changed(region="x"), Plan("arm", "y", before=("region",)), "give it as strata"),
        (changed(day=3), Plan("arm", "y", time="day"), "that is one look"),
        (changed(day=["mon", "tue"] * 100), Plan("arm", "y", time="day"), "nobody knows what came"),
        (changed(shop=1), Plan("arm", "y", cluster="shop"), "1 of 1 clusters have units in both"),
        (changed(), Plan("arm", "y", control="old"), "'arm' has no arm 'old'"),
        (table(n=200).head(0), Plan("arm", "y"), "no rows"),
    ],
)
def test_tables_that_say_nothing_are_refused(data: pd.DataFrame, plan: Plan, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_experiment(data, plan)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan("arm", "y", shares=(0.2, 0.3, 0.5)), "3 numbers for 2 arms"),
        (Plan("arm", "y", guardrails={"kept": 0.0}), "a margin of 0"),
        (Plan("arm", "y", before=("y",)), "as outcome and as covariate"),
        (Plan("arm", "y", control="new", treated="new"), "they are two arms"),
        (Plan("arm", "y", ci_prob=95.0), "ci_prob is a probability"),
    ],
)
def test_plans_without_a_meaning_are_refused(plan: Plan, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        read_experiment(table(n=200), plan)


@pytest.mark.parametrize(
    ("names", "compared"),
    [
        (("old", "new"), ("old", "new")),
        (("false", "true"), ("false", "true")),
        (("A", "B"), ("A", "B")),
        (("drug", "placebo"), ("placebo", "drug")),
        (("red", "Treatment"), ("red", "Treatment")),  # one that is not called a treatment
        (("blue", "red"), ("blue", "red")),  # in the order of letters
    ],
)
def test_the_control_is_found_by_what_arms_are_called(
    names: tuple[str, str], compared: tuple[str, str]
) -> None:
    data = table()
    data["arm"] = np.where(data["arm"] == "new", *names)
    assert read_experiment(data, Plan("arm", "y")).compared == compared
