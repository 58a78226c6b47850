"""What a model cannot be about is told by name, before anything is compiled."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ModelError, World, condition
from ifonly.inference.scm.equations import Equations, with_units

FIXED = np.arange(1.0, 5.0)


def _normal(x):
    pm.Normal("y", x + FIXED, 1.0, dims="unit")


def _sigma(x):
    pm.Normal("y", x, FIXED, dims="unit")


def _computed(x):
    pm.Deterministic("y", x * FIXED, dims="unit")


def _vector(x):
    pm.MvNormal("y", x, np.eye(4), dims="unit")


def _categories(x):
    pm.Categorical("y", np.ones((4, 3)) / 3, dims="unit")


def _indexed(x):
    pm.Normal("y", pm.Normal("level", shape=2)[np.array([0, 1, 1, 0])], 1.0, dims="unit")


@pytest.mark.parametrize("add", [_normal, _sigma, _computed, _vector, _categories, _indexed])
def test_an_array_that_fixes_the_number_of_units(add):
    with pm.Model(coords={"unit": range(4)}) as model:
        add(pm.Normal("x", dims="unit"))
    with_units(model, np.arange(4))
    with pytest.raises(ModelError, match=r"the model fixes 4 units: 'y' .* there are 3") as caught:
        with_units(model, np.arange(3))
    assert "\n" not in str(caught.value)


def test_arrays_along_other_dimensions_are_free():
    with pm.Model(coords={"unit": range(1), "item": range(4)}) as model:
        level = pm.Normal("level", FIXED, 1.0, dims="item")
        pair = pm.Normal("pair", level + FIXED, 1.0, dims=("unit", "item"))
        pm.Normal("y", (pair * FIXED).sum(-1), 1.0, dims="unit")
        pm.Categorical("c", FIXED / 10, dims="unit")
    with_units(model, np.arange(7))


def test_everything_that_counts_units_refuses_in_time():
    with pm.Model(coords={"unit": range(4)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", pm.Normal("gain") * x + FIXED, 1.0, dims="unit")
    data = {"x": np.ones(3), "y": np.ones(3)}
    with pytest.raises(ModelError, match="fixes 4 units"):
        condition(model, data, seed=1)
    with pytest.raises(ModelError, match="fixes 4 units"):
        World.simulate(model, {"gain": 1.0}, units=3, seed=1)
    with pytest.raises(ModelError, match="fixes 4 units"):
        World.from_evidence(model, {"gain": 1.0}, data)
    whole = World.from_evidence(model, {"gain": 1.0}, {n: np.ones(4) for n in data})
    with pytest.raises(ModelError, match="fixes 4 units"):
        whole.ask(ATE("y", do={"x": 1.0}, units="new", size=7))


@pytest.mark.parametrize("name", ["chain", "draw", "", ".", "..", "a\0b"])
def test_names_that_nothing_can_have(name):
    for dims in (None, "unit"):
        with pm.Model(coords={"unit": range(1)}) as model:
            pm.Normal("y", pm.Normal(name, dims=dims), 1.0, dims="unit")
        with pytest.raises(ModelError, match="has a variable named") as caught:
            Equations(model)
        assert "\n" not in str(caught.value)
