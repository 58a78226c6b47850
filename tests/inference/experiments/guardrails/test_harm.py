"""The share harmed: bounds by enumeration, and each coupling's answer within them."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import QueryError, World
from ifonly.inference.experiments import harm_bounds, share_harmed


@pytest.mark.parametrize(("p0", "p1"), [(0.3, 0.5), (0.7, 0.6), (0.9, 0.2), (0.0, 1.0)])
def test_bounds_are_the_extremes_over_all_joint_laws(p0: float, p1: float) -> None:
    """Any P(Y0=1, Y1=1) that leaves four shares which are not negative."""
    both = np.linspace(0, 1, 10_001)
    shares = np.array([both, p0 - both, p1 - both, 1 - p0 - p1 + both])
    harmed = shares[1][(shares >= -1e-12).all(axis=0)]
    assert harm_bounds(p0, p1) == pytest.approx((harmed.min(), harmed.max()), abs=1e-4)


def test_every_coupling_is_within_the_bounds_and_each_has_its_own_value() -> None:
    """Monotone harms nobody where treatment helps; independent outcomes harm p0 (1 - p1)."""
    p0, p1, n = 0.5, 0.6, 40_000
    with pm.Model(coords={"unit": range(1)}) as model:
        p = pm.Normal("p", shape=2)
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Bernoulli("y", p[0] + (p[1] - p[0]) * t, dims="unit")
    rng = np.random.default_rng(0)
    arm = np.arange(n) % 2
    y = rng.random(n) < np.where(arm, p1, p0)
    frame = pd.DataFrame({"t": arm, "y": y.astype(int)})
    world = World.from_evidence(model, {"p": [p0, p1]}, frame, seed=1)
    found = share_harmed(world, "y", "t")
    low, high = harm_bounds(p0, p1)
    error = 4 * 0.5 / np.sqrt(n)
    values = {str(c): float(v) for c, v in zip(found["coupling"].to_numpy(), found, strict=True)}
    assert all(low - error <= v <= high + error for v in values.values())
    assert min(values.values()) == pytest.approx(0.0, abs=1e-12)
    assert max(values.values()) == pytest.approx(p0 * (1 - p1), abs=error)


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(QueryError, match="treated is a finite number from 0 to 1"):
        harm_bounds(0.5, 1.2)
