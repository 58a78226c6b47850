"""The scenario of the sandbox: nine variants, and the truth is the asked effect."""

import numpy as np
import pytest

from ifonly.scenarios import get
from ifonly.scenarios.sandbox.learnt import analysis


def test_it_has_a_variant_for_each_table_and_level() -> None:
    scenario = get("sandbox")
    assert len(scenario.variants) == 9
    assert scenario.variant("nhefs_2").roles["qsmk"] == "treatment"


def test_the_truth_of_a_world_is_the_asked_effect() -> None:
    scenario = get("sandbox").variant("star_1")
    world = scenario.simulate(units=400, seed=1)
    answer = float(world.ask(scenario.queries["average effect of small_class"]))
    # The effect is 10 points for every child's mean; the shared noise is multiplied, so that it
    # differs from child to child.
    truth = analysis("star", 1).drawn.truth
    spread = (truth["y1"] - truth["y0"]).std()
    assert answer == pytest.approx(10.0, abs=4 * spread / np.sqrt(400))
    assert "U" not in world.data
    [section] = scenario.sections(None, None)
    assert section.title == "The knobs"
