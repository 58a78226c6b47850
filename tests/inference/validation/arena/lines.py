"""Small worlds whose effects are a line in x, and cases from them."""

from typing import Any

import numpy as np
import pymc as pm

from ifonly.inference import World
from ifonly.inference.estimators import Roles, UnitEffects
from ifonly.inference.validation.arena import WorldCases

ROLES = Roles("t", "y", adjust=("x",))


def line() -> pm.Model:
    """tau = 1 + x, and x confounds."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        t = pm.Bernoulli("t", pm.math.sigmoid(x), dims="unit")
        pm.Normal("y", 2.0 * x + (1.0 + x) * t, 0.5, dims="unit")
    return model


LINE = line()


def simulate(units: int, seed: int) -> World:
    return World.simulate(LINE, {}, units=units, seed=seed)


CASES = WorldCases("a line", simulate, ROLES, units=120)
QUICK: dict[str, Any] = {"progress": False, "seed": 4}


def oracle(data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0) -> Any:
    """Knows the line, and an interval of 0.2."""
    x = np.asarray((data if at is None else at)["x"])
    mean = 1.0 + x
    ate = float(mean.mean())
    return UnitEffects(
        mean=mean, low=mean - 0.1, high=mean + 0.1, ate=ate, ate_low=ate - 0.1, ate_high=ate + 0.1,
        ci_prob=ci_prob,
    )  # fmt: skip


def failing(data: Any, roles: Roles, **options: Any) -> UnitEffects:
    raise RuntimeError("this estimator\nnever works")
