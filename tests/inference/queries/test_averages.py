"""Average effects over all, the treated, the untreated and any subset, against NumPy."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ATT,
    ATU,
    World,
)

from .varied import UNITS, check


@pytest.mark.usefixtures("quick_compile")
def test_averages(asked):
    who, lead, y, seen = asked
    effect = y(1.0) - y(0.0)
    arms = {"do": {"t": 1.0}, "versus": {"t": 0.0}}
    check(who.ask(ATE("y", **arms)), lead, effect.mean(-1))
    check(who.ask(ATE("y", do={"t": 1.0})), lead, (y(1.0) - seen["y"]).mean(-1))
    treated = seen["t"] == 1.0
    assert 0 < treated.sum() < UNITS
    check(who.ask(ATT("y", **arms)), lead, effect[..., treated].mean(-1))
    check(who.ask(ATU("y", **arms)), lead, effect[..., ~treated].mean(-1))
    mask = np.arange(UNITS) < 7
    for query in (ATE, ATT, ATU):
        check(who.ask(query("y", **arms, where=mask)), lead, effect[..., mask].mean(-1))
    above = seen["z"] > 0.3
    answer = who.ask(ATE("y", **arms, where=lambda v: v["z"] > 0.3))
    check(answer, lead, effect[..., above].mean(-1))


@pytest.mark.usefixtures("quick_compile")
def test_treated_in_several_variables_agree_in_all(asked):
    who, lead, y, seen = asked
    both = (seen["t"] == 1.0) & (seen["kind"] == 2)
    do, versus = {"t": 1.0, "kind": 2}, {"t": 0.0}
    p = y(1.0) + 0.2 * (2 - seen["kind"]) * 1.0
    check(who.ask(ATT("y", do, versus)), lead, (p - y(0.0))[..., both].mean(-1))


@pytest.mark.usefixtures("quick_compile")
def test_who_is_treated_of_a_vector_agrees_in_all_of_it():
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        t = pm.Bernoulli("t", 0.5, dims=("unit", "item"))
        pm.Normal("y", t.sum(axis=1), 1.0, dims="unit")
    data = {"t": np.array([[1, 1], [1, 0], [0, 0]]), "y": np.zeros(3)}
    world = World.from_evidence(model, {}, data, seed=1)
    # Only the first has both; setting both to 0 takes 2 from it, and 1 and 0 from the others.
    assert float(world.ask(ATT("y", do={"t": 1}, versus={"t": 0}))) == 2.0
    assert float(world.ask(ATU("y", do={"t": 0}))) == -1.5
