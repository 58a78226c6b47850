from dataclasses import replace

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import World
from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.validation.arena import Case, case_roles, true_effects

from .lines import CASES, ROLES, simulate


def test_true_effects_are_the_equations_own():
    world = simulate(50, 1)
    found = true_effects(world, simulate, ROLES, seed=0)
    np.testing.assert_allclose(found, 1.0 + world.data["x"], atol=1e-12)


def test_a_case_is_a_fresh_world_and_its_effects():
    first, again, other = CASES.case(0, 5), CASES.case(3, 5), CASES.case(0, 6)
    np.testing.assert_array_equal(first.data["y"], again.data["y"])
    assert (first.data["y"] != other.data["y"]).all()
    np.testing.assert_allclose(first.effects, 1.0 + first.data["x"], atol=1e-12)
    assert CASES.about["covariates"] == ["x"]


def mediated() -> pm.Model:
    """Of the effect of t a part goes by way of a count: tau = x + 0.5 (exp(1 + 0.3 x) - e^0.3x)."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        m = pm.Poisson("m", pm.math.exp(t + 0.3 * x), dims="unit")
        pm.Normal("y", x * t + 0.5 * m, 1.0, dims="unit")
    return model


def test_noise_between_treatment_and_outcome_is_averaged_out():
    model = mediated()

    def again(units: int, seed: int) -> World:
        return World.simulate(model, {}, units=units, seed=seed)

    world = again(40, 2)
    found = true_effects(world, again, ROLES, seed=3)
    x = world.data["x"].to_numpy()
    expected = x + 0.5 * (np.exp(1 + 0.3 * x) - np.exp(0.3 * x))
    # The added points are Poisson with that mean difference; each unit's mean is over 5,000.
    error = 0.5 * np.sqrt((np.exp(1 + 0.3 * x) - np.exp(0.3 * x)) / 5_000)
    assert (np.abs(found - expected) < 5 * error).all()
    assert np.abs(found - expected).max() > 0


def with_hidden(*, modifies: bool) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        u = pm.Normal("u", dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", u + (x + (u if modifies else 0.0)) * t, 1.0, dims="unit")
    return model


@pytest.mark.parametrize("modifies", [False, True])
def test_a_hidden_cause_may_move_the_outcome_and_not_the_effect(modifies):
    model = with_hidden(modifies=modifies)

    def again(units: int, seed: int) -> World:
        return World.simulate(model, {}, units=units, seed=seed, hidden=("u",))

    world = again(30, 2)
    if modifies:
        with pytest.raises(QueryError, match="varies with 'u', which is no covariate here"):
            true_effects(world, again, ROLES, seed=3)
    else:
        found = true_effects(world, again, ROLES, seed=3)
        np.testing.assert_allclose(found, world.data["x"], atol=1e-12)


def test_covariates_are_what_comes_before_the_treatment():
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", dims="unit")
        x = pm.Normal("x", dims="unit")
        v = pm.Normal("v", dims="unit")
        t = pm.Bernoulli("t", pm.math.sigmoid(x + z), dims="unit")
        m = pm.Normal("m", t, dims="unit")
        y = pm.Normal("y", x + v + m, dims="unit")
        pm.Normal("c", t + y, dims="unit")
    world = World.simulate(model, {}, units=50, seed=0)
    assert set(case_roles(world, "t", "y").adjust) == {"x", "v"}


def test_other_treatments_are_refused():
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Normal("t", dims="unit")
        pm.Normal("y", t, dims="unit")
    world = World.simulate(model, {}, units=50, seed=0)
    with pytest.raises(QueryError, match="a treatment that is 0 or 1, and 't' takes many values"):
        case_roles(world, "t", "y")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": 3}, "the name of cases is a text"),
        ({"simulate": None}, "simulate takes units and a seed"),
        ({"roles": "t"}, "roles are Roles"),
        ({"units": 0}, "units is a positive whole number"),
        ({"simulate": lambda units, seed: None}, "returns a World, not None"),
    ],
)
def test_what_makes_no_cases_is_refused(given, words):
    with pytest.raises(QueryError, match=words):
        _ = replace(CASES, **given).about


def test_true_effects_are_numbers():
    with pytest.raises(DataError, match="a number per unit"):
        Case({"t": [0, 1]}, [np.nan, 1.0])


def test_roles_without_the_treatments_column_are_refused():
    with pytest.raises(DataError, match="'absent'"):
        case_roles(simulate(20, 0), "absent", "y")
