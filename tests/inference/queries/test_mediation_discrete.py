"""Mediation by a binary variable and by a count, against the mediation formula."""

import json

import numpy as np
import pymc as pm
import pytest
from scipy.special import expit

from ifonly.inference import (
    ATE,
    CDE,
    NDE,
    NIE,
    World,
)

ARMS = {"do": {"t": 1}, "versus": {"t": 0}}
M = {"mediators": ["m"]}


def logistic_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Bernoulli("z", 0.4, dims="unit")
        t = pm.Bernoulli("t", logit_p=-0.5 + z, dims="unit")
        m = pm.Bernoulli("m", logit_p=-0.8 + 1.5 * t + 0.5 * z, dims="unit")
        pm.Bernoulli("y", logit_p=-1.0 + 0.7 * t + 1.2 * m + 0.9 * t * m - 0.4 * z, dims="unit")
    return model


def formula(one, other):
    """Pearl's mediation formula: E Y(one, M(other)), summed over z and m."""
    total = 0.0
    for z, share in ((0, 0.6), (1, 0.4)):
        up = expit(-0.8 + 1.5 * other + 0.5 * z)
        for m, chance in ((0, 1 - up), (1, up)):
            total += share * chance * expit(-1 + 0.7 * one + 1.2 * m + 0.9 * one * m - 0.4 * z)
    return total


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("expectation", [False, True])
def test_a_binary_mediator_and_a_logistic_outcome(expectation):
    """By the mediation formula, which holds for any coupling: the noises are independent."""
    world = World.simulate(logistic_model(), {}, units=10, seed=1)
    y = {(i, j): formula(i, j) for i in (0, 1) for j in (0, 1)}
    truth = {
        (NDE, False): y[1, 0] - y[0, 0],
        (NIE, False): y[1, 1] - y[1, 0],
        (NDE, True): y[1, 1] - y[0, 1],
        (NIE, True): y[0, 1] - y[0, 0],
    }
    assert abs(truth[NDE, False] - truth[NDE, True]) > 0.05
    for (query, pure), expected in truth.items():
        ask = query("y", **ARMS, **M, pure=pure, units="new", expectation=expectation)
        answer = world.ask(ask)
        error = answer.attrs["monte_carlo_error"]
        assert error < 0.002
        assert abs(float(answer) - expected) < 4.5 * error
        stated = {"m", "y"} if not expectation else {"m"}
        assert set(json.loads(answer.attrs["coupling"])) == stated


def exposure_model() -> pm.Model:
    """A count for a mediator, a latent confounder, a linear outcome."""
    with pm.Model(coords={"unit": range(1)}) as model:
        direct, mediated = pm.Normal("direct"), pm.Normal("mediated")
        u = pm.Normal("u", dims="unit")
        activity = pm.Gamma("activity", alpha=2.0, beta=0.5, dims="unit")
        t = pm.Bernoulli("t", logit_p=-0.4 + 0.6 * u, dims="unit")
        exposure = pm.Poisson("exposure", 0.3 + 1.2 * t + 0.35 * activity, dims="unit")
        mean = 2.0 + direct * t + mediated * exposure + 0.3 * activity + u
        pm.Normal("y", mean, 1.0, dims="unit")
    return model


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("coupling", ["process", "monotone", "independent"])
def test_a_count_mediates(coupling):
    """Direct 1.2 for everybody, 0.15 for each exposure more, 1.2 of which are expected: 1.38."""
    world = World.simulate(
        exposure_model(),
        {"direct": 1.2, "mediated": 0.15},
        units=4000,
        seed=3,
        hidden=("u",),
        coupling={"exposure": coupling},
    )
    query = {"outcome": "y", **ARMS, "mediators": "exposure"}
    direct, indirect = (world.ask(q(**query, by="unit")).to_numpy() for q in (NDE, NIE))
    np.testing.assert_allclose(direct, 1.2, rtol=0, atol=1e-12)
    counts = indirect / 0.15
    np.testing.assert_allclose(counts, np.round(counts), rtol=0, atol=1e-11)
    if coupling == "process":
        assert counts.min() == 0, "points are added, none is taken away"
        # They are Poisson(1.2), whose fourth moment is 1.2 + 3 * 1.2**2.
        assert abs(counts.var() - 1.2) < 4.5 * np.sqrt((1.2 + 2 * 1.2**2) / 4000)
    if coupling == "independent":
        assert counts.min() < 0
    assert abs(indirect.mean() - 0.18) < 4.5 * indirect.std() / np.sqrt(4000)
    answer = world.ask(NIE(**query))
    assert json.loads(answer.attrs["coupling"]) == {"exposure": coupling}
    total = world.ask(ATE("y", **ARMS))
    assert float(answer) + 1.2 == pytest.approx(float(total), abs=1e-12)
    # Held at what the count would be untreated, nothing of it moves: no coupling matters.
    assert json.loads(world.ask(CDE("y", **ARMS, hold={"exposure": 2})).attrs["coupling"]) == {}
