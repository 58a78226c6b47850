"""What all replications share is worked out once, and changes no number."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest

from ifonly.inference import ATE, World, condition
from ifonly.inference.conditioning.prepared import Prepared
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.validation.calibration.own import OwnModel
from ifonly.inference.validation.calibration.replication import Bench, Settings, seeds
from ifonly.inference.validation.calibration.run import _tasks

QUERY = ATE("y", do={"t": 1}, versus={"t": 0})


def make() -> pm.Model:
    """A conjugate block, a logistic and a linear one, with a scale and a known sd in it."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        t = pm.Bernoulli("t", logit_p=pm.Normal("level") + x, dims="unit")
        k = pm.Bernoulli("k", pm.Beta("chance", 2.0, 3.0, shape=2)[t], dims="unit")
        mean = pm.Normal("a") + pm.Normal("b", 0.0, 2.0) * t + k
        pm.Normal("y", mean, pm.HalfNormal("s", 1.0), dims="unit")
    return model


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(OwnModel(make()), QUERY, Settings("prior", 40, 7, 250, 100, 2, None, (0.9,)))


def test_each_replication_is_the_one_that_it_would_be_on_its_own(bench: Bench) -> None:
    for task in _tasks(bench, 3):
        assert task.parameters is not None
        [row] = bench.run(task)
        world_seed, seed, _ = seeds(7, task.replication)
        world = World.simulate(make(), task.parameters, units=40, seed=world_seed)
        posterior = condition(
            make(), world.data, seed=seed, draws=250, tune=100, chains=2, progress=False
        )
        answer = posterior.ask(QUERY)
        assert row["truth"] == float(world.ask(QUERY))
        assert (row["mean"], row["sd"]) == (float(answer.mean()), float(answer.std(ddof=1)))


def test_nothing_is_built_anew(bench: Bench, monkeypatch: Any) -> None:
    """A replication is a run of what the first ones built: functions, equations, the observed."""
    first, second, third = _tasks(bench, 3)
    bench.run(first), bench.run(second)

    def never(*args: Any, **options: Any) -> None:
        raise AssertionError("built anew")

    monkeypatch.setattr(pytensor, "function", never)
    monkeypatch.setattr("ifonly.inference.scm.representation.fgraph_from_model", never)
    [row] = bench.run(third)
    assert row["problem"] == ""


def test_the_observed_model_has_the_data_given_last() -> None:
    """Data of another shape have another; those of one shape share it."""
    model = make()
    prepared = Prepared(model)
    written = prepared.written("unit")
    columns = {n: np.array([0, 1, 1]) for n in ("t", "k")}
    found = []
    for y in ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [np.nan, 2.0, 1.0]):
        data = columns | {"x": np.zeros(3), "y": np.array(y)}
        evidence = read_evidence(written.equations, data, allow_missing=True)
        observed, _ = prepared.observed(written, evidence)
        found.append(observed)
        assert ("y" in {v.name for v in observed.free_RVs}) == bool(np.isnan(y).any())
        if not np.isnan(y).any():
            value = observed.rvs_to_values[observed["y"]].get_value()
            np.testing.assert_array_equal(value, y)
    assert found[0] is found[1]
    assert found[1] is not found[2]
