"""Functions that become machine code late: numba is not there before it is needed."""

import subprocess
import sys

import pytest

from ifonly.inference.symbolic.late import Late


def double(x):
    return 2.0 * x


def test_it_is_the_function_and_its_machine_code():
    late = Late(double, "")
    assert late.py_func is double
    assert "code" not in vars(late)
    assert late(3.0) == 6.0
    assert late.code.signatures


def test_machine_code_calls_it():
    inner = Late(double, "")
    outer = Late(lambda x: inner(x) + 1.0, "")
    assert outer(3.0) == 7.0
    assert inner.code.signatures


WITHOUT = """
import sys
sys.modules["dask"] = sys.modules["sparse"] = None  # which xarray loads, and they numba
import numpy as np, pymc as pm
from ifonly.inference import ATE, condition
with pm.Model(coords={"unit": range(1)}) as model:
    t = pm.Bernoulli("t", 0.5, dims="unit")
    pm.Normal("y", pm.Normal("effect") * t, 1.0, dims="unit")
data = {"t": np.arange(40) % 2, "y": np.arange(40) / 10.0}
posterior = condition(model, data, seed=1, draws=50, progress=False)
answer = posterior.ask(ATE("y", do={"t": 1}, versus={"t": 0}))
print(float(answer.mean()), "numba" in sys.modules)
"""


@pytest.mark.slow
def test_a_small_question_is_answered_without_numba():
    run = [sys.executable, "-c", WITHOUT]
    mean, loaded = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    # Conjugate: 20 treated units, whose outcomes add up to 40, and a prior of precision 1.
    assert abs(float(mean) - 40 / 21) < 4.5 * 21**-0.5 / 200**0.5
    assert loaded == "False"
