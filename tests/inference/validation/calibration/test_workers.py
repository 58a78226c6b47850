"""Replications done elsewhere: by threads, by processes, by a cluster."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ifonly.inference import ATE, Calibration, QueryError, calibrate, policy
from ifonly.inference.validation.calibration import workers
from ifonly.inference.validation.calibration.replication import Task

from .normal_mean import QUICK, same


def test_threads_do_the_same(found: Calibration, home: ModuleType, scenario: Any) -> None:
    with ThreadPoolExecutor(3) as pool:
        threads = calibrate(scenario, home.QUERY, 24, executor=pool, **QUICK)
    same(threads, found)


def test_an_executor_that_is_shut_is_told(home: ModuleType, scenario: Any) -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(QueryError, match="the executor takes no work"):
        calibrate(scenario, home.QUERY, 2, executor=pool, **QUICK)


@pytest.mark.slow
def test_processes_do_the_same(scenario: Any) -> None:
    # A policy is a function without a name, which plain pickling cannot send.
    query = ATE("y", do={"t": policy(lambda v: v["t"] + 1.0)})
    sent = calibrate(scenario, query, 8, **QUICK | {"jobs": 2})
    same(sent, calibrate(scenario, query, 8, **QUICK))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what a Dask cluster leaves when it closes
def test_a_dask_cluster_does_the_same(found: Calibration, home: ModuleType, scenario: Any) -> None:
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.run(sys.path.insert, 0, str(Path(__file__).parent))
        pool = client.get_executor()
        same(calibrate(scenario, home.QUERY, 24, executor=pool, **QUICK), found)


class Worker(workers.Worker):
    """In place of a bench; counts how often it is unpacked."""

    unpacked = 0

    def __setstate__(self, state: dict[str, Any]) -> None:
        type(self).unpacked += 1
        self.__dict__ |= state

    def __init__(self) -> None:
        # A function without a name, which plain pickling cannot send.
        self.rows = lambda task: [{"replication": task.replication}]

    def run(self, task: Task) -> list[dict[str, Any]]:
        return self.rows(task)


def test_a_worker_unpacks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    workers._unpacked.cache_clear()
    monkeypatch.setattr(Worker, "unpacked", 0)
    packed = workers.pack(Worker())
    found = [rows for k in range(3) for rows in workers.work(packed, [Task(k)])]
    assert found == [[{"replication": k}] for k in range(3)]
    assert Worker.unpacked == 1
    workers._unpacked.cache_clear()


@pytest.mark.parametrize(("start", "here"), [(100.0, 9), (0.0, 2)])
def test_other_processes_are_started_where_they_pay(
    start: float, here: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each replication takes a second, by a clock of the test's own."""
    clock = iter(range(100))
    monkeypatch.setattr(workers, "START", start)
    monkeypatch.setattr(workers.time, "process_time", lambda: float(next(clock)))
    sent = []

    def elsewhere(bench: Any, tasks: Any, size: int, executor: Any, jobs: int) -> Any:
        sent.extend(tasks)
        return map(bench.run, tasks)

    monkeypatch.setattr(workers, "_elsewhere", elsewhere)
    found = list(workers.spread(Worker(), [Task(k) for k in range(9)], None, None))
    assert found == [[{"replication": k}] for k in range(9)]
    assert [t.replication for t in sent] == list(range(here, 9))


@pytest.mark.parametrize(
    ("seconds", "sizes"), [(1.0, [1] * 9), (0.2, [1, 2, 2, 2, 2]), (1e-3, [1, 8])]
)
def test_quick_tasks_are_given_many_at_a_time(
    seconds: float, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as take half a second, so that none that is done waits long to be told."""
    clock, given = [0.0], []

    class Timed(Worker):
        def run_all(self, tasks: Any) -> Any:
            given.append(len(tasks))
            clock[0] += seconds * len(tasks)
            return map(self.run, tasks)

    monkeypatch.setattr(workers.time, "process_time", lambda: clock[0])
    found = list(workers.spread(Timed(), [Task(k) for k in range(9)], None, 1))
    assert found == [[{"replication": k}] for k in range(9)]
    assert given == sizes
