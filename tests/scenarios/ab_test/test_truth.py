"""The truth of the A/B test, by algebra."""

import numpy as np
import pytest

from ifonly.inference import World
from ifonly.scenarios import get
from ifonly.scenarios.ab_test.truth import PARAMETERS, QUERIES, SPREAD


@pytest.fixture(scope="module")
def world() -> World:
    return get("ab_test").simulate(units=20_000, seed=1)


def test_effects_are_the_parameters(world: World) -> None:
    assert float(world.ask(QUERIES["effect on y"])) == pytest.approx(0.3)
    apart = float(world.ask(QUERIES["effect on staying"]))
    assert apart == pytest.approx(0.68 - 0.70, abs=0.02)


def test_the_spread_is_that_within_an_arm(world: World) -> None:
    y = world.data["y"] - PARAMETERS["effect"] * world.data["treated"]
    assert float(y.std()) == pytest.approx(SPREAD, abs=4 * SPREAD / np.sqrt(40_000))
