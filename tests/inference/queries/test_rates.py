"""Rates in two worlds, each against NumPy, and their Monte Carlo errors against scipy."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.stats import norm

from ifonly.inference import (
    Lift,
    OddsRatio,
    Probability,
    QueryError,
    RiskDifference,
    RiskRatio,
    World,
    shift,
)


def model():
    with pm.Model(coords={"unit": range(1)}) as made:
        effect = pm.Normal("effect")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        y = pm.Normal("y", 1.0 + effect * t, 1.0, dims="unit")
        pm.Deterministic("high", pm.math.gt(y, 1.5).astype("int64"), dims="unit")
    return made


RNG = np.random.default_rng(0)
T, Y = RNG.integers(0, 2, 50), RNG.normal(1.0, 1.0, 50)
ON, OFF = Y + 0.7 * (1 - T), Y - 0.7 * T


@pytest.fixture(scope="module")
def world():
    return World.from_evidence(model(), {"effect": 0.7}, pd.DataFrame({"t": T, "y": Y}))


DO = {"do": {"t": 1}, "versus": {"t": 0}}
P, Q = (ON > 1.5).mean(), (OFF > 1.5).mean()


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Probability("y", {"t": 1}, above=1.5), P),
        (RiskDifference("y", **DO, above=1.5), P - Q),
        (RiskRatio("y", **DO, above=1.5), P / Q),
        (Lift("y", **DO, above=1.5), P / Q - 1),
        (OddsRatio("y", **DO, above=1.5), P / (1 - P) * (1 - Q) / Q),
        (OddsRatio("high", **DO), P / (1 - P) * (1 - Q) / Q),
        (RiskRatio("y", **DO), ON.mean() / OFF.mean()),
        (RiskRatio("y", **DO, where=Y > 1), ON[Y > 1].mean() / OFF[Y > 1].mean()),
    ],
)
def test_rates_of_observed_units(world, query, expected):
    assert float(world.ask(query)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("quick_compile")
def test_a_ladder_of_probabilities(world):
    ladder = world.ask(Probability("y", {"y": [shift(0.0), shift(1.0)]}, above=1.5))
    np.testing.assert_allclose(ladder, [(Y > 1.5).mean(), (Y + 1 > 1.5).mean()])


@pytest.mark.parametrize("kind", [RiskRatio, OddsRatio])
def test_new_units_are_right_within_their_monte_carlo_error(world, kind):
    answer = world.ask(kind("y", **DO, above=1.5, units="new", seed=3))
    p, q = norm.sf(1.5, 1.7), norm.sf(1.5, 1.0)
    expected = p / q if kind is RiskRatio else p / (1 - p) * (1 - q) / q
    error = answer.attrs["monte_carlo_error"]
    n = answer.attrs["n_units"]
    both = q  # whoever is above without the treatment is above with it
    spread = (1 - p) / p + (1 - q) / q - 2 * (both / (p * q) - 1)
    if kind is RiskRatio:  # the delta method on the log
        assert error == pytest.approx(expected * np.sqrt(spread / n), rel=0.05)
    assert abs(float(answer) - expected) < 4 * error


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: OddsRatio("y", **DO), "without `above` is about 'y'"),
        (lambda: RiskRatio("y", **DO, above=100.0), "the mean under `versus` is not positive"),
        (lambda: OddsRatio("y", **DO, above=-100.0), "all units have the outcome"),
        (lambda: Probability("y", **DO, above=1.0), "one world and compares none"),
        (lambda: RiskRatio("y", **DO, above="high"), "above is one number, not 'high'"),
        (lambda: RiskRatio("y", **DO, above=1.0, expectation=True), "no expectation"),
    ],
)
def test_what_is_refused_in_one_line(world, make, words):
    with pytest.raises(QueryError, match=words):
        world.ask(make())
