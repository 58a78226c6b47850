"""Many replications, and many rows: what a calibration takes, and a million rows beside 4,000."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import dataset

from ifonly.inference import ATE, calibrate, condition
from ifonly.scenarios import get

Report = Callable[..., None]
FEW, MANY = 4_000, 1_000_000
# Seconds of one core for 200 replications; the bound on 1,000 is five times that and less.
CALIBRATED = {"linear_walkthrough": 10.0, "recommendation_funnel": 20.0}
# The time at a million rows, less that of reading them, over the time at 4,000: 1.2 is the aim.
RATIOS = {"linear_walkthrough": 1.7, "recommendation_funnel": 1.4}
AIM = 1.2


def seconds(function: Callable[[], Any], times: int = 1) -> float:
    """Return the seconds of a core that a call takes, the least of some."""
    found = []
    for _ in range(times):
        begun = time.process_time()
        function()
        found.append(time.process_time() - begun)
    return min(found)


def effect(name: str) -> ATE:
    """Return the effect of one thing that the scenario asks of."""
    queries = get(name).queries.values()
    return next(q for q in queries if isinstance(q, ATE) and not q.is_ladder)


@pytest.mark.parametrize("name", CALIBRATED)
def test_replications(name: str, report: Report) -> None:
    """One process, nothing built before; the 800 that come then are the other worlds of 1,000."""
    options: dict[str, Any] = {"progress": False, "jobs": 1}
    few = seconds(lambda: calibrate(get(name), effect(name), 200, **options))
    report(f"calibrate {name}, 200 replications, s", f"{few:.1f}", "10 is the aim")
    many = seconds(lambda: calibrate(get(name), effect(name), 1_000, **options))
    report("  1,000 replications, s", f"{many:.1f}", "60 is the aim")
    assert few < CALIBRATED[name]
    assert many < 5 * CALIBRATED[name]


@pytest.mark.parametrize("name", RATIOS)
def test_a_million_rows(name: str, tmp_path: Path, report: Report) -> None:
    """`condition` from a Parquet file for one question."""
    scenario, query = get(name), effect(name)
    taken: dict[int, float] = {}
    for rows in (FEW, MANY):
        path = tmp_path / f"{rows}.parquet"
        world = scenario.simulate(units=rows, seed=1)
        world.data.to_dataframe().reset_index(drop=True).to_parquet(path)

        def ask(path: Path = path) -> None:
            condition(scenario.model, path, asked=[query], seed=1, progress=False)

        ask()
        taken[rows] = seconds(ask, 5)
    reading = seconds(lambda: read(path, list(world.data)), 5)
    ratio = (taken[MANY] - reading) / taken[FEW]
    report(f"condition {name}, 4,000 rows, s", f"{taken[FEW]:.2f}")
    report("  1,000,000 rows, s", f"{taken[MANY]:.2f}", f"{reading:.2f} of it to read them")
    report("  ratio without reading", f"{ratio:.2f}", f"{AIM} is the aim, {RATIOS[name]} the bound")
    assert ratio < RATIOS[name]


def read(path: Path, names: list[Any]) -> float:
    """Return the sum of some columns of a file, each batch let go at once."""
    batches = dataset.dataset(path).to_batches(columns=[str(n) for n in names])
    return sum(
        float(np.sum(batch.column(k).to_numpy(zero_copy_only=False)))
        for batch in batches
        for k in range(batch.num_columns)
    )
