"""What an intervention gives a variable: in its shape and type, on the units meant, watched."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import QueryError, policy, replace_by, scale, set_to, shift

from .small import number, state_of

X = np.array([1.0, -2.0, 3.0])
K = np.array([0, 4, 2])
PAIR = np.arange(6.0).reshape(3, 2)


@pytest.fixture(scope="module")
def state():
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Poisson("k", 2.0, dims="unit")
        pm.Normal("pair", dims=("unit", "item"))
        pm.Uniform("share", 0.0, 1.0 + x**2, dims="unit")
        pm.Deterministic("double", 2.0 * x, dims="unit")
    columns = {"x": X, "k": K, "pair": PAIR, "share": [0.5, 0.5, 0.5]}
    return state_of(model, columns, {})


def done(state, name, intervention):
    cross = state.cross_world({}, False, {"do": {name: intervention}})
    value = cross.world("do")[name]
    return number(state, cross, value), value, cross


MASK = np.array([True, False, True])
GIVEN = [
    ("x", set_to(2.0), [2.0, 2.0, 2.0]),
    ("x", set_to(np.array([4.0, 5.0, 6.0])), [4.0, 5.0, 6.0]),
    ("x", shift(0.5), X + 0.5),
    ("x", scale(-2.0), -2.0 * X),
    ("x", shift(1.0, where=MASK), [2.0, -2.0, 4.0]),
    ("x", shift(1.0, where=lambda v: v["x"] > 0), [2.0, -2.0, 4.0]),
    ("x", policy(lambda v: v["k"] * 1.0 + v["x"]), K + X),
    ("x", policy(lambda v: 3), [3.0, 3.0, 3.0]),
    ("k", shift(2), K + 2),
    ("pair", set_to(1.0), np.ones((3, 2))),
    ("pair", policy(lambda v: v["x"][:, None]), np.stack([X, X], axis=1)),
    ("pair", shift(1.0, where=MASK), PAIR + MASK[:, None]),
    ("double", set_to(1.5), [1.5, 1.5, 1.5]),
]


@pytest.mark.parametrize(("name", "intervention", "expected"), GIVEN, ids=str)
def test_values(state, name, intervention, expected):
    found, value, _ = done(state, name, intervention)
    np.testing.assert_array_equal(found, expected)
    assert value.dtype == state.equations[name].expression.dtype
    assert found.shape == state.core_shape(name)


FAULTS = [
    ("k", shift(-1), True),
    ("k", shift(0), False),
    ("share", set_to(1.5), False),  # the first unit's is at most 2, the least of the three
    ("share", set_to(2.5), True),
    ("share", set_to(-0.1), True),
    ("x", policy(lambda v: pt.log(v["x"])), True),
    ("x", policy(lambda v: pt.log(v["x"] ** 2)), False),
    ("x", policy(lambda v: 1.0 / (v["x"] - v["x"])), True),
    ("k", policy(lambda v: v["k"] - 1), True),
    ("k", policy(lambda v: pt.switch(v["x"] > 0, 1.0, 0.0)), False),
    ("k", policy(lambda v: 1e300 * (v["k"] >= 0)), True),
]


@pytest.mark.parametrize(("name", "intervention", "broken"), FAULTS, ids=str)
def test_values_outside_the_support_are_noted(state, name, intervention, broken):
    with np.errstate(all="ignore"):
        _, _, cross = done(state, name, intervention)
        flags = [bool(number(state, cross, flag)) for _, flag in cross.faults]
    assert any(flags) is broken
    assert all(f"the intervention on {name!r} gives values" in words for words, _ in cross.faults)


WRONG = [
    ("x", policy(lambda v: v["pair"]), "gives 2 axes; the variable has dimensions"),
    ("x", policy(lambda v: np.zeros(2)), r"'x' gives shape \(2,\); the variable has \(3,\)"),
    ("k", policy(lambda v: v["x"]), "gives float64, but the variable is integer"),
    ("k", shift(0.5), "integer"),
    ("x", shift(1.0, where=lambda v: v["x"]), "gives float64, not a boolean"),
    ("x", shift(1.0, where=lambda v: np.ones(2, bool)), r"shape \(2,\).*each of the 3 units"),
    ("x", shift(1.0, where=lambda v: v["pair"] > 0), r"each of the 3 units"),
    ("x", policy(lambda v: v["xx"]), "the policy on 'x' reads 'xx'"),
    ("x", replace_by(pm.Normal.dist(np.zeros(2))), r"gives shape \(2,\)"),
]


@pytest.mark.parametrize(("name", "intervention", "words"), WRONG, ids=str)
def test_what_the_variable_cannot_hold(state, name, intervention, words):
    with pytest.raises(QueryError, match=words):
        done(state, name, intervention)


def test_as_many_units_as_items_leave_open_which_is_meant():
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("pair", x[:, None], dims=("unit", "item"))
    state = state_of(model, {"x": [1.0, 2.0], "pair": np.zeros((2, 2))}, {})
    with pytest.raises(QueryError, match=r"gives 1 axes, which may be over the units"):
        done(state, "pair", policy(lambda v: v["x"]))
    found, _, _ = done(state, "pair", policy(lambda v: v["x"][:, None]))
    np.testing.assert_array_equal(found, [[1.0, 1.0], [2.0, 2.0]])


def test_replaced_draws_are_noise_of_one_name_for_all_worlds(state):
    law = pm.Normal.dist(10.0, 2.0)
    dos = {"do": {"x": replace_by(law)}, "versus": {"x": replace_by(pm.Normal.dist(0.0, 1.0))}}
    cross = state.cross_world({}, False, dos)
    noise = np.array([0.5, -1.0, 0.0])
    graphs = [cross.world(label)["x"] for label in dos]
    [key] = [i.name for i in cross.inputs.values() if i.role == "draws"]
    found = [number(state, cross, g, {key: noise}) for g in graphs]
    np.testing.assert_allclose(found, [10.0 + 2.0 * noise, noise])
