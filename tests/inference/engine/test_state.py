"""A state of knowledge: shapes, new units, and where each value comes from."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ModelError
from ifonly.inference.engine.state import State
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

AGE = np.array([20.0, 30.0, 40.0])


@pytest.fixture
def state() -> State:
    with pm.Model(coords={"unit": range(1), "item": ["p", "q"]}) as model:
        age = pm.Data("age", [0.0], dims="unit")
        slope = pm.Normal("slope", dims="item")
        latent = pm.Normal("latent", dims="unit")
        pm.MvNormal("pair", slope, np.eye(2), dims=("unit", "item"))
        y = pm.Normal("y", age + latent, 1.0, dims="unit")
        pm.Deterministic("both", y[:, None] * slope, dims=("unit", "item"))
    evidence = read_evidence(
        Equations(model), {"age": AGE, "y": AGE + 1.0, "pair": np.zeros((3, 2))}
    )
    observed, _ = observe(model, evidence, "unit")
    drawn = {"slope": np.zeros((6, 2)), "latent": np.zeros((6, 3))}
    return State(observed, "unit", evidence, drawn, chains=(2, 3), seed=4)


def test_how_many(state):
    assert (state.units, state.draws) == (3, 6)
    assert state.equations is state.equations


def test_shapes_with_and_without_event_axes(state):
    shapes = {n: (state.core_shape(n), state.batch_shape(n)) for n in state.equations}
    assert shapes == {
        "age": ((3,), (3,)),
        "slope": ((2,), (2,)),
        "latent": ((3,), (3,)),
        "pair": ((3, 2), (3,)),
        "y": ((3,), (3,)),
        "both": ((3, 2), (3, 2)),
    }


def test_where_values_come_from(state):
    new = state.of_new_units(3)
    for origin, here, there in (
        (state.cross_world({}, False).origin, "value", "value"),
        (new.cross_world({}, True).origin, "value", "draws"),
        (new.cross_world({}, False).origin, "value", "missing"),
    ):
        assert origin("slope") == here
        assert {origin(n) for n in ("latent", "pair", "y")} == {there}
    numbers = state.numbers()
    assert set(numbers.fixed) == {"age", "y", "pair"}
    assert set(numbers.drawn) == {"slope", "latent"}
    assert (numbers.draws, numbers.shape("pair")) == (6, (3,))


def test_as_many_new_units_have_the_covariates_of_the_observed(state):
    new = state.of_new_units(3)
    assert new is state.of_new_units(3)
    np.testing.assert_array_equal(new.evidence.columns["age"], AGE)
    assert set(new.evidence.columns) == {"age"}
    assert set(new.drawn) == {"slope"}, "a latent is of the units that were seen"
    assert new.draws == state.draws
    assert new.computer is state.computer


def test_more_new_units_have_covariates_that_were_seen(state):
    new = state.of_new_units(500)
    ages = new.evidence.columns["age"]
    assert new.units == len(ages) == 500
    counts = np.array([(ages == a).sum() for a in AGE])
    assert counts.sum() == 500
    # Each with chance 1/3: five standard deviations of a count.
    assert (abs(counts - 500 / 3) < 5 * np.sqrt(500 * 2 / 9)).all()
    assert new.core_shape("pair") == (500, 2)
    assert state.core_shape("pair") == (3, 2)


def test_an_axis_of_unknown_length_is_refused():
    with pm.Model(coords={"unit": range(2)}) as model:
        pm.Normal("x", dims="unit")
        size = pm.Poisson("size", 2.0)
        pm.Normal("free", shape=(size + 1,))
    evidence = read_evidence(Equations(model), {"x": [0.0, 0.0]})
    state = State(model, "unit", evidence, {"size": np.array([1])})
    with pytest.raises(ModelError, match=r"how long axis 0 of 'free' is; give the variable dims"):
        state.core_shape("free")


def test_known_noise_takes_the_place_of_evidence(state):
    world = State(state.model, "unit", state.evidence, state.drawn, noise={"y": np.zeros(3)})
    origin = world.cross_world({}, False).origin
    assert (origin("y"), origin("pair")) == ("noise", "value")
    assert (world.draws, world.chains) == (1, ())
