"""What all replications share is worked out once, and changes no number."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
import xarray as xr

from ifonly.inference import ATE, ATT, CATE, ITE, Posterior, World, condition, set_to, shift
from ifonly.inference.conditioning.blocks.auto import ahead
from ifonly.inference.conditioning.prepared import Prepared
from ifonly.inference.engine.compute import Computer
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.validation.calibration import replication
from ifonly.inference.validation.calibration.own import OwnModel
from ifonly.inference.validation.calibration.ranks import Row
from ifonly.inference.validation.calibration.replication import Bench, Settings, Task, seeds
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
    monkeypatch.setattr("ifonly.inference.queries.cautions.residuals", never)
    monkeypatch.setattr(ATE, "functional", never)
    [row] = bench.run(third)
    assert row["problem"] == ""


def test_graphs_and_functions_do_not_grow_with_replications(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two graphs of the query, the world's and the posterior's; functions of the first alone."""
    graphs, functions = [], []
    build, compile_ = ATE.functional, pytensor.function

    def functional(query: ATE, view: Any) -> Any:
        graphs.append(query)
        return build(query, view)

    def function(*args: Any, **options: Any) -> Any:
        functions.append(args)
        return compile_(*args, **options)

    monkeypatch.setattr(ATE, "functional", functional)
    monkeypatch.setattr(pytensor, "function", function)
    many = Bench(OwnModel(make()), QUERY, Settings("prior", 40, 7, 250, 100, 2, None, (0.9,)))
    first, *others = _tasks(many, 5)
    many.run(first)
    before = len(functions)
    for task in others:
        many.run(task)
    assert len(functions) == before
    assert len(graphs) == 4  # two of them before anything is sampled: to check, and to find blocks


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many replications each block was computed of at once."""
    sizes: list[int] = []

    def watched(jobs: Any) -> Any:
        sizes.append(len(jobs))
        return ahead(jobs)

    monkeypatch.setattr(replication, "ahead", watched)
    return sizes


def rows_of(found: Iterable[list[Row]]) -> list[dict[str, Any]]:
    return [{n: v for n, v in row.items() if n != "seconds"} for rows in found for row in rows]


@pytest.mark.parametrize(("held", "sizes"), [(10.0, [5]), (2.9, [2, 2]), (0.5, [])])
def test_many_at_once_are_each_as_alone(
    held: float, sizes: list[int], bench: Bench, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as memory holds, here `held` times what one does; the first one is alone."""
    tasks = _tasks(bench, 6)
    alone = rows_of([bench.run(task) for task in tasks])
    assert bench._held is not None
    monkeypatch.setattr(replication, "MOST_HELD", int(held * bench._held))
    many = Bench(bench.scenario, QUERY, bench.settings)
    assert rows_of(many.run_all(tasks)) == alone
    assert counted == sizes


def test_one_that_fails_and_one_without_closed_form_are_done_alone(counted: list[int]) -> None:
    """The third has no world; of the fourth all values are the mean, so that it is sampled."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", pm.Normal("b") * t, pm.HalfNormal("s"), dims="unit")
    settings = Settings("prior", 20, 1, 50, 50, 2, None, (0.9,))
    bench = Bench(OwnModel(model), ATE("y", do={"t": 1}, versus={"t": 0}), settings)
    sds = [1.0, 2.0, -1.0, 1e-200, 0.5]
    tasks = [Task(k, {"b": np.zeros(()), "s": np.asarray(sd)}) for k, sd in enumerate(sds)]
    together = rows_of(bench.run_all(tasks))
    assert together == rows_of([bench.run(task) for task in tasks])
    assert counted == [3]
    assert ["outside the support" in row["problem"] for row in together] == [0, 0, 1, 0, 0]
    # Draws of a closed form are independent; those of chains show how well they mixed.
    assert [row.get("r_hat", 1.0) != 1.0 for row in together] == [0, 0, 0, 1, 0]


def test_worlds_that_all_fail_are_told_one_by_one(bench: Bench, counted: list[int]) -> None:
    first, second, third = _tasks(bench, 3)
    assert first.parameters is not None
    bad = {**first.parameters, "s": np.asarray(-1.0)}
    bench.run(first)
    found = rows_of(
        bench.run_all([replace(second, parameters=bad), replace(third, parameters=bad)])
    )
    assert [row["replication"] for row in found] == [1, 2]
    assert all("outside the support" in row["problem"] for row in found)
    assert counted == []


QUERIES = {
    "a where by unit": ATE("y", do={"t": 1}, versus={"t": 0}, where=np.arange(40) % 3 == 0),
    "a where by value": ATE("y", do={"t": 1}, versus={"t": 0}, where={"k": 1}),
    "a where by function": ATE("y", do={"t": 1}, versus={"t": 0}, where=lambda v: v["x"] > 0),
    "those who have it": ATT("y", do={"t": 1}, versus={"t": 0}),
    "groups of values": CATE("y", do={"t": 1}, versus={"t": 0}, by={"x": 3}),
    "a ladder": ATE("y", do={"x": [shift(0.5), set_to(1.0)]}, dose="dose"),
    "unit by unit": ITE("y", do={"t": 1}, versus={"t": 0}),
    "new units": ATE("y", do={"t": 1}, versus={"t": 0}, units="new", size=30),
}


@pytest.fixture(scope="module")
def pairs(bench: Bench) -> list[tuple[World, Posterior]]:
    worlds = [bench.world(task, 1 + task.replication) for task in _tasks(bench, 3)]
    return [(world, bench.posterior(bench.evidence(world.data), seed=2)) for world in worlds]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_graph_serves_other_data_or_is_made_anew(
    query: Any, pairs: list[tuple[World, Posterior]]
) -> None:
    """Each answer is that of an asker who has seen no other data."""
    shared = Computer()
    for pair in pairs:
        for known in pair:
            again = replace(known, state=replace(known.state, computer=shared))
            alone = replace(known, state=replace(known.state, computer=Computer()))
            found, expected = again.ask(query), alone.ask(query)
            xr.testing.assert_identical(found.drop_attrs(), expected.drop_attrs())


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
