"""The experiment's variants, each held against the simulator of its own."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import ATT, CATE, AssumptionWarning, QueryError
from ifonly.scenarios.experiment.truth import QUERIES

from .simulator import Users, controls, slope
from .worlds import SCENARIO, SD_OF_EFFECT, UNITS, near, world_of


def test_variants_are_scenarios_that_differ_in_one_thing() -> None:
    for name, variant in SCENARIO.variants.items():
        assert set(variant.parameters) >= set(SCENARIO.parameters), name
        assert set(variant.queries) >= set(SCENARIO.queries), name
        assert variant.title != SCENARIO.title
        assert set(variant.model.named_vars) >= set(SCENARIO.model.named_vars), name
        missing = {v.name for v in variant.model.free_RVs} - {*variant.roles, *variant.parameters}
        assert missing == set(), name
    with pytest.raises(QueryError, match="did you mean 'gate'"):
        SCENARIO.variant("gates")


@pytest.mark.slow
def test_an_effect_that_varies_is_that_of_the_simulator() -> None:
    world = world_of("heterogeneous")
    data = world.data.to_dataframe()
    users = Users(1_000_000, seed=7, variant="heterogeneous")
    effect, treated = users.effect, users.treatment() == 1
    assert effect.mean() == pytest.approx(1.38, abs=4.5 * effect.std() / 1_000)
    sd = float(effect.std())
    near(world.ask(QUERIES["total effect of T"]), 1.38, sd)
    att = float(world.ask(ATT("Y", do={"T": 1}, versus={"T": 0})))
    near(att, effect[treated].mean(), sd, float(data["T"].sum()))
    # The active are more often treated, and gain more.
    assert effect[treated].mean() > 1.38 + 0.005
    found = world.ask(CATE("Y", do={"T": 1}, versus={"T": 0}, by="segment"))
    for k, expected in enumerate((1.38, 1.23, 1.98)):
        near(found[k], expected, sd, float((data["segment"] == k).sum()))
    found = world.ask(CATE("Y", do={"T": 1}, versus={"T": 0}, by={"activity": [2.0, 4.0]}))
    groups = np.digitize(users.activity, [2.0, 4.0])
    for k in range(3):
        near(found[k], effect[groups == k].mean(), sd, 0.2 * UNITS)


@pytest.mark.slow
def test_a_gate_that_gates() -> None:
    scenario = SCENARIO.variant("gate")
    world = world_of("gate")
    data = world.data.to_dataframe()
    assert data["T"][data["E"] == 0].sum() == 0
    users = Users(400_000, seed=9, variant="gate")
    share = users.treatment()[users.E == 1].mean()
    eligible = data["E"] == 1
    near(data["T"][eligible].mean(), share, np.sqrt(share * (1 - share)), eligible.sum())
    found = world.ask(scenario.queries["effect on the eligible"])
    near(found, 1.38, SD_OF_EFFECT, eligible.sum())


def test_a_collider_that_hurts() -> None:
    """With one arrow turned, conditioning on it takes the estimate away from 1.38, not nearer."""
    for variant, hurts in (("", False), ("collider_hurts", True)):
        data = world_of(variant).data.to_dataframe()
        t, y, c = (data[n].to_numpy() for n in "TYC")
        without, given = slope(y, t, *controls(data)), slope(y, t, c, *controls(data))
        assert without > 1.38 + 0.2
        assert (given > without + 0.05) is hurts
        assert (given < without - 0.1) is not hurts
        users = Users(200_000, seed=11, variant=variant)
        taken = users.treatment()
        frame = pd.DataFrame({"age": users.age, "activity": users.activity, "E": users.E})
        frame["segment"] = users.segment
        theirs = slope(users.outcome(taken), taken, users.collider(taken), *controls(frame))
        assert given == pytest.approx(theirs, abs=4.5 * 0.025)


def test_an_outcome_that_is_missing_for_the_ineligible() -> None:
    world = world_of("outcome_missing", units=2_000)
    seen, ineligible = world.data["Y"], world.data["E"] == 0
    assert bool((seen.isnull() == ineligible).all())
    assert not world.everything["Y"].isnull().any()
    assert bool((seen == world.everything["Y"]).sum() == (~ineligible).sum())


@pytest.mark.slow
def test_a_placebo_outcome_is_confounded_and_has_no_effect() -> None:
    scenario = SCENARIO.variant("placebo")
    world = world_of("placebo")
    with pytest.warns(AssumptionWarning, match="'T' does not act on 'placebo'"):
        answer = world.ask(scenario.queries["effect on the placebo outcome"])
    assert float(answer) == 0.0
    data = world.data.to_dataframe()
    assert slope(data["placebo"].to_numpy(), data["T"].to_numpy(), *controls(data)) > 0.4


@pytest.mark.slow
def test_a_randomised_arm_drives_the_treatment() -> None:
    scenario = SCENARIO.variant("randomised")
    world = world_of("randomised")
    users = Users(1_000_000, seed=13, variant="randomised")
    moved = users.treatment(arm=1) - users.treatment(arm=0)
    effect = users.outcome(users.treatment(arm=1)) - users.outcome(users.treatment(arm=0))
    near(world.ask(scenario.queries["effect of the arm"]), effect.mean(), effect.std())
    data = world.data.to_dataframe()
    by_arm = data.groupby("arm")["T"].mean()
    near(by_arm[1] - by_arm[0], moved.mean(), 0.5)
    assert by_arm[1] - by_arm[0] > 0.9
