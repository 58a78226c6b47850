"""Estimators against algebra, what they warn of, and what they refuse."""

import sys
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    AssumptionWarning,
    CausalGraph,
    DataError,
    QueryError,
    World,
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
    propensity,
    would_say,
)

UNITS = 4_000
ALL = [NaiveDifference, OLS, IPW, AIPW, TwoStageLeastSquares, SLearner, TLearner, XLearner]


def linear(seed: int, units: int = UNITS) -> pd.DataFrame:
    """y = 2 t + 1.5 u + noise, t = 0.8 z + u + noise: OLS is off by 1.5 / (0.8^2 + 2)."""
    rng = np.random.default_rng(seed)
    z, u, e, f = rng.normal(size=(4, units))
    t = 0.8 * z + u + e
    return pd.DataFrame({"z": z, "t": t, "y": 2.0 * t + 1.5 * u + f})


def binary(seed: int = 2, units: int = UNITS) -> pd.DataFrame:
    """A confounder w that is seen; the effect is 1."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=units)
    t = rng.binomial(1, 1 / (1 + np.exp(-w)))
    return pd.DataFrame({"w": w, "t": t, "y": t + 2.0 * w + rng.normal(size=units)})


SEEN = Roles("t", "y", adjust=("w",))
LEARNERS = [learner(bootstraps=4) for learner in (SLearner, TLearner, XLearner)]


def of(answer, statistic: str = "mean") -> float:
    return float(answer.sel(statistic=statistic))


def test_ols_has_the_bias_of_the_formula_and_2sls_has_none():
    data, roles = linear(1), Roles("t", "y", instruments=("z",))
    ols, tsls = OLS().estimate(data, roles), TwoStageLeastSquares().estimate(data, roles)
    assert abs(of(ols) - (2.0 + 1.5 / 2.64)) < 4 * of(ols, "sd")
    assert abs(of(tsls) - 2.0) < 4 * of(tsls, "sd")
    # Asymptotic variance of 2SLS: var(1.5 u + f) / (n 0.8^2).
    assert of(tsls, "sd") == pytest.approx(np.sqrt(3.25 / 0.64 / UNITS), rel=0.1)
    cov = data.cov()
    assert of(tsls) == pytest.approx(cov.loc["z", "y"] / cov.loc["z", "t"])  # Wald's ratio


def test_first_stage_f_of_one_treatment_is_the_textbook_one():
    import statsmodels.api as sm

    data = linear(3, 300).assign(w=np.arange(300) % 7.0)
    answer = TwoStageLeastSquares().estimate(data, Roles("t", "y", ("w",), ("z",)))
    found = sm.OLS(data["t"], sm.add_constant(data[["w", "z"]])).fit()
    assert answer.attrs["first_stage_F"] == pytest.approx(found.tvalues["z"] ** 2)


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


def test_ipw_is_the_weighted_difference():
    data = binary(units=500)
    p = propensity(data, "t", ["w"])
    one, none = data["t"] / p, (1 - data["t"]) / (1 - p)
    expected = (one * data["y"]).sum() / one.sum() - (none * data["y"]).sum() / none.sum()
    assert of(IPW().estimate(data, SEEN)) == pytest.approx(expected, rel=1e-5)


def test_an_answer_says_what_it_is_and_compare_takes_it():
    answer = OLS().estimate(binary(), SEEN)
    attrs = answer.attrs
    assert attrs["estimand"] == ATE("y", do={"t": 1}, versus={"t": 0}).sentence()
    assert attrs["library"].startswith("statsmodels ")
    assert (attrs["adjusted_for"], attrs["n_units"], attrs["level"]) == ("w", UNITS, 0.95)
    assert attrs["seconds"] > 0
    comparison = compare(answer, 1.0)
    assert comparison.bias == pytest.approx(of(answer) - 1.0)
    assert comparison.covered
    assert OLS(level=0.5).estimate(binary(), SEEN).attrs["level"] == 0.5


def test_without_anything_to_hold_weighting_is_the_difference():
    data, roles = binary(units=400), Roles("t", "y")
    expected = of(NaiveDifference().estimate(data, roles))
    assert of(IPW().estimate(data, roles)) == pytest.approx(expected)
    assert of(AIPW().estimate(data, roles)) == pytest.approx(expected, rel=0.05)


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect")
        kind = pm.Categorical("kind", [0.3, 0.3, 0.4], dims="unit")
        chance = pm.math.stack([0.2, 0.8, 0.2])[kind]
        t = pm.Bernoulli("t", chance, dims="unit")
        pm.Normal("y", effect * t + pm.math.stack([0.0, 5.0, 0.0])[kind], 0.5, dims="unit")
    return model


def test_from_a_model_and_its_world_to_the_comparison(quickly):
    """Model, data, roles and truth all come from one place; the effect is 1.3."""
    with quickly():
        world = World.simulate(make_model(), {"effect": 1.3}, units=500, seed=3)
        truth = world.ask(ATE("y", do={"t": 1}, versus={"t": 0}))
    roles = Roles.of_graph(CausalGraph.of(make_model(), world.data), "t", "y")
    assert roles.adjust == ("kind",)
    answer = OLS().estimate(world.data, roles)
    comparison = compare(answer, truth)
    assert float(comparison.truth) == pytest.approx(1.3)
    assert abs(comparison.z) < 4
    assert would_say(world.data, roles, truth, estimators=[OLS()])["truth"].item() == float(truth)


def test_learners_predict_each_unit_and_repeat_themselves():
    data = binary(units=600)
    learner = TLearner(bootstraps=3, seed=4)
    effects = learner.effects(data, SEEN)
    assert effects.dims == ("unit",)
    answer = learner.estimate(data, SEEN)
    assert float(effects.mean()) == pytest.approx(of(answer))
    np.testing.assert_allclose(answer, learner.estimate(data, SEEN), rtol=1e-9)


# --- the table ----------------------------------------------------------------------------------


def test_the_table():
    data = binary(units=800)
    graph = CausalGraph.of_edges([("w", "t"), ("w", "y"), ("t", "y")])
    roles = replace(SEEN, graph=graph)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what is in the table is not said twice
        table = would_say(data, roles, 1.0)
    assert list(table.index) == [e.label for e in ALL]
    assert list(table.columns) == [
        "truth", "estimate", "se", "low", "high", "bias", "covered", "seconds", "problems",
    ]  # fmt: skip
    assert (table["truth"] == 1.0).all()
    np.testing.assert_allclose(table["bias"], table["estimate"] - 1.0)
    assert table.loc["OLS", "covered"]
    assert not table.loc["difference", "covered"]
    assert table.loc["difference", "problems"] == "holding nothing leaves t <- w -> y open"
    assert np.isnan(table.loc["2SLS", "estimate"])
    assert pd.isna(table.loc["2SLS", "covered"])
    assert table.loc["2SLS", "problems"].startswith("no instrument")
    assert table.loc["OLS", "problems"] == ""


def test_the_table_is_about_one_effect():
    with pytest.raises(QueryError, match="one effect"):
        would_say(binary(), Roles("t", "y", endogenous=("w",)), estimators=[OLS()])
    with pytest.raises(QueryError, match="one number"):
        would_say(binary(), SEEN, np.zeros(3), estimators=[OLS()])


def test_who_cannot_be_fitted_says_so_and_the_others_still_answer():
    table = would_say(linear(1, 400), Roles("t", "y", instruments=("z",)))
    assert table["estimate"].notna().to_dict() == {
        e.label: e in (OLS, TwoStageLeastSquares) for e in ALL
    }
    assert "0 or 1" in table.loc["IPW", "problems"]
    few = {"z": [0.1, -0.4, 1.2], "t": [1, 0, 1], "y": [1.3, 0.2, 2.9]}
    table = would_say(few, Roles("t", "y", adjust=("z",)))
    assert "OLS cannot be fitted to these 3 units: it has 3 coeff" in table.loc["OLS", "problems"]
    assert "at least two units of both" in table.loc["AIPW", "problems"]
    small = binary(units=14)
    assert would_say(small, SEEN)["estimate"].notna().sum() == len(ALL) - 1  # no instrument
    with pytest.raises(DataError, match="does not exist"):
        would_say(few, Roles("t", "y", adjust=("w",)))


# --- warnings -----------------------------------------------------------------------------------


def told(estimator, data, roles) -> list[str]:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always", AssumptionWarning)
        answer = estimator.estimate(data, roles)
    messages = [str(w.message) for w in given]
    assert answer.attrs["problems"] == "; ".join(
        m.removeprefix(f"{estimator.label}: ") for m in messages
    )
    return messages


def test_a_weak_instrument_is_named_with_its_f():
    data = linear(1).assign(weak=np.random.default_rng(5).normal(size=UNITS))
    [message] = told(TwoStageLeastSquares(), data, Roles("t", "y", instruments=("weak",)))
    assert message.startswith("2SLS: weak instrument: weak hardly moves t; the first-stage F is ")
    assert told(TwoStageLeastSquares(), data, Roles("t", "y", instruments=("z",))) == []


def test_one_instrument_cannot_serve_two_treatments():
    roles = Roles("t", "y", instruments=("z",), endogenous=("m",))
    data = linear(1).assign(m=np.arange(UNITS) % 5)
    [message] = told(TwoStageLeastSquares(), data, roles)
    assert "too few instruments: 1 for 2 variables (t, m)" in message
    # Two instruments that move both treatments alike are weak for each given the other.
    rng = np.random.default_rng(6)
    data["z2"] = rng.normal(size=UNITS)
    data["m"] = data["t"] + rng.normal(size=UNITS)
    messages = told(TwoStageLeastSquares(), data, replace(roles, instruments=("z", "z2")))
    assert len(messages) == 2
    assert all("weak instrument" in m for m in messages)


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ("z t,z y,t y", "z reaches y by another way than t: z -> y"),
        ("t y,z y", "z reaches y"),
        ("t y,t z", "z is an effect of t"),
    ],
)
def test_an_instrument_that_the_graph_refutes_is_named(edges, words):
    graph = CausalGraph.of_edges([tuple(e.split()) for e in edges.split(",")])
    roles = Roles("t", "y", instruments=("z",), graph=graph)
    assert any(words in m for m in told(TwoStageLeastSquares(), linear(1), roles))


@pytest.mark.parametrize("estimator", [OLS(), TwoStageLeastSquares()])
def test_conditioning_on_a_mediator_is_named(estimator):
    edges = [("z", "t"), ("t", "m"), ("m", "y"), ("t", "y")]
    data = linear(1).assign(m=lambda d: d["t"] + np.arange(UNITS) % 3)
    roles = Roles("t", "y", ("m",), ("z",), graph=CausalGraph.of_edges(edges))
    [message] = told(estimator, data, roles)
    assert "m is a mediator" in message
    assert "t -> m -> y" in message


@pytest.mark.parametrize("estimator", [IPW(), AIPW()])
def test_perfect_separation_is_named(estimator):
    data = binary().assign(w=lambda d: d["w"].where(d["t"] == 0, d["w"].abs() + 10))
    data.loc[data["t"] == 0, "w"] = -data.loc[data["t"] == 0, "w"].abs()
    with pytest.warns(AssumptionWarning, match="separation: w alone tells units with t = 1"):
        answer = estimator.estimate(data, SEEN)
    assert np.isnan(of(answer))


def test_separation_by_a_level_and_by_a_combination_is_named():
    data = binary(units=400)
    data["kind"] = np.where((np.arange(400) % 4 == 0) & (data["t"] == 1), "vip", "casual")
    messages = told(IPW(), data, SEEN.adding("kind"))
    assert "separation: every unit with kind = vip has t = 1" in messages[0]
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 400))
    pair = pd.DataFrame({"a": a, "b": b, "t": (a + b > 0).astype(int), "y": a})
    [message] = told(IPW(), pair, Roles("t", "y", ("a", "b")))
    assert "separation: a, b together tell treated from untreated" in message


def test_no_overlap_is_counted():
    rng = np.random.default_rng(3)
    w = rng.normal(size=UNITS) * 4
    t = rng.binomial(1, 1 / (1 + np.exp(-2 * w)))
    data = pd.DataFrame({"w": w, "t": t, "y": t + w})
    [message] = told(IPW(), data, SEEN)
    assert "no overlap: " in message
    share = np.mean(abs(2 * w) > np.log(99))
    count = int(message.split("no overlap: ")[1].split(" ")[0])
    assert count / UNITS == pytest.approx(share, abs=0.03)
    assert told(IPW(), binary(), SEEN) == []


# --- bad input ----------------------------------------------------------------------------------


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
        OLS(level=2)


def test_codes_of_categories_are_no_numbers():
    """A graph read from a model knows that codes are categories; the effect is then exact."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 300)
    t = rng.binomial(1, np.array([0.2, 0.8, 0.2])[kind])
    data = pd.DataFrame({"kind": kind, "t": t, "y": t + np.array([0.0, 5.0, 0.0])[kind]})
    graph = CausalGraph.of_edges([("kind", "t"), ("kind", "y"), ("t", "y")], categorical=["kind"])
    assert of(OLS().estimate(data, Roles.of_graph(graph, "t", "y"))) == pytest.approx(1.0)


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    monkeypatch.setitem(sys.modules, "linearmodels", None)
    for estimator in (OLS(), TwoStageLeastSquares()):
        with pytest.raises(ExtraError, match=r"pip install 'ifonly\[estimators\]'"):
            estimator.estimate(binary(units=50), Roles("t", "y", instruments=("w",)))
