"""How densities are compiled: exactly, so that one seed has one answer on every run."""

import os
import subprocess
import sys

import pytest

FIRST_RUN = """
import numpy as np, pymc as pm
from ifonly.inference import condition

rng = np.random.default_rng(5)
u, x = rng.normal(size=(2, 60))
t = (u + x + rng.logistic(size=60) > 0).astype(int)
data = {"x": x, "t": t, "y": x + u + rng.normal(size=60)}
with pm.Model(coords={"unit": range(1)}) as model:
    a, b = pm.Normal("a", 0, 1, shape=2), pm.HalfNormal("b", 1)
    x = pm.Normal("x", 0, 1, dims="unit")
    u = pm.Normal("u", 0, 1, dims="unit")
    pm.Bernoulli("t", logit_p=a[0] + u + x, dims="unit")
    pm.Normal("y", a[1] + x + b * u, 1, dims="unit")
short = {"draws": 50, "tune": 50, "chains": 1, "seed": 1, "progress": False}
found = condition(model, data, method="marginal", **short)
print(found.idata["posterior"]["a"].values.tobytes().hex())
"""


@pytest.mark.slow
def test_the_first_run_on_a_machine_draws_what_all_others_draw(tmp_path):
    """Numba compiles in the first, and loads from disk in the second."""
    command = [sys.executable, "-W", "ignore", "-c", FIRST_RUN]
    environment = os.environ | {"PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}
    first, second = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first
    assert first == second
