"""The graph read from a model's own equations."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import CausalGraph, ModelError, QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.graph import (
    back_door,
    check_independencies,
    colliders,
    conditioning_problems,
    default_adjustment,
    front_door,
    implied_independencies,
    instruments,
    is_back_door_set,
)


def make_model() -> pm.Model:
    """The confounded world in small: Deterministics, parameters and a category in between."""
    with pm.Model(coords={"unit": range(1), "kind": ["a", "b", "c"]}) as model:
        effect = pm.Normal("effect")
        lift = pm.Normal("lift", 0.0, effect**2 + 1, dims="kind")
        segment = pm.Categorical("segment", [0.5, 0.3, 0.2], dims="unit")
        activity = pm.Gamma("activity", 2, 0.5, dims="unit")
        busy = pm.Deterministic("busy", activity > 2.5, dims="unit")
        u = pm.Normal("u", dims="unit")
        score = pm.Deterministic("score", 0.6 * u + 0.15 * busy, dims="unit")
        t = pm.Bernoulli("T", logit_p=score, dims="unit")
        gain = pm.Deterministic("gain", effect * t, dims="unit")
        y = pm.Normal("Y", gain + lift[segment] + u, 1, dims="unit")
        pm.Deterministic("total", y + t, dims="unit")
    return model


def test_edges_pass_through_deterministics_and_leave_parameters_out():
    graph = CausalGraph.of(make_model(), hidden=("u",))
    assert set(graph.dag.edges) == {
        ("activity", "T"),
        ("u", "T"),
        ("T", "Y"),
        ("segment", "Y"),
        ("u", "Y"),
    }
    assert graph.latents == {"u"}
    assert graph.observed == {"segment", "activity", "T", "Y"}
    assert graph.categorical == {"segment"}


def test_what_has_no_column_is_latent():
    columns = {n: np.zeros(3) for n in ("segment", "activity", "T", "Y", "not in the model")}
    assert CausalGraph.of(make_model(), columns).latents == {"u"}
    assert CausalGraph.of(make_model()).latents == frozenset()


def test_given_columns_may_hang_together():
    """The model does not generate them, so it implies nothing of their joint law."""
    with pm.Model(coords={"unit": range(3)}) as model:
        a, b = (pm.Data(n, np.zeros(3), dims="unit") for n in ("a", "b"))
        x = pm.Normal("x", a, dims="unit")
        pm.Normal("y", x + b, dims="unit")
    found = {str(i) for i in implied_independencies(CausalGraph.of(model))}
    assert found == {"a ⊥ y | b, x", "b ⊥ x | a"}


def test_a_potential_has_no_direction():
    with pm.Model(coords={"unit": range(1)}) as model:
        x, y = (pm.Normal(n, dims="unit") for n in "xy")
        pm.Potential("tie", -((x - y) ** 2))
    with pytest.raises(ModelError, match="Potential 'tie' ties x, y together"):
        CausalGraph.of(model)


def test_names_that_do_not_exist():
    graph = CausalGraph.of(make_model())
    with pytest.raises(QueryError, match="asked about 'Tt'"):
        graph.mediators("Tt", "Y")
    with pytest.raises(ModelError, match="hidden variables name 'w'"):
        CausalGraph.of(make_model(), hidden=["w"])
    with pytest.raises(ModelError, match="run in a circle"):
        CausalGraph.of_edges([("a", "b"), ("b", "a")])
    with pytest.raises(ModelError, match="latents name 'c'"):
        CausalGraph.of_edges([("a", "b")], latents=["c"])


def test_relations():
    graph = CausalGraph.of_edges([("a", "m"), ("m", "y"), ("a", "y"), ("m", "d")])
    assert graph.mediators("a", "y") == ("m",)
    assert graph.descendants("m") == {"m", "y", "d"}
    assert graph.ancestors("y") == {"a", "m", "y"}
    assert graph.parents("y") == {"a", "m"}
    assert graph.children("m") == {"y", "d"}
    assert graph.separated("a", "d", ["m"])
    assert not graph.separated("a", "d")
    assert repr(graph) == "<CausalGraph: a -> m, a -> y, m -> y, m -> d>"


def test_the_units_are_found() -> None:
    with pm.Model() as model:
        x, u = pm.Data("x", np.arange(4.0)), pm.Normal("u", shape=4)
        y = pm.Normal("y", pm.Normal("b") * x + u, observed=np.zeros(4))
        pm.Normal("z", y + u, observed=np.zeros(4))
    graph = CausalGraph.of(model)
    assert set(graph.dag.edges) == {("x", "y"), ("u", "y"), ("u", "z"), ("y", "z")}
    assert graph.latents == {"u"}
    with pm.Model(coords={"person": range(1)}) as model:
        x = pm.Normal("x", dims="person")
        pm.Normal("y", x, dims="person")
    assert set(CausalGraph.of(model, ["x"]).dag.edges) == {("x", "y")}


@pytest.mark.parametrize(
    "ask",
    [
        implied_independencies,
        lambda given: check_independencies(given, {}),
        lambda given: back_door(given, "T", "Y"),
        lambda given: front_door(given, "T", "Y"),
        lambda given: is_back_door_set(given, "T", "Y", ()),
        lambda given: default_adjustment(given, "T", "Y"),
        lambda given: instruments(given, "T", "Y"),
        lambda given: colliders(given, "T", "Y"),
        lambda given: conditioning_problems(given, "T", "Y", ()),
        lambda given: Roles("T", "Y", graph=given),
    ],
)
def test_a_model_is_no_graph(ask: Callable[[Any], object]) -> None:
    with pytest.raises(QueryError, match=r"CausalGraph\.of\(model\), not Model"):
        ask(make_model())
