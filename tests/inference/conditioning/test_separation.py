"""Separation found where the algebra says it is, and nowhere else."""

import warnings

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import AssumptionWarning, condition
from ifonly.inference.conditioning.condition import observe
from ifonly.inference.conditioning.separation import separating, warn_of_separation
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

X = np.array([-2.0, -1.0, -0.5, 0.4, 1.1, 2.3])
W = np.array([0.3, -1.2, 0.9, -0.4, 0.1, 0.7])
MIXED = np.array([0, 1, 0, 1, 0, 1])


def logistic(*, positive: bool = False, gate: bool = False, learnt: bool = False) -> pm.Model:
    """The outcome t of x and w, with slopes of the kind asked for."""
    with pm.Model(coords={"unit": range(1), "slope": ["x", "w"]}) as model:
        x = pm.Normal("x", dims="unit")
        w = pm.Normal("w", dims="unit")
        if positive:
            slopes = pm.HalfNormal("t_on", dims="slope")
        else:
            slopes = pm.Normal(
                "t_on", 0.0, pm.HalfNormal("spread") if learnt else 1.0, dims="slope"
            )
        logit = (0.0 if learnt else pm.Normal("t_intercept")) + slopes[0] * x + slopes[1] * w
        if gate:
            logit = pm.math.switch(x > 0, logit, -float("inf"))
        p = pm.Deterministic("p", pm.math.sigmoid(logit), dims="unit")
        pm.Bernoulli("t", p, dims="unit")
    return model


def problems(model: pm.Model, **columns: np.ndarray) -> list[str]:
    """What is warned of, without sampling."""
    evidence = read_evidence(Equations(model), columns, allow_missing=True)
    observed, _ = observe(model, evidence, "unit")
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        warn_of_separation(observed, evidence)
    assert all(w.category is AssumptionWarning for w in given)
    return [str(w.message) for w in given]


def test_one_cause_that_separates_is_named():
    [problem] = problems(logistic(), x=X, w=W, t=(X > 0).astype(int))
    assert problem.startswith("separation: x alone tells t = 1 from t = 0 without error")
    assert "no bound to t_on[0], and the posterior leans on the prior" in problem


def test_two_causes_that_separate_together_are_named():
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 300))
    [problem] = problems(logistic(), x=x, w=w, t=(x - w > 0.2).astype(int))
    assert "x, w together tell" in problem
    assert "t_on[0], t_on[1]" in problem


def test_a_cause_that_decides_for_some_units_is_named():
    """Two units with w = 1, both treated; the others are mixed."""
    w = np.array([1.0, 0, 0, 0, 0, 1])
    [problem] = problems(logistic(), x=X, w=w, t=np.array([1, 0, 1, 1, 0, 1]))
    assert problem.startswith("separation: w alone tells")
    assert "at least 2 of 6 units" in problem


@pytest.mark.parametrize("units", [6, 3_000])
def test_overlapping_outcomes_are_no_problem(units):
    """One unit on the wrong side is enough."""
    x = np.linspace(-1.0, 1.0, units)
    t = (x > 0).astype(int)
    t[-1] = 0
    w = np.cos(40.0 * x)
    if units == 6:
        t, w = MIXED, W
    assert problems(logistic(), x=x, w=w, t=t) == []


def test_a_slope_that_cannot_be_negative_is_not_sent_there():
    falling = (X < 0).astype(int)
    even = np.zeros(len(X))
    assert problems(logistic(positive=True), x=X, w=even, t=falling) == []
    assert len(problems(logistic(positive=True), x=X, w=even, t=1 - falling)) == 1


def test_a_shut_gate_and_a_learnt_prior_are_no_separation():
    """Behind the gate nobody is treated, by the model; and groups' effects are held by theirs."""
    x = np.array([-2.0, -1.0, -0.5, 0.4, 1.1, 2.3, 3.0, 4.0])
    t = np.array([0, 0, 0, 1, 0, 1, 0, 1])
    w = np.array([0.3, -1.2, 0.9, -0.4, 0.1, 0.7, -0.9, -0.2])
    assert problems(logistic(gate=True), x=x, w=w, t=t) == []
    assert problems(logistic(learnt=True), x=X, w=W, t=(X > 0).astype(int)) == []


def test_units_without_a_value_say_nothing():
    """The one unit that overlaps has no outcome."""
    t = np.array([0.0, 0, 0, 1, 1, np.nan])
    x = np.array([-2.0, -1.0, -0.5, 0.4, 1.1, -9.0])
    even = np.zeros(6)
    assert len(problems(logistic(), x=x, w=even, t=t)) == 1
    assert problems(logistic(), x=x, w=even, t=np.where(np.isnan(t), 1.0, t)) == []


def test_an_outcome_that_never_differs_is_named():
    [problem] = problems(logistic(), x=X, w=W, t=np.ones(6))
    assert problem.startswith("t is 1 for every unit, so the data do not show what causes it")


def test_a_probability_without_parameters_or_a_logit_is_left_alone():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("mean"), dims="unit")
        pm.Bernoulli("t", logit_p=x, dims="unit")
        pm.Bernoulli("s", pm.Beta("s_p", 1.0, 1.0), dims="unit")
    above = (X > 0).astype(int)
    assert problems(model, x=X, t=above, s=above) == []


def of_scalars(kind: str) -> pm.Model:
    """The outcome t, with a linear predictor that reads no column."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a")
        if kind == "logit_p":
            pm.Bernoulli("t", logit_p=a, dims="unit")
        elif kind == "sigmoid":
            pm.Bernoulli("t", p=pm.math.sigmoid(a), dims="unit")
        elif kind == "named":
            pm.Bernoulli("t", p=pm.Deterministic("p", pm.math.sigmoid(2.0 * a)), dims="unit")
        elif kind == "probit":
            pm.Bernoulli("t", p=pm.math.invprobit(a), dims="unit")
        else:
            pm.Bernoulli("t", logit_p=0.3, dims="unit")
    return model


@pytest.mark.parametrize("kind", ["logit_p", "sigmoid", "named", "probit", "constant"])
def test_a_predictor_without_a_unit_axis_is_the_same_for_all_units(kind):
    """The design of an intercept is a column of ones; of no parameter it has no column."""
    assert problems(of_scalars(kind), t=MIXED) == []
    found = problems(of_scalars(kind), t=np.ones(6))
    assert len(found) == (kind != "constant")
    assert all(text.startswith("t is 1 for every unit") for text in found)


def test_a_group_whose_outcomes_agree_is_named():
    """Both units of group 1 have t = 1, so its intercept has no bound; the others are mixed."""
    with pm.Model(coords={"unit": range(1), "group": range(3)}) as model:
        g = pm.Categorical("g", [0.3, 0.3, 0.4], dims="unit")
        pm.Bernoulli("t", logit_p=pm.Normal("a", dims="group")[g], dims="unit")
    g = np.array([0, 0, 1, 1, 2, 2])
    assert problems(model, g=g, t=np.array([0, 1, 0, 1, 1, 0])) == []
    [problem] = problems(model, g=g, t=np.array([0, 1, 1, 1, 1, 0]))
    assert problem.startswith("separation: g alone tells t = 1 from t = 0")
    assert "at least 2 of 6 units, so the data set no bound to a[1]" in problem


def test_an_outcome_with_a_further_axis_is_looked_at_value_by_value():
    """Each of six units answers two items; all get the second one right."""
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        pm.Bernoulli("t", logit_p=pm.Normal("a", dims="item"), dims=("unit", "item"))
    assert problems(model, t=np.column_stack([MIXED, 1 - MIXED])) == []
    [problem] = problems(model, t=np.column_stack([MIXED, np.ones(6, int)]))
    assert "at least 6 of 12 values, so the data set no bound to a[1]" in problem


@pytest.mark.parametrize("link", [pm.math.sigmoid, pm.math.invprobit])
def test_logit_and_probit_are_separated_by_the_same_data(link):
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Bernoulli("t", link(pm.Normal("a") + pm.Normal("b") * x), dims="unit")
    assert problems(model, x=X, t=MIXED) == []
    [problem] = problems(model, x=X, t=(X > 0).astype(int))
    assert "x alone tells" in problem
    assert "no bound to b" in problem


def test_the_margins_are_those_of_the_best_direction():
    """Of the directions (1, d) with all margins at least 0, in closed form: t = 1 where x > 0."""
    design = np.column_stack([np.ones(4), [-1.0, -0.5, 0.5, 1.0]])
    ones = np.array([False, False, True, True])
    margin = separating(design, ones, np.zeros(2, bool))
    np.testing.assert_allclose(margin.sum(), 3.0, atol=1e-6)  # slope 1, any intercept within 0.5


def test_condition_warns():
    with pytest.warns(AssumptionWarning, match="separation: x alone"):
        condition(
            logistic(),
            {"x": X, "w": W, "t": (X > 0).astype(int)},
            draws=20,
            tune=20,
            chains=1,
            seed=1,
            progress=False,
        )


@pytest.mark.parametrize("written", ["minus", "expm1"])
def test_a_complementary_log_log_link(written: str) -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        rate = pm.math.exp(pm.Normal("a") + pm.Normal("b") * x)
        p = 1 - pm.math.exp(-rate) if written == "minus" else -pt.expm1(-rate)
        pm.Bernoulli("t", p, dims="unit")
    [problem] = problems(model, x=X, t=(X > 0).astype(int))
    assert problem.startswith("separation: x alone tells t = 1 from t = 0")
    assert problems(model, x=X, t=MIXED) == []


def test_counts_of_successes() -> None:
    """One success and one failure of a unit bound its chance from both sides."""
    trials = np.array([5, 5, 5, 5, 5, 9])
    with pm.Model(coords={"unit": range(6)}) as model:
        x, n = pm.Normal("x", dims="unit"), pm.Data("n", trials, dims="unit")
        logit = pm.Normal("a") + pm.Normal("b") * x
        pm.Binomial("y", n=n, logit_p=logit, dims="unit")
    [problem] = problems(model, x=X, n=trials, y=np.where(X > 0, trials, 0))
    assert problem.startswith(
        "separation: x alone tells y = n from y = 0 without error in at least"
    )
    assert "of 6 units" in problem
    assert problems(model, x=X, n=trials, y=np.array([0, 0, 1, 5, 4, 9])) == []
    [never] = problems(model, x=X, n=trials, y=np.zeros(6, int))
    assert never.startswith("y is 0 for every unit")
    [always] = problems(model, x=X, n=trials, y=trials)
    assert always.startswith("y is n for every unit")
