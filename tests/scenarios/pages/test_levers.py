"""Levers go as far as their variables can, and a little beyond the data."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import QueryError, World
from ifonly.scenarios.pages.levers import levers, outcome_of

SUPPORTS = {
    "real": (lambda: pm.Normal("x", dims="unit"), np.linspace(-1.0, 3.0, 9), ("set", "shift")),
    "real, above zero": (
        lambda: pm.Normal("x", dims="unit"),
        np.linspace(1.0, 3.0, 9),
        ("set", "shift", "scale"),
    ),
    "positive": (
        lambda: pm.Gamma("x", 2.0, 1.0, dims="unit"),
        np.linspace(1.0, 3.0, 9),
        ("set", "scale"),
    ),
    "share": (lambda: pm.Beta("x", 2.0, 2.0, dims="unit"), np.linspace(0.1, 0.9, 9), ("set",)),
    "binary": (lambda: pm.Bernoulli("x", 0.5, dims="unit"), np.array([0, 1, 1, 1]), ("set",)),
    "count": (lambda: pm.Poisson("x", 3.0, dims="unit"), np.array([0, 2, 5]), ("set",)),
}


def world(make, values):
    with pm.Model(coords={"unit": range(1)}) as model:
        x = make()
        pm.Normal("y", 1.0 * x, 1.0, dims="unit")
    return World.from_evidence(model, {}, {"x": values, "y": np.zeros(len(values))}, seed=1)


@pytest.mark.parametrize("name", SUPPORTS)
def test_a_lever_moves_in_the_ways_that_its_support_allows(name):
    make, values, kinds = SUPPORTS[name]
    [lever] = levers(world(make, values).state, "y")
    assert lever.kinds == kinds
    low, high = lever.ends("set")
    assert low <= values.min()
    assert high >= values.max()
    if name in ("positive", "share"):
        assert low > 0.0
    if name == "share":
        assert high < 1.0


def test_few_whole_values_are_levels():
    [binary] = levers(world(*SUPPORTS["binary"][:2]).state, "y")
    [count] = levers(world(*SUPPORTS["count"][:2]).state, "y")
    assert binary.levels == (0, 1)
    assert count.levels == (0, 1, 2, 3, 4, 5)


def test_a_move_is_an_offset_and_a_factor():
    [lever] = levers(world(*SUPPORTS["real, above zero"][:2]).state, "y")
    assert lever.move("set", 2.0) == (2.0, 0.0)
    assert lever.move("shift", 2.0) == (2.0, 1.0)
    assert lever.move("scale", 2.0) == (0.0, 2.0)


def test_the_outcome_is_where_most_arrows_lead():
    equations = world(*SUPPORTS["real"][:2]).state.equations
    assert outcome_of(equations, None) == "y"
    assert outcome_of(equations, "x") == "x"
    with pytest.raises(QueryError, match="outcome is 'w'"):
        outcome_of(equations, "w")


def test_what_acts_on_the_fewest_others_comes_first():
    with pm.Model(coords={"unit": range(1)}) as model:
        early = pm.Normal("early", dims="unit")
        late = pm.Normal("late", 1.0 * early, 1.0, dims="unit")
        pm.Normal("y", early + late, 1.0, dims="unit")
    zeros = np.zeros(3)
    state = World.from_evidence(model, {}, {"early": zeros, "late": zeros, "y": zeros}).state
    assert [lever.name for lever in levers(state, "y")] == ["late", "early"]
    assert [lever.name for lever in levers(state, "y", ("early",))] == ["early"]
