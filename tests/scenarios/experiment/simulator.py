"""The experiment in NumPy, sharing no code with it, and what its tests measure with."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[Any]


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


class Users:
    """The sheet's world in NumPy, with the noise of every user kept, and its variants."""

    def __init__(self, units: int, seed: int, variant: str = "") -> None:
        rng = np.random.default_rng(seed)
        self.variant = variant
        self.segment = rng.choice(3, units, p=[0.5, 0.4, 0.1])
        self.age = np.clip(rng.normal(35, 10, units), 18, 75)
        self.activity = rng.gamma(2.0, 2.0, units)
        self.s = (self.activity - 4.0) / np.sqrt(8.0)
        self.u = rng.normal(size=units)
        self.pre = 5 + 0.25 * self.activity + 0.02 * (self.age - 35) + 0.8 * self.u
        self.pre = self.pre + rng.normal(size=units)
        self.arm = rng.integers(0, 2, units)
        self.natural_z = rng.integers(0, 2, units)
        self.E = (rng.random(units) < sigmoid(-0.5 + 0.3 * self.s)).astype(int)
        self.taste, self.chance = rng.random(units), rng.random(units)
        # A Poisson count is that of the base rate and, where treated, one more of rate 1.2.
        self.base = rng.poisson(0.3 + 0.35 * self.activity + 0.8 * self.E)
        self.extra = rng.poisson(1.2, units)
        self.noise = rng.normal(size=units)

    def treatment(self, z: Array | int | None = None, arm: Array | int | None = None) -> Array:
        z = self.natural_z if z is None else z
        arm = self.arm if arm is None else arm
        logit = -0.4 + 1.2 * z + 0.6 * self.u + 0.5 * self.E + 0.15 * (self.activity > 2.5)
        if self.variant == "randomised":
            logit = logit + 8.0 * (arm - 0.5)
        taken = self.taste < sigmoid(logit)
        return (taken & (self.E == 1) if self.variant == "gate" else taken).astype(int)

    def outcome(self, t: Array | int, exposure: Array | None = None) -> Array:
        exposure = self.base + t * self.extra if exposure is None else exposure
        effect = 1.2
        if self.variant == "heterogeneous":
            effect = 1.2 + 0.4 * self.s + np.array([0.0, -0.15, 0.6])[self.segment]
        level = np.array([0.0, 0.4, 1.0])[self.segment]
        y = 2 + effect * t + 0.15 * exposure + 0.02 * (self.age - 35) + 0.3 * self.activity
        return y + level + self.u + self.noise

    def collider(self, t: Array) -> Array:
        on_u = -0.8 if self.variant == "collider_hurts" else 0.8
        return (self.chance < sigmoid(-0.2 + t + on_u * self.u)).astype(int)

    @property
    def effect(self) -> Array:
        return self.outcome(1) - self.outcome(0)


def slope(y: Array, *columns: Array) -> float:
    """The first coefficient of a regression with an intercept."""
    x = np.column_stack([*columns, np.ones(len(y))])
    return float(np.linalg.lstsq(x, y, rcond=None)[0][0])


def fitted(y: Array, *columns: Array) -> Array:
    x = np.column_stack([*columns, np.ones(len(y))])
    return np.asarray(x @ np.linalg.lstsq(x, y, rcond=None)[0])


def controls(data: pd.DataFrame) -> list[Array]:
    levels = [(data["segment"] == k).to_numpy(dtype=float) for k in (1, 2)]
    return [data["age"].to_numpy(), data["activity"].to_numpy(), data["E"].to_numpy(), *levels]
