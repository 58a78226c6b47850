"""Interventions on what the model computes: equations without noise, as in Pearl and Halpern."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ATT,
    ITE,
    NDE,
    NIE,
    PSE,
    Counterfactual,
    Posterior,
    QueryError,
    World,
    as_in,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
)

pytestmark = pytest.mark.usefixtures("quick_compile")

LIGHTNING, MATCH = np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1])
FIRE = LIGHTNING | MATCH
LOSS = np.array([0.1, 11.2, 10.0, 10.5])


def forest() -> pm.Model:
    """Halpern's forest fire (2016, Actual Causality, ch. 2): lightning or a match, then fire."""
    with pm.Model(coords={"unit": range(1)}) as model:
        price = pm.Normal("price", 10.0, 1.0)
        lightning = pm.Bernoulli("lightning", 0.5, dims="unit")
        match = pm.Bernoulli("match", 0.5, dims="unit")
        fire = pm.Deterministic("fire", lightning | match, dims="unit")
        damage = pm.Deterministic("damage", price * fire, dims="unit")
        pm.Normal("loss", damage + lightning, 1.0, dims="unit")
    return model


DATA = {"lightning": LIGHTNING, "match": MATCH, "loss": LOSS}


@pytest.fixture(scope="module")
def world(quickly: Any) -> World:
    with quickly():
        return World.from_evidence(forest(), {"price": 10.0}, DATA, seed=1)


def test_a_fire_put_out_takes_its_damage_away(world: World) -> None:
    out = world.ask(Counterfactual("loss", do={"fire": 0}))
    np.testing.assert_allclose(out, LOSS - 10.0 * FIRE)
    np.testing.assert_array_equal(world.ask(Counterfactual("damage", do={"fire": 0})), 0.0)
    # The match alone is not what it depends on, where lightning struck as well (overdetermination).
    np.testing.assert_array_equal(world.ask(Counterfactual("fire", do={"match": 0})), LIGHTNING)


@pytest.mark.parametrize(
    ("action", "damage"),
    [
        (set_to(3.0), np.full(4, 3.0)),
        (shift(1.5), 10.0 * FIRE + 1.5),
        (scale(2.0), 20.0 * FIRE),
        (policy(lambda v: v["damage"] - v["match"]), 10.0 * FIRE - MATCH),
        (as_in("versus"), 10.0 * FIRE),
        (set_to(3.0, where=lambda v: v["lightning"] > 0), np.where(LIGHTNING, 3.0, 10.0 * FIRE)),
        (set_to(3.0, where=LIGHTNING > 0), np.where(LIGHTNING, 3.0, 10.0 * FIRE)),
    ],
)
def test_every_intervention(world: World, action: Any, damage: Any) -> None:
    effect = world.ask(ITE("loss", do={"damage": action}))
    np.testing.assert_allclose(effect, damage - 10.0 * FIRE, atol=1e-12)


def test_a_replacement_forgets_the_equation(world: World) -> None:
    query = Counterfactual("damage", do={"damage": replace_by(pm.Normal.dist(50.0, 1e-3))})
    np.testing.assert_allclose(world.ask(query), 50.0, atol=0.01)


def test_effects_of_and_through_it(world: World) -> None:
    fires = {"do": {"fire": 1}, "versus": {"fire": 0}}
    assert world.ask(ATE("loss", **fires)) == pytest.approx(10.0)
    assert world.ask(ATT("loss", **fires)) == pytest.approx(10.0)
    assert world.ask(PSE("loss", path=["fire", "damage", "loss"], **fires)) == pytest.approx(10.0)
    struck: Any = {"do": {"lightning": 1}, "versus": {"lightning": 0}, "mediators": "fire"}
    assert world.ask(NDE("loss", **struck)) == pytest.approx(1.0)
    assert world.ask(NIE("loss", **struck)) == pytest.approx(10.0 * (1 - MATCH).mean())
    ladder = world.ask(ATE("loss", do={"damage": [0.0, 4.0]}))
    np.testing.assert_allclose(ladder, np.array([0.0, 4.0]) - 10.0 * FIRE.mean())


def test_simulated_worlds_and_new_units() -> None:
    world = World.simulate(forest(), {"price": 7.0}, units=30, seed=2)
    effect = world.ask(ITE("loss", do={"fire": 0}))
    np.testing.assert_allclose(effect, -7.0 * world.everything["fire"], atol=1e-12)
    new = ATE("loss", do={"fire": 1}, versus={"fire": 0}, units="new", size=10)
    assert world.ask(new) == pytest.approx(7.0)


def test_posteriors(posterior_by_hand: Callable[..., Posterior]) -> None:
    draws = {"price": np.array([[8.0, 9.0], [10.0, 12.0]])}
    posterior = posterior_by_hand(forest(), DATA, draws)
    effect = posterior.ask(ATE("loss", do={"fire": 0}))
    np.testing.assert_allclose(effect, -draws["price"] * FIRE.mean())


def test_a_potential_is_no_variable() -> None:
    model = forest()
    with model:
        pm.Potential("odd", -(model["price"] ** 2))
    world = World.from_evidence(model, {"price": 10.0}, DATA, seed=1)
    with pytest.raises(QueryError, match="Potential"):
        world.ask(ATE("loss", do={"odd": 0}))


def test_another_name_is_another_variable() -> None:
    """Pearl's riflemen (2009, section 7.1.2) do what the court says: equal, and yet two causes."""
    with pm.Model(coords={"unit": range(1)}) as model:
        court = pm.Bernoulli("court", 0.5, dims="unit")
        a = pm.Deterministic("a", court, dims="unit")
        b = pm.Deterministic("b", court, dims="unit")
        pm.Deterministic("death", a | b, dims="unit")
        pm.Normal("grief", 2.0 * (a | b), 1.0, dims="unit")
    data = {"court": [1, 0], "grief": [2.5, 0.5]}
    worlds = [
        World.from_evidence(model, {}, data, seed=1),
        World.simulate(model, {}, units=8, seed=1),
    ]
    for world in worlds:
        ordered = world.everything["court"].to_numpy()
        one, both = ({"a": 0}, {"a": 0, "b": 0})
        np.testing.assert_array_equal(world.ask(Counterfactual("death", do=one)), ordered)
        np.testing.assert_array_equal(world.ask(Counterfactual("death", do=both)), 0)
        np.testing.assert_array_equal(world.ask(ITE("grief", do=both)), -2.0 * ordered)
