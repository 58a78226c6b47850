"""Codes that index a parameter: in range wherever they come from, or refused in one line."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ATE,
    Counterfactual,
    DataError,
    PotentialOutcome,
    QueryError,
    World,
    condition,
    policy,
    scale,
    set_to,
    shift,
)

LEVELS = np.array([10.0, 20.0, 30.0])
UNITS = 4
CODES = np.array([0, 1, 2, 1])
FAR = 2**31 - 1  # far beyond any memory near the parameter


def make_model(through: str = "given") -> pm.Model:
    """The group is given, or caused; the parameter is read directly or inside a Deterministic."""
    with pm.Model(coords={"unit": range(UNITS), "group": range(3)}) as model:
        level = pm.Normal("level", dims="group")
        if through == "caused":
            group = pm.Poisson("group_of", 0.5, dims="unit")
        else:
            group = pm.Data("group_of", CODES, dims="unit")
        effect = level[group]
        if through == "deterministic":
            effect = pm.Deterministic(
                "effect", pt.concatenate([[0.0], level])[group + 1], dims="unit"
            )
        pm.Normal("y", effect, 1.0, dims="unit")
    return model


@pytest.fixture(scope="module", params=["given", "deterministic", "caused"])
def through(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def world(through, quickly) -> World:
    with quickly():
        data = {"group_of": CODES, "y": LEVELS[CODES] + 1.0}
        return World.from_evidence(make_model(through), {"level": LEVELS}, data, seed=1)


IN_RANGE = {
    "set_to": (set_to(2), [31.0] * 4),
    "an array": (set_to(CODES[::-1]), LEVELS[CODES[::-1]] + 1.0),
    "shift": (shift(1, where=CODES < 2), [21.0, 31.0, 31.0, 31.0]),
    "policy": (policy(lambda v: 2 - v["group_of"]), LEVELS[2 - CODES] + 1.0),
}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", IN_RANGE, ids=str)
def test_codes_in_range_are_looked_up(case, world):
    intervention, expected = IN_RANGE[case]
    answer = world.ask(Counterfactual("y", do={"group_of": intervention}))
    np.testing.assert_allclose(answer, expected)


BEYOND = {
    "set_to": set_to(3),
    "far away": set_to(FAR),
    "shift": shift(1),
    "scale": scale(2),
    "policy": policy(lambda v: v["group_of"] + 7),
}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", BEYOND, ids=str)
def test_an_intervention_on_a_code_stays_in_range(case, world):
    with pytest.raises(
        QueryError, match=r"group_of.*index beyond the length of .*codes run from 0"
    ):
        world.ask(ATE("y", do={"group_of": BEYOND[case]}))
    with pytest.raises(QueryError, match="index beyond the length"):
        world.ask(ATE("y", do={"group_of": BEYOND[case]}, expectation=True))


@pytest.mark.usefixtures("quick_compile")
def test_negative_codes_do_not_count_from_the_end(world):
    with pytest.raises(QueryError, match=r"index beyond|support"):
        world.ask(ATE("y", do={"group_of": -2}))


def test_on_numba_too():
    """Compiled code checks no bounds of its own: what lies there is whatever lies there."""
    data = {"group_of": CODES, "y": LEVELS[CODES]}
    world = World.from_evidence(make_model(), {"level": LEVELS}, data)
    with pytest.raises(QueryError, match="index beyond the length of 'level'"):
        world.ask(Counterfactual("y", do={"group_of": FAR}))
    answer = world.ask(Counterfactual("y", do={"group_of": 2}))
    np.testing.assert_array_equal(answer, [30.0] * UNITS)


@pytest.mark.usefixtures("quick_compile")
def test_a_cause_of_the_code_may_push_it_out():
    with pm.Model(coords={"unit": range(UNITS), "group": range(3)}) as model:
        level = pm.Normal("level", dims="group")
        x = pm.Normal("x", dims="unit")
        code = pm.Deterministic("code", pt.floor(x).astype("int64"), dims="unit")
        pm.Normal("y", level[code], 1.0, dims="unit")
    data = {"x": [0.5, 1.5, 2.5, 0.1], "y": np.zeros(UNITS)}
    world = World.from_evidence(model, {"level": LEVELS}, data)
    np.testing.assert_allclose(world.noise["y"], [-10.0, -20.0, -30.0, -10.0])
    with pytest.raises(QueryError, match="intervention on \\['x'\\] gives an index beyond"):
        world.ask(ATE("y", do={"x": shift(1.0)}))
    with pytest.raises(DataError, match=r"'code': codes 0 to 3 index 'level', which has 3"):
        World.from_evidence(model, {"level": LEVELS}, {**data, "x": [0.5, 1.5, 3.5, 0.1]})


@pytest.mark.usefixtures("quick_compile")
def test_two_codes_index_a_table_axis_by_axis():
    with pm.Model(coords={"unit": range(UNITS), "row": range(2), "column": range(3)}) as model:
        table = pm.Normal("table", dims=("row", "column"))
        row = pm.Data("r", np.zeros(UNITS, int), dims="unit")
        column = pm.Data("c", np.zeros(UNITS, int), dims="unit")
        pm.Normal("y", table[row, column] + table[:, column][row, 0], 1.0, dims="unit")
    numbers = np.arange(6.0).reshape(2, 3)
    codes = {"r": [0, 1, 1, 0], "c": [2, 0, 2, 1], "y": np.zeros(UNITS)}
    world = World.from_evidence(model, {"table": numbers}, codes)
    expected = numbers[codes["r"], codes["c"]] + numbers[:, codes["c"]][codes["r"], 0]
    np.testing.assert_allclose(world.noise["y"], -expected)
    for name, bad, length in (("r", [0, 1, 2, 0], 2), ("c", [2, 0, 3, 1], 3)):
        with pytest.raises(DataError, match=f"'{name}': codes 0 to {length} index 'table'"):
            World.from_evidence(model, {"table": numbers}, codes | {name: bad})
    with pytest.raises(QueryError, match=r"'r'.*index beyond the length of 'table'"):
        world.ask(ATE("y", do={"r": 2}))
    assert np.isfinite(world.ask(ATE("y", do={"r": 1, "c": 2})))


@pytest.mark.parametrize("bad", [[0, 1, 2, 3], [0, -1, 0, 0], [0, 1, 2, FAR]])
def test_given_codes_beyond_the_parameter(bad):
    with pytest.raises(DataError, match=r"'group_of': codes -?\d+ to \d+ index 'level'.*0 to 2"):
        World.simulate(
            make_model(), {"level": LEVELS}, units=UNITS, seed=1, given={"group_of": bad}
        )
    with pytest.raises(DataError, match="whole numbers"):
        World.simulate(
            make_model(), {"level": LEVELS}, units=UNITS, seed=1, given={"group_of": [0.5] * UNITS}
        )


def test_given_codes_in_range():
    codes = np.array([2, 2, 0])
    world = World.simulate(
        make_model(), {"level": LEVELS}, units=3, seed=1, given={"group_of": codes}
    )
    np.testing.assert_allclose(world.everything["y"] - world.noise["y"], LEVELS[codes])


def test_a_mechanism_may_outgrow_its_table():
    """A Poisson of mean 0.5 exceeds 2 among 2000 units, surely enough."""
    model = make_model("caused")
    with pytest.raises(DataError, match=r"'group_of': codes 0 to \d index 'level', which has 3"):
        World.simulate(model, {"level": LEVELS}, units=2_000, seed=1)
    world = World.from_evidence(
        model, {"level": LEVELS}, {"group_of": CODES, "y": np.zeros(UNITS)}, seed=1
    )
    with pytest.raises(QueryError, match="a variable of the model gives an index beyond"):
        world.ask(PotentialOutcome("y", do={}, units="new", size=2_000))


@pytest.mark.usefixtures("quick_compile")
def test_conditioning_looks_at_codes_as_well():
    with pytest.raises(DataError, match="codes 0 to 3 index 'level', which has 3"):
        condition(make_model(), {"group_of": [0, 1, 2, 3], "y": np.zeros(4)}, progress=False)
