"""Odd data: what does not vary, what others determine, what is infinite, and few units."""

import warnings

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import CausalGraph, DataError, QueryError
from ifonly.inference.estimators import (
    AIPW,
    IPW,
    OLS,
    NaiveDifference,
    Roles,
    TLearner,
    TwoStageLeastSquares,
    propensity,
    would_say,
)

SEEN = Roles("t", "y", adjust=("w",))


def hidden(units: int) -> pd.DataFrame:
    """Return t and y with an unseen confounder, and an instrument z."""
    z, u, e, f = np.random.default_rng(1).normal(size=(4, units))
    t = 0.8 * z + u + e
    return pd.DataFrame({"z": z, "t": t, "y": 2.0 * t + 1.5 * u + f})


def seen(units: int) -> pd.DataFrame:
    """Return a binary t and y with a confounder w."""
    rng = np.random.default_rng(2)
    w = rng.normal(size=units)
    t = rng.binomial(1, 1 / (1 + np.exp(-w)))
    return pd.DataFrame({"w": w, "t": t, "y": t + 2.0 * w + rng.normal(size=units)})


def of(answer) -> float:
    return float(answer.sel(statistic="mean"))


def problems(estimator, data, roles) -> list[str]:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        estimator.estimate(data, roles)
    return [str(w.message) for w in given]


@pytest.mark.parametrize("estimator", [OLS(), TwoStageLeastSquares()])
def test_a_treatment_without_variation_of_its_own_is_refused(estimator):
    """Its coefficient would be the intercept's, or whatever a pseudo-inverse makes of it."""
    data = hidden(50).assign(w=np.arange(50.0))
    roles = Roles("t", "y", adjust=("w",), instruments=("z",))
    with pytest.raises(DataError, match="effect of 't', which is the same for all units"):
        estimator.estimate(data.assign(t=1), roles)
    with pytest.raises(DataError, match="effect of 't', which is determined by w; hold fewer"):
        estimator.estimate(data.assign(t=3.0 - 2.0 * data["w"]), roles)


@pytest.mark.parametrize("estimator", [OLS(), IPW(), AIPW(), TwoStageLeastSquares()])
def test_held_columns_that_others_determine_change_nothing(estimator):
    """Twice a confounder, and a constant, span nothing new: the answer is that without them."""
    data = seen(500)
    data["z"] = data["t"] + np.random.default_rng(0).normal(size=500)
    roles = Roles("t", "y", adjust=("w",), instruments=("z",))
    wide = data.assign(twice=2.0 * data["w"] - 7.0, one=1.0)
    expected = estimator.estimate(data, roles)
    found = estimator.estimate(wide, roles.adding("twice", "one"))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.attrs["problems"] == ""
    assert roles.adding("w").adjust == Roles("t", "y", adjust=("w", "w")).adjust == ("w",)


def test_columns_that_no_analysis_takes():
    data = seen(50)
    with pytest.raises(DataError, match="'y' is infinite for 1 of 50 values"):
        OLS().estimate(data.assign(y=data["y"].where(data.index > 0, np.inf)), SEEN)
    with pytest.raises(DataError, match=r"different lengths: .*'y': 3"):
        OLS().estimate({"t": [0, 1, 0, 1], "y": [0.0, 1.0, 2.0], "w": [1, 2, 3, 4]}, SEEN)
    numbers = data.assign(w=data["w"].astype(object))
    np.testing.assert_array_equal(OLS().estimate(numbers, SEEN), OLS().estimate(data, SEEN))


def test_few_units_with_values_of_their_own_are_no_levels():
    """Eight units are not separated by values that only one has each; they overlap in w."""
    y = np.random.default_rng(0).normal(size=8)
    data = {"t": [0, 1] * 4, "w": [0.1, 0.2, 0.3, 0.4, 0.5, 0.45, 0.6, 0.35], "y": y}
    assert not any("separation" in m for m in problems(IPW(), data, SEEN))


def test_outcomes_that_do_not_vary():
    answer = NaiveDifference().estimate({"t": [0, 0, 1, 1], "y": [1.0] * 4}, Roles("t", "y"))
    assert of(answer) == 0.0


def test_an_instrument_that_is_the_treatment():
    data = hidden(50).assign(z=lambda d: d["t"])
    answer = TwoStageLeastSquares().estimate(data, Roles("t", "y", instruments=("z",)))
    assert answer.attrs["first_stage_F"] > 1e12
    assert of(answer) == pytest.approx(np.polyfit(data["t"], data["y"], 1)[0])


@pytest.mark.parametrize("scale", [1.0, 1e6, 1e-6])
@pytest.mark.parametrize("estimator", [OLS(), IPW(), AIPW(), TwoStageLeastSquares()])
def test_offset_and_scale_of_what_is_held_change_nothing(estimator, scale):
    """With an intercept, an affine map of a regressor leaves the fitted values as they are."""
    data = seen(500)
    data["z"] = data["t"] + np.random.default_rng(0).normal(size=500)
    roles = Roles("t", "y", adjust=("w",), instruments=("z",))
    expected = estimator.estimate(data, roles)
    moved = data.assign(w=scale * (data["w"] + 1e8), z=scale * (data["z"] - 1e8))
    np.testing.assert_allclose(estimator.estimate(moved, roles), expected, rtol=1e-5)
    # An outcome in another unit of measure gives the effect in that unit.
    other = data.assign(y=scale * (data["y"] + 1e8))
    np.testing.assert_allclose(estimator.estimate(other, roles), scale * expected, rtol=1e-5)


@pytest.mark.parametrize("estimator", [OLS(), TwoStageLeastSquares()])
def test_offset_and_scale_of_a_treatment_change_its_unit_alone(estimator):
    data = hidden(500)
    roles = Roles("t", "y", instruments=("z",))
    moved = data.assign(t=1e-3 * (data["t"] + 1e8))
    expected = 1e3 * estimator.estimate(data, roles)
    np.testing.assert_allclose(estimator.estimate(moved, roles), expected, rtol=1e-5)


def coded(units: int, order: str) -> tuple[pm.Model, dict[str, np.ndarray]]:
    """Return a model with a group that confounds t and y, and data; the effect is 1.

    The middle one of three groups has the high treatment and the high outcome, so that the code of
    the group, as a number, is uncorrelated with both.
    """
    with pm.Model(coords={"unit": range(1), "group": range(3)}) as model:
        g = pm.DiscreteUniform("g", 0, 2, dims="unit")
        if order == "index":
            t_of = pm.Normal("t_of", dims="group")[g]
            y_of = pm.Normal("y_of", dims="group")[g]
        elif order == "computed":
            last = pm.Deterministic("last", 2 - g, dims="unit")
            t_of = pm.Normal("t_of", dims="group")[last]
            y_of = pm.Normal("y_of", dims="group")[last]
        else:
            t_of = pm.Normal("t_of") * pm.math.eq(g, 1)
            y_of = pm.Normal("y_of") * pm.math.eq(g, 1)
        t = pm.Normal("t", t_of, dims="unit")
        pm.Normal("y", pm.Normal("effect") * t + y_of, dims="unit")
    rng = np.random.default_rng(4)
    g = np.arange(units) % 3
    t = 3.0 * (g == 1) + rng.normal(size=units)
    return model, {"g": g, "t": t, "y": t + 5.0 * (g == 1) + rng.normal(size=units)}


@pytest.mark.parametrize("order", ["index", "computed", "compared"])
def test_an_integer_that_the_model_uses_as_a_label_is_adjusted_for_as_one(order):
    """As a number it is no adjustment: with a variance of 3 and a covariance of 10/3, 1 + 10/9."""
    model, data = coded(3_000, order)
    graph = CausalGraph.of(model)
    assert graph.categorical == {"g"}
    roles = Roles.of_graph(graph, "t", "y")
    answer = OLS().estimate(data, roles)
    assert abs(of(answer) - 1.0) < 4 * float(answer.sel(statistic="sd"))
    rows = np.column_stack([data["t"], *((data["g"] == k) for k in range(3))]).astype(float)
    assert of(answer) == pytest.approx(np.linalg.lstsq(rows, data["y"], rcond=None)[0][0])
    as_number = OLS().estimate(data, Roles("t", "y", adjust=("g",)))
    assert of(as_number) == pytest.approx(1.0 + 10 / 9, abs=0.06)


def test_a_treatment_of_several_categories_is_no_number():
    model, data = coded(60, "index")
    roles = Roles("g", "y", graph=CausalGraph.of(model))
    with pytest.raises(DataError, match="the 3 values of 'g' are categories; keep the units of"):
        OLS().estimate(data, roles)
    two = {n: v[data["g"] < 2] for n, v in data.items()}
    apart = two["y"][two["g"] == 1].mean() - two["y"][two["g"] == 0].mean()
    assert of(OLS().estimate(two, roles)) == pytest.approx(apart)


def test_labels_decide_which_value_belongs_to_a_unit():
    data = seen(200)
    turned = {"t": data["t"], "y": data["y"][::-1], "w": data["w"].sample(frac=1.0, random_state=1)}
    np.testing.assert_allclose(OLS().estimate(turned, SEEN), OLS().estimate(data, SEEN))


@pytest.mark.parametrize("estimator", [NaiveDifference(), OLS(), IPW(), AIPW()])
def test_an_outcome_of_any_size_has_a_finite_answer(estimator):
    """The effect of 1e140 y is 1e140 times that of y; beyond 1e150 a column is refused."""
    data = seen(200)
    large = estimator.estimate(data.assign(y=1e140 * data["y"]), SEEN)
    np.testing.assert_allclose(large, 1e140 * estimator.estimate(data, SEEN), rtol=1e-6)
    constant = estimator.estimate(data.assign(y=3.0), SEEN)
    assert constant.sel(statistic=["mean", "sd"]).to_numpy().tolist() == [0.0, 0.0]


def test_a_name_like_that_of_an_indicator_is_another_column():
    """The treatment is called as the indicator of the level b of k is."""
    data = seen(200).assign(k=lambda d: np.where(d["w"] > 0, "b", "a"))
    expected = OLS().estimate(data, Roles("t", "y", adjust=("k",)))
    found = OLS().estimate(data.rename(columns={"t": "k[b]"}), Roles("k[b]", "y", adjust=("k",)))
    np.testing.assert_allclose(found, expected)


def test_two_estimators_of_one_name_have_a_row_each():
    table = would_say(seen(200), SEEN, estimators=(OLS(ci_prob=v) for v in (0.5, 0.9)))
    assert table.index.to_list() == ["OLS", "OLS"]
    assert (table["high"] - table["low"]).is_monotonic_increasing


ODD = {
    "ci_prob": (lambda: OLS(ci_prob="a"), "ci_prob is a probability"),
    "folds": (lambda: AIPW(folds=0), "folds is a positive whole number"),
    "seed": (lambda: AIPW(seed=-1), "seed is a whole number"),
    "bootstraps": (lambda: TLearner(bootstraps="few"), "bootstraps is a whole number"),
    "regressor": (lambda: TLearner(regressor=3), "scikit-learn regressor, not 3"),
    "roles": (lambda: OLS().estimate(seen(9), "t"), "roles are Roles"),
    "adjust": (lambda: Roles("t", "y", adjust=3), "adjust names columns or variables, not 3"),
    "treatment": (lambda: Roles(None, "y"), "treatment is the name of a column, not None"),
    "data": (lambda: OLS().estimate(None, SEEN), "not NoneType"),
    "weights": (
        lambda: TwoStageLeastSquares(weights="h").estimate(
            hidden(9).assign(h="a"), Roles("t", "y", instruments=("z",))
        ),
        "'h' holds text",
    ),
    "no weight": (
        lambda: TwoStageLeastSquares(weights="h").estimate(
            hidden(9).assign(h=0.0), Roles("t", "y", instruments=("z",))
        ),
        "not all positive",
    ),
    "a class": (lambda: would_say(seen(9), SEEN, estimators=[OLS]), "estimators are several"),
    "one": (lambda: would_say(seen(9), SEEN, estimators=OLS()), "estimators are several"),
    "truth": (lambda: would_say(seen(9), SEEN, "a", estimators=[OLS()]), "the truth is one number"),
    "propensity of what": (lambda: propensity(seen(9), "q", ["w"]), "the column 'q', which does"),
}


@pytest.mark.parametrize("case", sorted(ODD))
def test_what_is_no_option_is_refused_in_one_line(case):
    ask, words = ODD[case]
    with pytest.raises((DataError, QueryError), match=words):
        ask()


def test_one_name_is_a_regressor():
    data = seen(200).rename(columns={"w": "www"})
    expected = propensity(data, "t", ["www"])
    pd.testing.assert_series_equal(propensity(data, "t", "www"), expected)
