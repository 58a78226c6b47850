"""The model of `varied.py`, asked as a world and as a posterior."""

import numpy as np
import pytest

from ifonly.inference import (
    World,
)

from .varied import OBSERVED, TRUTH, UNITS, make_model


@pytest.fixture(scope="module")
def world(quickly) -> World:
    with quickly():
        simulated = World.simulate(make_model(), TRUTH, units=UNITS, seed=7)
        frame = simulated.data.to_dataframe()
        frame["t"] = np.where(OBSERVED, 1.0, np.round(frame["t"], 1))  # some are just "treated"
        return World.from_evidence(make_model(), TRUTH, frame, seed=7)


@pytest.fixture(scope="module")
def draws() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {n: v + 0.1 * rng.uniform(size=(2, 5)) for n, v in TRUTH.items()}


@pytest.fixture(scope="module")
def posterior(world, draws, posterior_by_hand):
    return posterior_by_hand(make_model(), world.data, draws)


@pytest.fixture(params=["world", "posterior"])
def asked(request, world, posterior, draws):
    """Who is asked, the lead dims of the answer, and the outcome at treatments t, in NumPy."""
    seen = {n: world.data[n].to_numpy() for n in ("kind", "z", "t", "y")}
    p = {n: np.asarray(v) for n, v in TRUTH.items()}
    if request.param == "posterior":
        p = {n: v[..., None] for n, v in draws.items()}
    slope = p["bt"] + p["btz"] * seen["z"] + 0.2 * seen["kind"]

    def y(t):
        return seen["y"] + slope * (t - seen["t"])

    lead = () if request.param == "world" else ("chain", "draw")
    return (world if request.param == "world" else posterior), lead, y, seen
