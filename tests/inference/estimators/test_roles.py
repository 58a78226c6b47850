"""Roles: checked by themselves, and read from a graph."""

from dataclasses import replace

import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    CausalGraph,
    QueryError,
    World,
    compare,
)
from ifonly.inference.estimators import (
    OLS,
    Roles,
    would_say,
)


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


def test_roles_are_names_and_one_each():
    roles = Roles("t", "y", adjust=["w", "w", "z"], instruments="z")
    assert (roles.adjust, roles.instruments) == (("w", "z"), ("z",))
    assert roles.controls == ("w",)
    assert Roles("t", "y", endogenous=("m",)).moved == ("t", "m")
    assert roles.adding("c", "w").adjust == ("w", "z", "c")
    with pytest.raises(QueryError, match="are different"):
        Roles("t", "t")
    with pytest.raises(QueryError, match="t cannot be in 'instruments' too"):
        Roles("t", "y", instruments=("t",))


EDGES = [("z", "t"), ("w", "t"), ("w", "y"), ("u", "t"), ("u", "y"), ("t", "m"), ("m", "y")]
GRAPH = CausalGraph.of_edges(EDGES, latents=["u"])


def test_roles_of_a_graph():
    roles = Roles.of_graph(GRAPH, "t", "y")
    assert (roles.adjust, roles.instruments, roles.graph) == (("w",), ("z",), GRAPH)
    assert roles.instrument_problems() == []
    assert roles.back_door_problems(("w",)) == [
        "holding w leaves t <- u -> y open, and u is latent"
    ]


def test_what_a_graph_says_against_roles():
    roles = Roles("t", "y", adjust=("w", "m"), instruments=("w",), graph=GRAPH)
    said = roles.instrument_problems()
    assert said[0].startswith("m is a mediator")
    assert said[1].startswith("w reaches y by another way than t: w -> y")
    seen = replace(roles, graph=CausalGraph.of_edges([("w", "t"), ("w", "y"), ("t", "y")]))
    assert seen.back_door_problems(()) == ["holding nothing leaves t <- w -> y open"]
    assert seen.back_door_problems(("w",)) == []
    assert Roles("t", "y").back_door_problems(()) == []
