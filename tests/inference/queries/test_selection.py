"""Groups and subsets by labels, by outside columns and by arrays, each against NumPy."""

import numpy as np
import pandas as pd
import polars as pl
import pymc as pm
import pytest

from ifonly.inference import ATE, CATE, ITE, QueryError, World, set_to

pytestmark = pytest.mark.usefixtures("quick_compile")

PLAN = ["basic", "pro", "pro", "team", "basic", "pro"]
REGION = ["north", "south", "north", None, "south", "north"]
X = np.array([[0.0, 5.0], [1.0, 5.0], [0.0, 6.0], [1.0, 6.0], [0.0, 6.0], [1.0, 5.0]])
VALUE = np.array([1.0, 3.0, 7.0])


def model():
    coords = {"unit": range(1), "tier": ["basic", "pro", "team"], "feature": ["sex", "age"]}
    with pm.Model(coords=coords) as made:
        value = pm.Normal("value", dims="tier")
        share = pm.Dirichlet("share", np.ones(3), dims="tier")
        x = pm.Normal("x", 0.0, 10.0, dims=("unit", "feature"))
        plan = pm.Categorical("plan", share, dims="unit")
        pm.Normal("y", value[plan] * (1.0 + x[:, 0]), 1.0, dims="unit")
    return made


@pytest.fixture(scope="module")
def world():
    frame = pd.DataFrame({"plan": PLAN, "y": 0.0, "region": REGION, "size": [1, 2, 3, 4, 5, 6]})
    data = {str(n): frame[n] for n in frame} | {"x": X}
    return World.from_evidence(model(), {"value": VALUE, "share": np.ones(3) / 3}, data)


CODES = np.array([0, 1, 1, 2, 0, 1])
EFFECT = (VALUE[1] - VALUE[CODES]) * (1 + X[:, 0])  # of do(plan = pro)
DO = {"plan": "pro"}


def test_do_by_label(world):
    np.testing.assert_allclose(world.ask(ITE("y", do=DO)), EFFECT)
    np.testing.assert_allclose(world.ask(ITE("y", do={"plan": 1})), EFFECT)
    each = world.ask(ITE("y", do={"plan": set_to(np.array(PLAN))}))
    np.testing.assert_allclose(each, 0.0)
    ladder = world.ask(ATE("y", do={"plan": ["basic", "team"]}, versus=DO))
    assert ladder["dose"].to_numpy().tolist() == ["basic", "team"]
    np.testing.assert_allclose(ladder, (VALUE[[0, 2]] - VALUE[1]) * (1 + X[:, 0]).mean())
    with pytest.raises(QueryError, match=r"'plan' holds 'free'; the model's labels .* basic, pro"):
        world.ask(ITE("y", do={"plan": "free"}))
    with pytest.raises(QueryError, match="names none for 'y'"):
        world.ask(ITE("y", do={"y": "high"}))


GROUPINGS = {
    "the labels of codes": ("plan", "plan", PLAN),
    "an outside column": ("region", "region", REGION),
    "an array": (np.array(REGION, dtype=object), "group", REGION),
    "a Series": (pd.Series(REGION[::-1], range(5, -1, -1), name="where"), "where", REGION),
    "a list of numbers": ([0, 1, 0, 1, 0, 1], "group", [0, 1, 0, 1, 0, 1]),
    "a column of a matrix, by label": ("x[age]", "x[age]", X[:, 1].tolist()),
    "a column of a matrix, by place": ("x[0]", "x[0]", X[:, 0].tolist()),
}


@pytest.mark.parametrize("case", GROUPINGS)
def test_groups(world, case):
    by, dim, groups = GROUPINGS[case]
    answer = world.ask(CATE("y", do=DO, by=by))
    assert answer.dims == (dim,)
    labels = answer[dim].to_numpy().tolist()
    assert labels == sorted({g for g in groups if g is not None})
    for label in labels:
        inside = [k for k, g in enumerate(groups) if g == label]
        assert float(answer.sel({dim: label})) == pytest.approx(EFFECT[inside].mean())


def test_groups_in_the_order_of_the_categories_and_in_bins(world):
    region = pd.Categorical(REGION, ["south", "north"])
    answer = world.ask(CATE("y", do=DO, by=region))
    assert answer["group"].to_numpy().tolist() == ["south", "north"]
    bins = world.ask(CATE("y", do=DO, by={"size": [3.0], "region": None}))
    assert bins.dims == ("size", "region")
    assert float(bins.sel(size="> 3", region="south")) == pytest.approx(EFFECT[4])


SELECTIONS = {
    "an outside column": ({"region": "north"}, [0, 2, 5]),
    "one of several": ({"plan": ["basic", "team"]}, [0, 3, 4]),
    "both": ({"region": "north", "plan": "pro"}, [2, 5]),
    "a number": ({"size": 3}, [2]),
    "a column of a matrix": ({"x[age]": 5.0}, [0, 1, 5]),
    "a function of an outside column": (lambda v: v["region"] == "north", [0, 2, 5]),
    "a function of both": (lambda v: (v["size"] > 2) & (v["x"][:, 0] > 0.5), [3, 5]),
}


@pytest.mark.parametrize("case", SELECTIONS)
def test_selections(world, case):
    where, inside = SELECTIONS[case]
    assert float(world.ask(ATE("y", do=DO, where=where))) == pytest.approx(EFFECT[inside].mean())
    acted = world.ask(ITE("y", do={"plan": set_to("pro", where=where)}))
    np.testing.assert_allclose(acted, np.where(np.isin(np.arange(6), inside), EFFECT, 0.0))


REFUSED = {
    "units is no mask": (lambda: ATE("y", do=DO, units=np.ones(6, bool)), "which .* says where="),
    "== of tensors": (lambda: ATE("y", do=DO, where=lambda v: v["plan"] == 1), "== asks whether"),
    "== in an intervention": (
        lambda: ITE("y", do={"plan": set_to(1, where=lambda v: v["plan"] == 1)}),
        r"pytensor.tensor.eq",
    ),
    "no such column": (lambda: ATE("y", do=DO, where={"regoin": 1}), "did you mean 'region'"),
    "no such label": (lambda: ATE("y", do=DO, where={"plan": "free"}), "labels of 'plan' are"),
    "outside columns of new units": (
        lambda: CATE("y", do=DO, by="region", units="new"),
        "only observed units have",
    ),
    "by of another length": (lambda: CATE("y", do=DO, by=np.ones(5)), r"shape \(5,\)"),
    "by a whole matrix": (lambda: CATE("y", do=DO, by="x"), r"by='x\[0\]'"),
    "by nothing": (lambda: CATE("y", do=DO, by="regoin"), "did you mean 'region'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_in_one_line(world, case):
    make, words = REFUSED[case]
    with pytest.raises(QueryError, match=words) as caught:
        world.ask(make())
    assert "\n" not in str(caught.value)


def test_a_polars_table_is_data_like_another():
    frame = pl.DataFrame({"plan": PLAN, "y": np.zeros(6)})
    with pm.Model(coords={"unit": range(1), "tier": ["basic", "pro", "team"]}) as small:
        plan = pm.Categorical("plan", np.ones(3) / 3, dims="unit")
        pm.Normal("y", pm.Normal("value", dims="tier")[plan], dims="unit")
    known = World.from_evidence(small, {"value": VALUE}, frame)
    np.testing.assert_allclose(known.ask(ITE("y", do=DO)), VALUE[1] - VALUE[CODES])
