"""One replication: what is compiled only once, and what is computed."""

from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import ATE, Prepared, calibrate, condition
from ifonly.inference.conditioning import prepared
from ifonly.inference.conditioning.compiled.density import compiled_density
from ifonly.inference.validation.calibration import replication
from ifonly.inference.validation.calibration.replication import Bench, Settings, Task, seeds

from .normal_mean import QUICK


def test_only_the_first_replication_waits_for_the_compiler(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, computers = [], []
    compared = Bench.compared

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return compiled_density(*arguments)

    def watched(self: Bench, *arguments: Any) -> Any:
        rows = compared(self, *arguments)
        computers.append((self.computer, self.computer.compilations))
        return rows

    monkeypatch.setattr(replication, "Prepared", Prepared)
    monkeypatch.setattr(prepared, "compiled_density", counted)
    monkeypatch.setattr(Bench, "compared", watched)
    calibrate(scenario, home.QUERY, 3, **QUICK)
    assert len(made) == 1
    # The effect alone moves the mean, so that the world's query and the posterior's are one.
    assert len({id(c) for c, _ in computers}) == 1
    assert [n for _, n in computers] == [1, 1, 1]


def test_a_replication_is_conditioned_as_a_user_would(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draw for draw; the density compiled for the first data serves the second."""
    bench = Bench(
        scenario, home.QUERY, replication.Settings("prior", 10, 0, 60, 70, 2, None, (0.9,), "nuts")
    )
    data = [scenario.simulate(10, seed).data for seed in (1, 2)]
    bench.posterior(bench.evidence(data[0]), 9)
    with monkeypatch.context() as patch:
        patch.setattr(prepared, "compiled_density", lambda *_: pytest.fail("compiled again"))
        again = bench.posterior(bench.evidence(data[1]), 9)
    fresh = condition(
        scenario.model, data[1], method="nuts", draws=60, tune=70, chains=2, seed=9, progress=False
    )
    xr.testing.assert_identical(
        again.idata["posterior"]["effect"].drop_attrs(),
        fresh.idata["posterior"]["effect"].drop_attrs(),
    )
    assert again.facts == fresh.facts
    assert again.state.seed == fresh.state.seed


def test_only_the_blocks_that_the_query_reads_are_computed() -> None:
    """With the numbers that a posterior of all blocks has."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("a"), 1.0, dims="unit")
        y = pm.Normal("y", pm.Normal("b") * x, pm.HalfNormal("sd"), dims="unit")
        pm.Normal("z", pm.Normal("c") * y, 1.0, dims="unit")
    scenario = SimpleNamespace(model=model, parameters={}, hidden=())
    settings = Settings("prior", 20, 1, 50, 50, 2, None, (0.9,))
    bench = Bench(scenario, ATE("y", do={"x": 1.0}, versus={"x": 0.0}), settings)
    drawn = {"a": 0.3, "b": 1.0, "sd": 0.5, "c": -1.0}
    parameters = {n: np.asarray(v) for n, v in drawn.items()}
    for number in (0, 1):
        world_seed, seed, ties = seeds(1, number)
        world = bench.world(Task(number, parameters), world_seed)
        posterior = bench.posterior(bench.evidence(world.data), seed)
        assert [set(part.unknowns) for part in posterior.blocks.now] == [{"b", "sd"}]
        rows = bench.compared(world, posterior, np.random.default_rng(ties))
        whole = condition(model, world.data, draws=50, tune=50, chains=2, seed=seed, progress=False)
        assert len(whole.blocks.now) == 3
        assert rows == bench.compared(world, whole, np.random.default_rng(ties))
