"""Many runs at once are apart from each other, also where an equation reads a mean over units."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ModelError, QueryError
from ifonly.inference.validation.trials.simulator import Simulator


def test_runs_are_computed_apart_from_each_other() -> None:
    """A spillover: the outcome reads the share treated in its own run."""
    with pm.Model(coords={"unit": range(1)}) as model:
        b = pm.Normal("b")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", b * t + 10.0 * t.mean(), 1, dims="unit")
    simulator = Simulator(model, "t", units=4)
    rng = np.random.default_rng(0)
    noise = simulator.noise(rng, 3)
    arm = np.array([[0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 0, 0]])
    b_ = np.array([1.0, 2.0, 3.0])
    found = simulator.columns(arm, {"b": b_}, noise)
    expected = b_[:, None] * arm + 10 * arm.mean(axis=1, keepdims=True) + noise[0]
    np.testing.assert_allclose(found["y"], expected)


def test_what_cannot_be_simulated_is_refused() -> None:
    with pm.Model(coords={"unit": range(2)}) as model:
        w = pm.Data("w", [1.0, 2.0], dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", w * t, 1, dims="unit")
    with pytest.raises(ModelError, match="'w' is a Potential or data with units"):
        Simulator(model, "t", units=2)
    with pytest.raises(QueryError, match="did you mean 't'"):
        Simulator(model, "tt", units=2)
