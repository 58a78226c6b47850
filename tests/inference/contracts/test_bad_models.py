"""Models and parameters that cannot be are refused in one line."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ModelError,
    World,
    condition,
    structural,
)

from .dosed import TRUTH, frame, one_line, plain

BAD_MODELS = {
    "a string": (lambda: "model", ["pymc.Model", "str"]),
    "a scenario's name": (lambda: None, ["pymc.Model", "NoneType"]),
    "no unit dimension": (lambda: _without_units(), ["'unit'", "unit=...", "'row'"]),
}


def _without_units() -> pm.Model:
    with pm.Model(coords={"row": range(3)}) as model:
        pm.Normal("x", 0.0, 1.0)
    return model


@pytest.mark.parametrize("case", BAD_MODELS, ids=str)
def test_what_is_no_model(case):
    make, parts = BAD_MODELS[case]
    for call in (
        lambda m: condition(m, frame()),
        lambda m: World.simulate(m, {"x": 0.0}, units=3, seed=1),
        lambda m: World.from_evidence(m, {"x": 0.0}, frame()),
        structural,
    ):
        with pytest.raises(ModelError) as caught:
            call(make())
        one_line(caught, *parts)


def test_units_behind_another_dimension_are_refused():
    with pm.Model(coords={"unit": range(4), "item": range(3)}) as model:
        pm.Normal("x", 0.0, 1.0, dims=("item", "unit"))
    with pytest.raises(ModelError) as caught:
        World.simulate(model, {}, units=4, seed=1)
    one_line(caught, "'x'", "first")


BAD_PARAMETERS = {
    "missing": ({"slope": 1.0}, ["spread", "no value"]),
    "unknown": ({**TRUTH, "slop": 1.0}, ["'slop'", "did you mean 'slope'"]),
    "a mechanism": ({**TRUTH, "dose": 1.0}, ["'dose'"]),
    "wrong shape": ({**TRUTH, "slope": [1.0, 2.0]}, ["'slope'", "(2,)"]),
    "NaN": ({**TRUTH, "slope": np.nan}, ["'slope'", "finite"]),
    "outside its support": ({**TRUTH, "spread": -1.0}, ["'spread'", "-1"]),
    "a string": ({**TRUTH, "slope": "steep"}, ["'slope'", "steep"]),
}


@pytest.mark.parametrize("case", BAD_PARAMETERS, ids=str)
def test_parameters_that_do_not_fit(case, model):
    parameters, parts = BAD_PARAMETERS[case]
    for call in (
        lambda: World.simulate(model, parameters, units=3, seed=1),
        lambda: World.from_evidence(model, parameters, frame(), seed=1),
    ):
        with pytest.raises(ModelError) as caught:
            call()
        one_line(caught, *parts)


def test_a_vector_of_parameters_of_another_length():
    with pm.Model(coords={"unit": range(2), "group": range(3)}) as model:
        effect = pm.Normal("effect", 0.0, 1.0, dims="group")
        pm.Normal("y", effect.sum(), 1.0, dims="unit")
    with pytest.raises(ModelError) as caught:
        World.simulate(model, {"effect": [1.0, 2.0]}, units=3, seed=1)
    one_line(caught, "'effect'", "(2,)", "(3,)")


def test_hiding_what_does_not_exist(model):
    with pytest.raises(ModelError) as caught:
        World.simulate(model, TRUTH, units=3, seed=1, hidden=("doze",))
    one_line(caught, "did you mean 'dose'")


@pytest.mark.parametrize("hidden", ["xy", ("k",)])
def test_only_mechanisms_are_hidden(hidden):
    with pytest.raises(ModelError, match="hidden"):
        World.simulate(plain(), {"k": 0.0}, units=3, seed=1, hidden=hidden)
