"""Data of known effects, and what estimators say of them."""

import warnings

import numpy as np
import pandas as pd

from ifonly.inference import AssumptionWarning
from ifonly.inference.estimators import Roles

UNITS = 4_000
SEEN = Roles("t", "y", adjust=("w",))


def linear(seed: int, units: int = UNITS) -> pd.DataFrame:
    """y = 2 t + 1.5 u + noise, t = 0.8 z + u + noise: OLS is off by 1.5 / (0.8^2 + 2)."""
    rng = np.random.default_rng(seed)
    z, u, e, f = rng.normal(size=(4, units))
    t = 0.8 * z + u + e
    return pd.DataFrame({"z": z, "t": t, "y": 2.0 * t + 1.5 * u + f})


def binary(seed: int = 2, units: int = UNITS) -> pd.DataFrame:
    """A confounder w that is seen; the effect is 1."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=units)
    t = rng.binomial(1, 1 / (1 + np.exp(-w)))
    return pd.DataFrame({"w": w, "t": t, "y": t + 2.0 * w + rng.normal(size=units)})


def of(answer, statistic: str = "mean") -> float:
    return float(answer.sel(statistic=statistic))


def told(estimator, data, roles) -> list[str]:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always", AssumptionWarning)
        answer = estimator.estimate(data, roles)
    messages = [str(w.message) for w in given]
    assert answer.attrs["problems"] == "; ".join(
        m.removeprefix(f"{estimator.label}: ") for m in messages
    )
    return messages
