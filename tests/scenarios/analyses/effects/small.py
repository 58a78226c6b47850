"""A small table whose effects are known: 1 + x."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.analyses.effects import lengthscales, pool
from ifonly.scenarios.analyses.effects.analysis import Effects, effects


@cache
def table(units: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    x, place = rng.normal(size=units), rng.choice(["north", "south", "west"], units)
    t = rng.binomial(1, 1 / (1 + np.exp(-0.8 * x)))
    y = 2.0 + x + (place == "west") + t * (1.0 + x) + 0.5 * rng.normal(size=units)
    return pd.DataFrame({"t": t, "x": x, "place": place, "y": y})


@cache
def found(model: str = "linear") -> Effects:
    return effects(table(), treatment="t", outcome="y", model=model, seed=1, draws=200, tune=300)


def small_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have lengthscales learnt twice, with few landmarks."""
    monkeypatch.setattr(lengthscales, "LANDMARKS", (20, 10))
    monkeypatch.setattr(lengthscales, "ROUNDS", 1)
    monkeypatch.setattr(lengthscales, "OUTCOME_LANDMARKS", 20)
    monkeypatch.setattr(lengthscales, "EFFECT_LANDMARKS", 10)
    monkeypatch.setattr(pool, "SAMPLES", 2)
