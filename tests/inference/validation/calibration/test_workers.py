"""Replications done elsewhere: by threads, by processes, by a cluster."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ifonly.inference import ATE, Calibration, calibrate, policy

from .normal_mean import QUICK, same


def test_threads_do_the_same(found: Calibration, home: ModuleType, scenario: Any) -> None:
    with ThreadPoolExecutor(3) as pool:
        threads = calibrate(scenario, home.QUERY, 24, executor=pool, **QUICK)
    same(threads, found)


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
