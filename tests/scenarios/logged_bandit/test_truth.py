"""The truth of the logged bandit, by its algebra."""

import numpy as np
import pytest

from ifonly.scenarios import get
from ifonly.scenarios.logged_bandit.truth import GAIN, PARAMETERS, QUERIES


def test_the_queries_are_the_algebra() -> None:
    world = get("logged_bandit").simulate(units=300)
    x, arm = world.data["x"].to_numpy(), world.data["arm"].to_numpy()
    alpha, beta, gamma = (np.array(PARAMETERS[n]) for n in ("alpha", "beta", "gamma"))
    means, every = alpha + beta * x[:, None], np.arange(300)
    gain = means[every, np.where(x > 0, 2, 0)] - means[every, arm]
    assert float(world.ask(GAIN)) == pytest.approx(gain.mean(), abs=1e-12)
    revenue, retention = (q for label, q in QUERIES.items() if "offer" in label)
    np.testing.assert_allclose(world.ask(revenue), (means - means[:, :1]).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(world.ask(retention), gamma - gamma[0], atol=1e-12)
