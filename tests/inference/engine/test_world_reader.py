"""Expressions of the model read in a world, and what is told of those that cannot be."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ModelError, set_to

from .small import A, B, C, T, known, number, state_of


@pytest.fixture
def state():
    return known()


@pytest.fixture
def cross(state):
    return state.cross_world({}, False, {"do": {"m": set_to(7.0)}})


def location(cross, name):
    node = cross.equations[name].expression.owner
    return node.op.dist_params(node)[0]


def test_a_world_maps_every_variable_of_the_model(cross):
    world = cross.world("do")
    assert set(world) == {"a", "b", "c", "t", "m", "y"}
    assert len(world) == 6


def test_an_expression_has_the_values_of_the_world(state, cross):
    expression = location(cross, "y")
    [there] = cross.world("do").substitute([expression], "y")
    np.testing.assert_allclose(number(state, cross, there), C * T + B * 7.0, rtol=1e-14)


def test_what_an_intervention_moves(cross):
    world = cross.world("do")
    _ = cross.natural["y"]
    assert world.moves("m", "y")
    assert not world.moves("t", "y")
    assert world.reached(location(cross, "y"), "y")
    assert not world.reached(location(cross, "m"), "m"), "it reads t alone"


def test_what_is_unknown_is_no_expression():
    """Without a column of t, nothing that reads t is known; constants always are."""
    state = state_of(known().model, {"m": [1.0]}, {"a": A, "b": B, "c": C})
    cross = state.cross_world({}, False, {"do": {"m": set_to(7.0)}})
    world = cross.world("do")
    assert world.known(location(cross, "m"), "m") is None
    seven = pt.constant(7.0)
    assert world.known(seven, "m") is seven
    assert world.known(None, "m") is None
    assert world.known(cross.equations["m"].symbol + 1.0, "y") is not None


def test_randomness_without_a_name_is_refused():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Deterministic("y", x + pm.Exponential.dist(1.0), dims="unit")
    state = state_of(model, {"x": [1.0, 2.0]}, {})
    cross = state.cross_world({}, False)
    with pytest.raises(ModelError, match=r"random variable without a name \(Exponential\)"):
        _ = cross.natural["y"]


def test_an_index_that_goes_astray_is_noted_and_kept_inside():
    with pm.Model(coords={"unit": range(1), "kind": range(3)}) as model:
        level = pm.Normal("level", dims="kind")
        k = pm.Poisson("k", 1.0, dims="unit")
        pm.Normal("y", level[k], 1.0, dims="unit")
    levels = np.array([10.0, 20.0, 30.0])
    state = state_of(model, {"k": [0, 2], "y": levels[[0, 2]]}, {"level": levels})
    for code, fault in ((1, False), (3, True)):
        cross = state.cross_world({}, False, {"do": {"k": set_to(code)}})
        value = cross.world("do")["y"]
        noted = [flag for words, flag in cross.faults if "index beyond the length" in words]
        assert len(noted) == 1
        assert "the intervention on ['k']" in " ".join(words for words, _ in cross.faults)
        assert bool(number(state, cross, noted[0])) is fault
        if not fault:
            np.testing.assert_allclose(number(state, cross, value), [20.0, 20.0])
    natural = state.cross_world({}, False)
    _ = natural.natural["y"]
    assert natural.faults == [], "codes that are seen were checked as evidence"
