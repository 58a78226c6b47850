"""The truth of the ramp-up, by its algebra."""

import numpy as np
import pytest

from ifonly.scenarios import get
from ifonly.scenarios.ramp_up.truth import PARAMETERS, QUERIES


def test_the_queries_are_the_algebra() -> None:
    world = get("ramp_up").simulate(units=500)
    day, t = world.data["day"].to_numpy(), world.data["t"].to_numpy()
    base = np.array(PARAMETERS["base"])
    gain = 1 / (1 + np.exp(-base - 0.4)) - 1 / (1 + np.exp(-base))
    ask = {label: world.ask(query) for label, query in QUERIES.items()}
    assert float(ask["average effect"]) == pytest.approx(gain[day].mean(), abs=1e-12)
    treated = gain[day][t == 1].mean()
    assert float(ask["effect on the treated"]) == pytest.approx(treated, abs=1e-12)
    np.testing.assert_allclose(ask["effect on each day"], gain, atol=1e-12)
