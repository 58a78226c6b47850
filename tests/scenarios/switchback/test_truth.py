"""The truth of the switchback, by recursion."""

import numpy as np
import pytest

from ifonly.scenarios import get
from ifonly.scenarios.switchback.truth import ALWAYS, BLOCK, QUERIES


def test_the_queries_are_the_recursion() -> None:
    world = get("switchback").simulate(units=60)
    arm = world.everything["t"].to_numpy()
    assert (arm.reshape(-1, BLOCK) == arm[::BLOCK, None]).all()
    held, found = 0.0, []
    for t in arm:
        held = 0.8 * held + 0.2 * t
        found.append(held)
    assert float(world.ask(ALWAYS)) == pytest.approx(np.mean(1 - 0.8 ** np.arange(1, 61)))
    was = world.ask(QUERIES["effect of the schedule as it was"])
    assert float(was) == pytest.approx(np.mean(found))
