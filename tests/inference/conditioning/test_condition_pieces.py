"""Data on disk and in pieces give the draws that the same columns give in memory."""

import gc
import logging
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pymc as pm
import pytest
from dask.dataframe import from_pandas, read_parquet
from pyarrow import dataset

from ifonly.inference import ATE, CATE, DataError, QueryError, condition, shift
from ifonly.inference.inputs.pieces import Pieces

OPTIONS: dict[str, Any] = {"draws": 250, "chains": 2, "seed": 1, "progress": False}


def line() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("centre"), 1.0, dims="unit")
        slope = pm.Normal("slope", 0.0, 5.0)
        pm.Normal("y", slope * x, pm.HalfNormal("sd"), dims="unit")
        pm.Bernoulli("k", pm.Beta("p", 1.0, 1.0), dims="unit")
    return model


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    x = rng.normal(size=300)
    y = 2.0 * x + rng.normal(size=300)
    return pd.DataFrame(
        {"x": x, "y": y, "k": rng.integers(0, 2, 300), "notes": ["a", "b", "c"] * 100}
    )


@pytest.mark.parametrize("kind", ["folder", "wildcards", "dataset", "dask"])
def test_the_draws_are_those_of_the_columns_in_memory(
    kind: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    for k, rows in enumerate(np.array_split(np.arange(300), 3)):
        frame.iloc[rows].to_parquet(tmp_path / f"{k}.parquet")
    if kind == "dask":
        data: Any = from_pandas(frame, npartitions=3)
    else:
        path = str(tmp_path)
        data = {"folder": path, "wildcards": f"{path}/*.parquet"}.get(kind) or dataset.dataset(path)
    query = ATE("y", do={"x": 1.0}, versus={"x": 0.0})
    there = condition(line(), data, asked=[query], **OPTIONS)
    here = condition(line(), frame, asked=[query], **OPTIONS)
    np.testing.assert_array_equal(there.ask(query), here.ask(query))
    for name in ("slope", "sd"):
        np.testing.assert_array_equal(there.idata["posterior"][name], here.idata["posterior"][name])
    assert abs(float(there.ask(query).mean()) - 2.0) < 0.3


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_columns_that_the_questions_name_are_read_too(
    kind: str, frame: pd.DataFrame, tmp_path: Path
) -> None:
    """Groups by a column beside the model; what no question names stays in the file."""
    path = tmp_path / f"d.{kind}"
    frame = frame.assign(size=np.arange(300), more="m")
    frame.to_parquet(path) if kind == "parquet" else frame.to_feather(path)
    groups = CATE("y", do={"x": 1.0}, by="notes")
    some = ATE("y", do={"x": shift(1.0, where={"size": [1, 2, 3]})})
    there = condition(line(), path, asked=[groups, some], **OPTIONS)
    assert set(there.state.evidence.beside) == {"notes", "size"}
    here = condition(line(), frame, asked=[groups, some], **OPTIONS)
    for query in (groups, some):
        np.testing.assert_array_equal(there.ask(query), here.ask(query))
    assert there.ask(groups)["notes"].to_numpy().tolist() == ["a", "b", "c"]
    # Three of 300 units are moved by 1.
    slope = there.idata["posterior"]["slope"].to_numpy()
    np.testing.assert_allclose(there.ask(some).to_numpy(), slope * 3 / 300, rtol=1e-9)


def test_a_misspelt_column_of_a_question_is_refused_before_the_file_is_read(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.parquet"
    frame.to_parquet(path)
    monkeypatch.setattr(Pieces, "columns", lambda self, wanted: pytest.fail("read"))
    query = CATE("y", do={"x": 1.0}, by="note")
    with pytest.raises(QueryError, match=r"'note', which does not exist.*did you mean 'notes'"):
        condition(line(), path, asked=[query], **OPTIONS)


def test_groups_by_a_column_that_was_not_read_say_how_it_is(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "d.parquet"
    frame.to_parquet(path)
    posterior = condition(line(), path, **OPTIONS)
    with pytest.raises(QueryError, match=r"of a file, `asked` says which are read"):
        posterior.ask(CATE("y", do={"x": 1.0}, by="notes"))


def test_a_column_that_is_likely_meant_for_a_variable_is_told(
    frame: pd.DataFrame, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "d.parquet"
    frame.rename(columns={"k": "K"}).to_parquet(path)
    with caplog.at_level(logging.WARNING, "ifonly"):
        condition(line(), path, asked=[ATE("y", do={"x": 1.0})], **OPTIONS)
    [said] = [r.getMessage() for r in caplog.records if r.name == "ifonly"]
    assert said == (
        "not read, since the model has no such name: 'K' is near 'k', which has no column"
    )


def test_a_table_without_the_models_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pd.DataFrame({"z": [1.0]}).to_parquet(path)
    with pytest.raises(DataError, match="none of the model's columns; they have z"):
        condition(line(), path, **OPTIONS)


def test_many_rows_are_held_once_and_never_by_draws(tmp_path: Path) -> None:
    """Of 200,000 rows neither the design of a regression nor an array by draws is ever there."""
    rng = np.random.default_rng(3)
    n = 200_000
    x, k = rng.normal(size=n), rng.integers(0, 2, n)
    y = 2.0 * x + rng.normal(size=n)
    path = tmp_path / "many.parquet"
    pd.DataFrame({"x": x, "y": y, "k": k}).to_parquet(path)
    query = ATE("y", do={"x": shift(1.0)})
    condition(line(), path, asked=[query], **OPTIONS).ask(query)  # what is compiled is no part
    gc.collect()
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    try:
        posterior = condition(line(), path, asked=[query], **OPTIONS)
        answer = posterior.ask(query)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The units' labels, and what the mean is taken of: Arrow holds the columns, once. By 500 draws
    # they would be 800 MB. A megabyte is for what Python makes anew besides, which depends on the
    # tests that ran before.
    assert peak < 1.4 * 3 * 8 * n + 2**20
    time.sleep(0.5)  # Arrow's readers end on threads of their own
    assert pa.total_allocated_bytes() - before < 1.1 * 3 * 8 * n
    least_squares = x @ y / (x @ x)
    se = 1 / np.sqrt(n)
    assert abs(float(answer.mean()) - least_squares) < 4 * se / np.sqrt(500)
    np.testing.assert_allclose(float(answer.std()), se, rtol=0.2)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what a Dask cluster leaves when it closes
def test_a_cluster_and_a_folder_give_the_answer_of_the_table(tmp_path: Path) -> None:
    """A hundred thousand rows in ten files, read by a Dask cluster, or one after another."""
    import distributed

    rng = np.random.default_rng(4)
    n = 100_000
    x = rng.normal(size=n)
    whole = pd.DataFrame(
        {"x": x, "y": 2.0 * x + rng.normal(size=n), "k": rng.integers(0, 2, n), "note": "a"}
    )
    for k, rows in enumerate(np.array_split(np.arange(n), 10)):
        whole.iloc[rows].to_parquet(tmp_path / f"{k}.parquet")
    query = ATE("y", do={"x": shift(1.0)})
    expected = condition(line(), whole[["x", "y", "k"]], asked=[query], **OPTIONS).ask(query)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        for data in (read_parquet(tmp_path), str(tmp_path)):
            answer = condition(line(), data, asked=[query], **OPTIONS).ask(query)
            np.testing.assert_array_equal(answer, expected)
    assert abs(float(answer.mean()) - 2.0) < 4 / np.sqrt(n)
