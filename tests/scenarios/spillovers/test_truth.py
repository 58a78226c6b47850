"""The truth of the spillovers, by the algebra of the ring."""

import numpy as np
import pytest

from ifonly.scenarios import get
from ifonly.scenarios.spillovers.truth import QUERIES


def test_the_queries_are_the_algebra_of_the_ring() -> None:
    world = get("spillovers").simulate(units=50)
    t = world.data["t"].to_numpy()
    near = 0.5 * (np.roll(t, 1) + np.roll(t, -1)).mean() / 2
    expected = [1.0, near, 1.0 + near, t.mean() + near, 1.5]
    found = [float(world.ask(query)) for query in QUERIES.values()]
    assert found == pytest.approx(expected, abs=1e-12)
