"""How long ten thousand runs of a two-arm trial with ten looks take."""

import time

import pymc as pm
import pytest

from ifonly.inference.experiments import group_sequential
from ifonly.inference.validation.trials import MeanDifference, TwoArms, simulate_trials


@pytest.mark.benchmark
def test_ten_thousand_runs_with_ten_looks_take_less_than_a_minute() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect")
        x = pm.Normal("x", dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", effect * t + x, 1, dims="unit")
    rule = group_sequential(10, "obrien_fleming")
    start = time.perf_counter()
    found = simulate_trials(model, TwoArms("t", "y", 1_000, looks=10), MeanDifference("y"), rule,
                            parameters={"effect": 0.25}, replications=10_000)  # fmt: skip
    seconds = time.perf_counter() - start
    print(f"{seconds:.1f} s, compilation included")
    assert len(found.runs) == 10_000
    assert seconds < 60
