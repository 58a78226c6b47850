"""The experiment with two arms, against a plain simulator."""

import numpy as np
import pytest

from ifonly.inference import ATE, World
from ifonly.models.ab_test import ab_test

TRUTH = {"level": 5.0, "slope": 1.4, "effect": 0.4, "sigma": 1.4, "stay": [0.7, 0.6]}


def test_units_are_those_of_a_plain_simulator() -> None:
    n = 40_000
    data = World.simulate(ab_test(), TRUTH, units=n, seed=1).data.to_dataframe()
    rng = np.random.default_rng(2)
    x, t = rng.normal(size=n), rng.binomial(1, 0.5, n)
    y = 5 + 1.4 * x + 0.4 * t + rng.normal(0, 1.4, n)
    error = 4 * np.sqrt(2 / n)
    for arm in (0, 1):
        mine, plain = data[data["treated"] == arm], t == arm
        assert mine["y"].mean() == pytest.approx(y[plain].mean(), abs=2 * np.sqrt(2) * error)
        assert mine["y"].std() == pytest.approx(y[plain].std(), rel=0.03)
        assert mine["stayed"].mean() == pytest.approx(0.7 - 0.1 * arm, abs=error)
    assert data["y"].corr(data["before"]) == pytest.approx(np.corrcoef(y, x)[0, 1], abs=0.02)


def test_the_effect_is_the_parameter() -> None:
    world = World.simulate(ab_test(), TRUTH, units=50, seed=1)
    answer = world.ask(ATE("y", do={"treated": 1}, versus={"treated": 0}))
    assert float(answer) == pytest.approx(0.4)
