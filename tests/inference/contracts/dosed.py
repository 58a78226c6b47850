"""A small model with variables of many kinds, a table for it, and what every message promises."""

from typing import Any

import numpy as np
import pandas as pd
import pymc as pm

N = 6
TRUTH = {"slope": 2.0, "spread": 0.5}


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope", 0.0, 1.0)
        spread = pm.HalfNormal("spread", 1.0)
        dose = pm.Normal("dose", 0.0, 1.0, dims="unit")
        waiting = pm.HalfNormal("waiting", 1.0, dims="unit")
        treated = pm.Bernoulli("treated", 0.5, dims="unit")
        count = pm.Poisson("count", 2.0, dims="unit")
        mean = pm.Deterministic("mean", slope * dose + treated + count + waiting, dims="unit")
        pm.Normal("outcome", mean, spread, dims="unit")
    return model


def plain() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        k = pm.Normal("k")
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", x + k, 1, dims="unit")
    return model


def frame(**changed: Any) -> pd.DataFrame:
    columns = {
        "dose": np.linspace(-1.0, 1.0, N),
        "waiting": np.linspace(0.1, 1.0, N),
        "treated": np.arange(N) % 2,
        "count": np.arange(N),
        "outcome": np.linspace(0.0, 3.0, N),
    }
    columns |= changed
    return pd.DataFrame({n: c for n, c in columns.items() if c is not None})


def one_line(caught: Any, *parts: str) -> None:
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    for part in parts:
        assert part in message, f"{part!r} is not in: {message}"
