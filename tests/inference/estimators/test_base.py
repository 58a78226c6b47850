"""What all estimators share: answers, intervals, and what they refuse."""

import sys

import numpy as np
import pytest

from ifonly.inference import (
    ATE,
    DataError,
    QueryError,
    compare,
)
from ifonly.inference.errors import ExtraError
from ifonly.inference.estimators import (
    AIPW,
    IPW,
    OLS,
    NaiveDifference,
    Roles,
    SLearner,
    TLearner,
    TwoStageLeastSquares,
    XLearner,
)
from ifonly.inference.estimators.base import Fit, UnfitError

from .made import SEEN, UNITS, binary, linear, of

LEARNERS = [learner(bootstraps=4) for learner in (SLearner, TLearner, XLearner)]


@pytest.mark.parametrize("estimator", [OLS(), IPW(), AIPW(), *LEARNERS])
def test_estimators_that_hold_the_confounder_find_the_effect(estimator):
    answer = estimator.estimate(binary(), SEEN)
    slack = 0.1 if "learner" in estimator.label else 0.0  # trees smooth the slope of w
    assert abs(of(answer) - 1.0) < 4 * of(answer, "sd") + slack
    assert of(answer, "low") < of(answer) < of(answer, "high")


@pytest.mark.parametrize("estimator", [OLS, IPW, AIPW, TwoStageLeastSquares])
def test_intervals_cover(estimator):
    """Forty data sets of 500: 95 % intervals miss at most 8 (one time in 10,000)."""
    # t2 shares the luck of t and, w held, has nothing else to do with y: an instrument.
    roles = Roles("t", "y", ("w",), ("t2",) if estimator is TwoStageLeastSquares else ())
    missed = 0
    for seed in range(40):
        data = binary(seed, 500)
        data["t2"] = np.random.default_rng(seed + 99).normal(size=500) + data["t"] - data["w"] / 5
        answer = estimator().estimate(data, roles)
        missed += not of(answer, "low") < 1.0 < of(answer, "high")
    assert missed <= 8


def test_an_answer_says_what_it_is_and_compare_takes_it():
    answer = OLS().estimate(binary(), SEEN)
    attrs = answer.attrs
    assert attrs["estimand"] == ATE("y", do={"t": 1}, versus={"t": 0}).sentence()
    assert attrs["library"].startswith("statsmodels ")
    assert (attrs["adjusted_for"], attrs["n_units"], attrs["ci_prob"]) == ("w", UNITS, 0.95)
    assert attrs["seconds"] > 0
    comparison = compare(answer, 1.0)
    assert comparison.bias == pytest.approx(of(answer) - 1.0)
    assert comparison.covered
    assert OLS(ci_prob=0.5).estimate(binary(), SEEN).attrs["ci_prob"] == 0.5


@pytest.mark.parametrize("estimator", [NaiveDifference(), IPW(), AIPW(), TLearner()])
def test_a_treatment_that_is_not_binary_is_refused(estimator):
    with pytest.raises(DataError, match="treatment that is 0 or 1"):
        estimator.estimate(linear(1, 50), Roles("t", "y", ("z",)))


def test_bad_columns_and_roles():
    data = binary(units=50)
    with pytest.raises(DataError, match=r"the column 'q'.*does not exist"):
        OLS().estimate(data, SEEN.adding("q"))
    with pytest.raises(DataError, match="'w' misses 1 of 50"):
        OLS().estimate(data.assign(w=data["w"].where(data.index > 0)), SEEN)
    with pytest.raises(DataError, match="'y' holds text"):
        OLS().estimate(data.assign(y="a"), SEEN)
    roles = Roles("t", "y", instruments=("w",))
    with pytest.raises(DataError, match="not all positive"):
        TwoStageLeastSquares(weights="v").estimate(data.assign(v=0.0), roles)
    with pytest.raises(DataError, match="hold none"):
        TLearner().estimate(data, Roles("t", "y"))
    with pytest.raises(QueryError, match="y cannot be in 'adjust' too"):
        Roles("t", "y", adjust=("y",))
    with pytest.raises(QueryError, match="between 0 and 1"):
        OLS(ci_prob=2)


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    monkeypatch.setitem(sys.modules, "linearmodels", None)
    for estimator in (OLS(), TwoStageLeastSquares()):
        with pytest.raises(ExtraError, match=r"pip install 'ifonly\[estimators\]'"):
            estimator.estimate(binary(units=50), Roles("t", "y", instruments=("w",)))


def test_a_fit_in_another_unit_of_measure():
    fit = Fit(2.0, 1.0, 0.0, 4.0, ("a problem",), {"F": 3.0}).times([10.0, 0.5])
    np.testing.assert_array_equal([fit.mean, fit.sd, fit.high], [[20, 1], [10, 0.5], [40, 2]])
    assert (fit.problems, fit.figures) == (("a problem",), {"F": 3.0})


def test_what_is_estimated_of_a_treatment_in_numbers_and_of_two():
    data = linear(1, 200).assign(v=lambda d: d["z"] ** 2, m=lambda d: d["t"] ** 2)
    answer = OLS().estimate(data, Roles("t", "y"))
    assert (answer.attrs["query"], answer.dims) == ("ATE", ("statistic",))
    roles = Roles("t", "y", instruments=("z", "v"), endogenous=("m",))
    both = TwoStageLeastSquares().estimate(data, roles)
    assert both.dims == ("statistic", "treatment")
    assert both["treatment"].to_numpy().tolist() == ["t", "m"]
    assert both.attrs["query"] == "CDE"


def test_too_few_units_are_counted_against_the_coefficients():
    with pytest.raises(UnfitError, match="these 3 units: it has 3 coefficients"):
        OLS().estimate({"w": [1.0, 2.0, 4.0], "t": [0, 1, 1], "y": [0.0, 1.0, 2.0]}, SEEN)
