"""A small world of known parameters, whose effects are known by the algebra."""

import numpy as np
import pymc as pm

from ifonly.inference import World

RNG = np.random.default_rng(5)
A = RNG.normal(2.0, 1.0, 50)
T = RNG.integers(0, 2, 50)
Y = RNG.normal(size=50)


def quadratic() -> World:
    """Return the world with y = a^2 + a t + 3 t + noise, and `a` real."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", 2.0, 1.0, dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", a**2 + a * t + 3.0 * t, 1.0, dims="unit")
    return World.from_evidence(model, {}, {"a": A, "t": T, "y": Y}, seed=1)


def mean_effect(a, t) -> float:
    """Return the mean change of y where these values stand for the natural ones."""
    return float(np.mean(a**2 + a * t + 3.0 * t - (A**2 + A * T + 3.0 * T)))
