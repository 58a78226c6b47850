"""One way in for what a user gives: labels are matched, gaps are gaps, numbers stay the same."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pymc as pm
import pytensor.tensor as pt
import pytest
import xarray as xr

from ifonly.inference import (
    Counterfactual,
    DataError,
    QueryError,
    World,
    compare,
    policy,
    set_to,
    shift,
)
from ifonly.inference.estimators.design import read_design
from ifonly.inference.estimators.roles import Roles
from ifonly.inference.experiments import assign, balance, targeting
from ifonly.inference.inputs.arrays import converted, plain
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

UNITS, ITEMS = ["b", "a", "c"], ["p", "q"]
PAIR = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
X = np.array([1.0, 2.0, 3.0])
pytestmark = pytest.mark.usefixtures("quick_compile")


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1), "item": ITEMS}) as model:
        x = pm.Normal("x", dims="unit")
        pair = pm.Normal("pair", dims=("unit", "item"))
        pm.Normal("y", x + pair.sum(-1), 1.0, dims="unit")
        pm.Poisson("k", 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def equations():
    return Equations(make_model())


def array(values, dims, coords=True):
    labels = {"unit": UNITS, "item": ITEMS}
    return xr.DataArray(values, dims=dims, coords={d: labels[d] for d in dims} if coords else None)


PAIRS = {
    "an array": PAIR,
    "a frame": pd.DataFrame(PAIR, UNITS, ITEMS),
    "columns in another order": pd.DataFrame(PAIR[:, ::-1], UNITS, ITEMS[::-1]),
    "rows in another order": pd.DataFrame(PAIR[::-1], UNITS[::-1], ITEMS),
    "dims in another order": array(PAIR.T, ("item", "unit")),
    "dims in another order, no labels": array(PAIR.T, ("item", "unit"), coords=False),
    "all in another order": array(PAIR, ("unit", "item")).isel(unit=[2, 0, 1], item=[1, 0]).T,
}


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("first", ["x", "pair"])
def test_columns_of_a_dict_go_by_label(equations, kind, first):
    data = {"x": pd.Series(X, UNITS), "pair": PAIRS[kind]}
    evidence = read_evidence(equations, {n: data[n] for n in sorted(data, key=first.__ne__)})
    by_label = pd.DataFrame(evidence.columns["pair"], evidence.labels).loc[UNITS].to_numpy()
    np.testing.assert_array_equal(by_label, PAIR)
    assert pd.Series(evidence.columns["x"], evidence.labels)[UNITS].tolist() == X.tolist()


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        (pd.DataFrame(PAIR, UNITS, ["p", "z"]), "lacks the item 'q' and has 'z'"),
        (pd.DataFrame(PAIR, ["b", "a", "z"], ITEMS), "lacks the unit 'c' and has 'z'"),
        (xr.DataArray(PAIR, dims=("unit", "part")), "has the dimension 'part'"),
    ],
)
def test_labels_that_are_not_the_models_are_refused(equations, pair, says):
    with pytest.raises(DataError, match=says):
        read_evidence(equations, {"x": pd.Series(X, UNITS), "pair": pair})


def test_a_dimension_decides_where_the_sizes_agree():
    with pm.Model(coords={"unit": range(1), "item": ["p", "q", "r"]}) as model:
        pm.Normal("pair", dims=("unit", "item"))
    square = np.arange(9.0).reshape(3, 3)
    turned = xr.DataArray(square.T, dims=("item", "unit"))
    for data in ({"pair": turned}, xr.Dataset({"pair": turned})):
        found = read_evidence(Equations(model), data).columns["pair"]
        np.testing.assert_array_equal(found, square)


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"y": X}, index=pd.Index(X, name="x")),
        xr.Dataset({"y": ("unit", X)}, coords={"x": ("unit", X)}),
    ],
)
def test_a_column_that_stands_among_the_labels_is_not_latent(equations, data):
    with pytest.raises(DataError, match="have 'x' as the name of their"):
        read_evidence(equations, data)


MASKED = np.ma.array([1.0, -999.0, 3.0], mask=[False, True, False])


def test_what_is_masked_is_missing(equations):
    evidence = read_evidence(equations, {"x": MASKED, "y": X}, allow_missing=True)
    assert evidence.missing["x"].tolist() == [False, True, False]
    with pytest.raises(DataError, match="missing"):
        read_evidence(equations, {"x": MASKED, "y": X})
    whole = np.ma.array([1, 2], mask=[False, False])
    assert plain(whole).tolist() == [1, 2]
    np.testing.assert_array_equal(plain([MASKED, MASKED])[1], [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(plain(np.ma.array([7, -999], mask=[0, 1])), [7.0, np.nan])


def test_a_masked_number_is_used_nowhere(equations):
    model, frame = make_model(), pd.DataFrame({"x": X, "y": X})
    with pytest.raises(QueryError, match="NaN"):
        set_to(MASKED)
    with pytest.raises(QueryError, match="boolean"):
        set_to(1.0, where=np.ma.array([True, False, True], mask=[0, 1, 0]))
    with pytest.raises(DataError, match="arm is 0 or 1"):
        balance(frame, np.ma.array([0, 1, 1], mask=[0, 1, 0]), ["x"])
    with pytest.raises(DataError, match="strata is missing"):
        assign(3, seed=1, strata=np.ma.array([0, -999, 0], mask=[0, 1, 0]))
    effect = xr.DataArray(X, dims="unit")
    for name in ("score", "cost", "value"):
        given = {"score": X, name: MASKED}
        with pytest.raises(DataError, match=name):
            targeting(effect=effect, **given)
    with pytest.raises(DataError, match="misses 1 of 3"):
        read_design({"x": MASKED, "y": X}, Roles("x", "y"))
    world = World.from_evidence(model, {}, {"x": X, "pair": PAIR, "y": X})
    with pytest.raises(QueryError, match="NaN, or masked"):
        world.ask(Counterfactual("y", do={"x": policy(lambda v: MASKED)}))


LARGE = 2**53 + 1


@pytest.mark.parametrize(
    "column",
    [
        np.array([LARGE, 1, 2]),
        pd.Series([LARGE, 1, None], dtype="Int64"),
        np.array([Decimal(LARGE), 1, 2], dtype=object),
        [LARGE, None, 2],
        np.array([b"1", b"2", b"3"], dtype=object),
        np.array([b"1", b"2", b"3"]),
    ],
    ids=["integers", "with a gap", "decimals", "a list", "bytes", "fixed bytes"],
)
def test_no_number_is_read_as_another(equations, column):
    with pytest.raises(DataError, match=r"the column 'x' (holds|is)"):
        read_evidence(equations, {"x": column, "y": X}, allow_missing=True)


def test_integers_that_a_float_can_be_are_taken(equations):
    values = np.array([2**53, 2**60, -(2**53) - 2])
    assert converted(values, "float64", "it holds", DataError).tolist() == values.tolist()
    assert read_evidence(equations, {"k": np.array([0, 1, 2])}).columns["k"].tolist() == [0, 1, 2]


def test_an_arrow_dictionary_is_a_column_like_another(equations):
    def coded(values):
        return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values).dictionary_encode()))

    frame = pd.DataFrame({"x": coded([1.0, 2.0, 1.0]), "y": X})
    assert read_evidence(equations, frame).columns["x"].tolist() == [1.0, 2.0, 1.0]
    with pytest.raises(DataError, match="not numbers"):
        read_evidence(equations, frame.assign(x=coded(["a", "b", "a"])))


def test_estimators_and_experiments_go_by_label():
    x, y = pd.Series(X, UNITS), pd.Series([30.0, 10.0, 20.0], ["c", "b", "a"])
    design = read_design({"x": x, "y": y}, Roles("x", "y"))
    assert design.frame["y"].tolist() == [30.0, 10.0, 20.0]
    assert design.frame["x"].tolist() == [3.0, 1.0, 2.0]
    frame = pd.DataFrame({"age": [20.0, 30.0, 30.0, 40.0]}, index=list("abcd"))
    arm = pd.Series([1, 1, 0, 0], index=list("dcba"))
    assert balance(frame, arm, ["age"]).loc["age", "mean_1"] == 35.0
    with pytest.raises(DataError, match="lacks the unit"):
        balance(frame, arm.reset_index(drop=True), ["age"])


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_a_truth_with_labels_goes_by_label(posterior_by_hand):
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", pm.Normal("gain") * x, 1.0, dims="unit")
    frame = pd.DataFrame({"x": X, "y": X}, index=UNITS)
    posterior = posterior_by_hand(model, frame, {"gain": np.full((2, 2), 2.0)})
    answer = posterior.ask(Counterfactual("y", do={"x": shift(1.0)}))
    truth = pd.Series([5.0, 3.0, 4.0], ["c", "b", "a"])
    np.testing.assert_allclose(compare(answer, truth).elements["truth"], [3.0, 4.0, 5.0])
    with pytest.raises(QueryError, match="lacks the unit"):
        compare(answer, truth.reset_index(drop=True))


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (lambda v: pd.Series(X, UNITS[::-1]), "labels are not matched"),
        (lambda v: xr.DataArray(X, dims="unit"), "labels are not matched"),
        (lambda v: v["x"] * 1j, "complex128"),
        (lambda v: np.array([1j, 2, 3]), "no real number"),
        (lambda v: v["x"] + pt.scalar("left_over"), "reads left_over, which has no value"),
        (lambda v: pt.vector(), "has no value in a world"),
        (lambda v: "high", "no real number"),
        (lambda v: None, "no real number"),
    ],
)
def test_what_a_policy_cannot_give_is_told_in_one_line(rule, says):
    world = World.from_evidence(make_model(), {}, {"x": X, "pair": PAIR, "y": X})
    with pytest.raises(QueryError, match=says) as caught:
        world.ask(Counterfactual("y", do={"x": policy(rule)}))
    assert "\n" not in str(caught.value)
