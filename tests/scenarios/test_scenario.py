"""What a scenario is: its model, its variants, and the worlds that it simulates."""

import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import DataError, QueryError
from ifonly.scenarios import TITLES, VARIANTS, Scenario, Section, get, names


def make(sd: float = 1.0) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        u = pm.Normal("u", dims="unit")
        pm.Normal("y", pm.Normal("gain") * u, sd, dims="unit")
    return model


def sd_of(model: pm.Model) -> float:
    """The spread of y, which is a constant of the model."""
    node = model["y"].owner
    return float(node.op.dist_params(node)[1].eval().item())


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch) -> Scenario:
    module: Any = ModuleType("ifonly_made")
    module.make = make
    monkeypatch.setitem(sys.modules, "ifonly_made", module)
    return Scenario(
        "made", "A title", "Why?", "ifonly_made:make", {"gain": 2.0}, {"y": "outcome"}, {},
        hidden=("u",), units=5, seed=3, arguments={"sd": 1e-9},
        alternatives={"wide": "ifonly_made:make"},
    )  # fmt: skip


def test_a_model_is_made_once_with_its_arguments(scenario: Scenario) -> None:
    assert scenario.model is scenario.model
    assert sd_of(scenario.model) == 1e-9
    assert sd_of(scenario.alternative("wide")) == 1.0


def test_a_world_has_the_truth_and_hides_what_is_hidden(scenario: Scenario) -> None:
    world = scenario.simulate()
    assert set(map(str, world.data)) == {"y"}
    assert world.data.sizes["unit"] == 5
    # The noise of y is a billionth, so that y is twice u.
    np.testing.assert_allclose(world.data["y"], 2.0 * world.everything["u"], atol=1e-7)
    np.testing.assert_array_equal(scenario.simulate(seed=3).data["y"], world.data["y"])
    assert scenario.simulate(units=7, seed=4).data.sizes["unit"] == 7
    with pytest.raises(DataError):
        scenario.simulate(units=0)


def test_what_is_seen_may_be_less_than_the_columns(scenario: Scenario) -> None:
    world = replace(scenario, seen=lambda data: data.where(data["y"] > 0)).simulate()
    below = world.everything["y"].to_numpy() <= 0
    assert below.any()
    np.testing.assert_array_equal(np.isnan(world.data["y"]), below)


def test_a_variant_is_called_by_name(scenario: Scenario) -> None:
    whole = replace(scenario, variants={"strong": scenario})
    assert whole.variant("strong") is scenario
    with pytest.raises(QueryError, match=r"of made you named the variant 'stron'.*'strong'"):
        whole.variant("stron")


def test_every_scenario_is_there_under_its_name_and_title() -> None:
    for name in names():
        found = get(name)
        assert found.name == name
        assert found.title == TITLES[name]
        assert tuple(found.variants) == VARIANTS.get(name, ())
    with pytest.raises(QueryError, match="did you mean 'experiment'"):
        get("experimnt")


def test_a_section_needs_no_table_and_no_figure() -> None:
    section = Section("T", "t")
    assert (section.table, section.figure) == (None, None)
