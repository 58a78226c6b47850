"""Arrays that say which unit is meant are matched by label, never by position."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import (
    ATE,
    CATE,
    Counterfactual,
    DataError,
    ModelError,
    QueryError,
    World,
    set_to,
    shift,
    structural,
)
from ifonly.inference.scm.structural import intervene

LABELS = {
    "words": pd.Index(["d", "a", "c", "b"]),
    "numbers": pd.Index([30, 10, 20, 0]),
    "dates": pd.date_range("2026-01-01", periods=4)[::-1],
}
AMOUNTS = np.array([1.0, 2.0, 3.0, 4.0])
MASK = np.array([True, False, True, True])
TURN = np.array([2, 0, 3, 1])  # another order of the units
pytestmark = pytest.mark.usefixtures("quick_compile")


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1), "item": ["p", "q"]}) as model:
        level = pm.Normal("level", dims="item")
        x = pm.Normal("x", dims="unit")
        pair = pm.Normal("pair", dims=("unit", "item"))
        pm.Normal("y", x + (level * pair).sum(-1), 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def model() -> pm.Model:
    return make_model()


def world_of(model: pm.Model, labels: pd.Index) -> World:
    n = len(labels)
    data = xr.Dataset(
        {
            "x": ("unit", np.arange(1.0, n + 1)),
            "pair": (("unit", "item"), np.arange(2.0 * n).reshape(n, 2)),
            "y": ("unit", np.zeros(n)),
        },
        coords={"unit": labels},
    )
    return World.from_evidence(model, {"level": [1.0, 10.0]}, data)


@pytest.fixture(scope="module")
def world(model, quickly) -> World:
    with quickly():
        return world_of(model, LABELS["words"])


def series(values, labels, turn=TURN):
    return pd.Series(values, index=labels)[labels[turn]]


@pytest.mark.parametrize("kind", LABELS, ids=str)
def test_another_order_of_the_same_labels_is_the_same(kind, model):
    labels = LABELS[kind]
    world = world_of(model, labels)
    ask = Counterfactual("x", do={"x": set_to(series(AMOUNTS, labels))})
    np.testing.assert_array_equal(world.ask(ask), AMOUNTS)
    ask = Counterfactual("x", do={"x": shift(5.0, where=series(MASK, labels))})
    np.testing.assert_array_equal(world.ask(ask), [6.0, 2.0, 8.0, 9.0])
    ask = ATE("x", do={"x": shift(AMOUNTS)}, where=series(MASK, labels))
    assert float(world.ask(ask)) == pytest.approx((1.0 + 3.0 + 4.0) / 3)


def test_containers_of_every_kind(world):
    labels = LABELS["words"]
    turned = series(AMOUNTS, labels)
    for amounts in (
        turned,
        turned.astype("Float64"),
        xr.DataArray(turned.to_numpy(), coords={"unit": turned.index}, dims="unit"),
        xr.DataArray(turned.to_numpy(), coords={"person": turned.index}, dims="person"),
    ):
        np.testing.assert_array_equal(world.ask(Counterfactual("x", do={"x": amounts})), AMOUNTS)
    for amounts in (AMOUNTS, list(AMOUNTS), xr.DataArray(AMOUNTS, dims="unit"), tuple(AMOUNTS)):
        plain = set_to(amounts)
        np.testing.assert_array_equal(world.ask(Counterfactual("x", do={"x": plain})), AMOUNTS)
    mask = series(MASK, labels).astype("boolean")
    np.testing.assert_array_equal(
        world.ask(Counterfactual("x", do={"x": shift(5.0, where=mask)})), [6.0, 2.0, 8.0, 9.0]
    )


def test_every_axis_has_its_own_labels(world):
    table = xr.DataArray(
        np.arange(8.0).reshape(4, 2), coords={"unit": LABELS["words"], "item": ["p", "q"]}
    )
    query = Counterfactual("pair", do={"pair": set_to(table[TURN, ::-1].T)})
    np.testing.assert_array_equal(world.ask(query), table)
    frame = table.to_pandas()
    query = Counterfactual("pair", do={"pair": set_to(frame.iloc[TURN, ::-1])})
    np.testing.assert_array_equal(world.ask(query), table)
    # One number a unit serves all items; one of a parameter goes by the parameter's labels.
    query = Counterfactual("pair", do={"pair": series(AMOUNTS, LABELS["words"])})
    np.testing.assert_array_equal(world.ask(query), np.stack([AMOUNTS, AMOUNTS], axis=1))
    effect = ATE("y", do={"level": pd.Series({"q": 10.0, "p": 1.0})})
    assert float(world.ask(effect)) == 0.0


WRONG = {
    "missing": (pd.Series([1.0, 2.0, 3.0], index=list("abc")), "lacks the unit 'd'"),
    "foreign": (
        pd.Series([1.0, 2.0, 3.0, 4.0], index=list("abce")),
        "lacks the unit 'd' and has 'e', which is no unit here",
    ),
    "more": (pd.Series(np.zeros(5), index=list("abcde")), "has 'e', which is no unit here"),
    "twice": (pd.Series(np.zeros(5), index=list("abcda")), "has the unit label 'a' twice"),
    "by number": (pd.Series(AMOUNTS), "lacks the unit 'd' and has 0"),
    "empty": (pd.Series([], dtype=float), "lacks the unit"),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_labels_that_are_not_the_units(case, world):
    values, reason = WRONG[case]
    for query in (
        Counterfactual("x", do={"x": set_to(values)}),
        Counterfactual("x", do={"x": shift(1.0, where=values > 0)}),
        ATE("y", do={"x": shift(1.0)}, versus={"x": values}),
        ATE("y", do={"x": shift(1.0)}, where=values > 0),
    ):
        with pytest.raises(QueryError, match=reason) as caught:
            world.ask(query)
        assert "matched by label" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_dimension_that_is_not_the_variable_s(world):
    table = xr.DataArray(np.zeros((4, 2)), dims=("unit", "thing"))
    with pytest.raises(QueryError, match="dimension 'thing'; expected unit, item"):
        world.ask(Counterfactual("pair", do={"pair": table}))


def test_a_dimension_without_labels_is_told_by_its_name(world):
    """As many things as units: only the name says which of the two is meant."""
    things = xr.DataArray(AMOUNTS, dims="thing")
    for query in (
        Counterfactual("x", do={"x": set_to(things)}),
        Counterfactual("x", do={"x": shift(things)}),
        Counterfactual("x", do={"x": shift(1.0, where=things > 1)}),
        ATE("y", do={"x": shift(1.0)}, where=things > 1),
        CATE("y", do={"x": shift(1.0)}, by=things),
    ):
        with pytest.raises(QueryError, match="has the dimension 'thing'; expected unit"):
            world.ask(query)
    with pytest.raises(ModelError, match="has the dimension 'thing'; expected item"):
        World.from_evidence(world.model, {"level": xr.DataArray([1.0, 2.0], dims="thing")}, {})
    nameless = Counterfactual("x", do={"x": set_to(xr.DataArray(AMOUNTS))})
    np.testing.assert_array_equal(world.ask(nameless), AMOUNTS)


def test_new_units_have_other_labels(world):
    query = ATE("y", do={"x": series(AMOUNTS, LABELS["words"])}, units="new", size=4)
    with pytest.raises(QueryError, match=r"lacks the unit 0 and has '\w', which is no unit"):
        world.ask(query)


def test_the_reference_path_goes_by_label_too(world):
    model = structural(world.model)
    amounts = series(AMOUNTS, LABELS["words"])
    new = intervene(model, {"x": amounts})
    np.testing.assert_array_equal(new["x"].eval(), AMOUNTS)


def test_parameters_go_by_label(model):
    turned = xr.DataArray([10.0, 1.0], coords={"item": ["q", "p"]}, dims="item")
    world = World.from_evidence(model, {"level": turned}, {"x": np.zeros(2)})
    np.testing.assert_array_equal(world.parameters["level"], [1.0, 10.0])
    with pytest.raises(ModelError, match="parameter 'level' lacks the item 'q'"):
        World.from_evidence(model, {"level": turned[1:]}, {"x": np.zeros(2)})


def test_series_in_a_dict_share_their_labels(model):
    labels = LABELS["words"]
    data = {"x": pd.Series(AMOUNTS, index=labels), "y": series(AMOUNTS, labels)}
    world = World.from_evidence(model, {"level": [0.0, 0.0]}, data)
    assert world.data["unit"].values.tolist() == list("dacb")
    np.testing.assert_array_equal(world.data["y"], world.data["x"])
    with pytest.raises(DataError, match="column 'y' lacks the unit 'd' and has 0"):
        World.from_evidence(model, {"level": [0.0, 0.0]}, {**data, "y": pd.Series(AMOUNTS)})


def test_every_unit_has_a_label(model):
    for index in (
        pd.Index([1.0, np.nan, 3.0, 4.0]),
        pd.Index(["a", None, "c", "d"]),
        pd.DatetimeIndex(["2026-01-01", "NaT", "2026-01-03", "2026-01-04"]),
    ):
        with pytest.raises(DataError, match="a row has no unit label"):
            World.from_evidence(
                model, {"level": [0.0, 0.0]}, pd.DataFrame({"x": AMOUNTS}, index=index)
            )


def test_labels_of_several_levels_are_refused(model, world):
    pairs = pd.MultiIndex.from_tuples([("n", 2), ("n", 1), ("s", 1), ("s", 2)])
    frame = pd.DataFrame({"x": AMOUNTS}, index=pairs)
    dataset = xr.Dataset(
        {"x": ("unit", AMOUNTS)}, coords=xr.Coordinates.from_pandas_multiindex(pairs, "unit")
    )
    for data in (frame, dataset, {"x": frame["x"]}):
        with pytest.raises(DataError, match=r"labels of 2 levels, such as \('n', 2\)"):
            World.from_evidence(model, {"level": [0.0, 0.0]}, data)
    with pytest.raises(QueryError, match="has labels of 2 levels for the one of each unit"):
        world.ask(Counterfactual("x", do={"x": frame["x"]}))
