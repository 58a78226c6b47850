"""Tables on disk and in pieces: the same columns as in memory, and no more of them than asked."""

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from dask.dataframe import from_pandas
from pyarrow import dataset, parquet

from ifonly.inference import DataError
from ifonly.inference.inputs import pieces
from ifonly.inference.inputs.pieces import Pieces, in_pieces

ROWS = 1_000
FRAME = pd.DataFrame(
    {
        "x": np.random.default_rng(1).normal(size=ROWS),
        "k": np.arange(ROWS),
        "gone": np.where(np.arange(ROWS) % 7, 1.5, np.nan),
        "text": "beside",
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files, of several row groups each."""
    path = tmp_path_factory.mktemp("rows")
    for k, rows in enumerate(np.array_split(np.arange(ROWS), 3)):
        parquet.write_table(
            pa.Table.from_pandas(FRAME.iloc[rows]), path / f"{k}.parquet", row_group_size=100
        )
    return path


def given(folder: Path, kind: str) -> Any:
    if kind == "dask":
        return from_pandas(FRAME, npartitions=4)
    if kind in ("arrow", "feather"):
        path = folder.parent / f"whole.{kind}"
        FRAME.to_feather(path)
        return path
    whole = {"folder": str(folder), "path": folder, "wildcards": f"{folder}/*.parquet"}
    return whole[kind] if kind in whole else dataset.dataset(folder)


@pytest.mark.parametrize(
    "kind", ["folder", "path", "wildcards", "dataset", "dask", "arrow", "feather"]
)
def test_the_columns_are_those_in_memory(folder: Path, kind: str) -> None:
    found = in_pieces(given(folder, kind))
    assert found is not None
    assert set(FRAME) <= set(found.names)
    columns = found.columns(["gone", "k", "x", "another"])
    assert list(columns) == ["x", "k", "gone"]
    for name, values in columns.items():
        np.testing.assert_array_equal(values, FRAME[name])


def test_other_columns_are_not_read(folder: Path) -> None:
    read: list[str] = []
    found = in_pieces(folder)
    assert found is not None

    class Noted:
        """The dataset, which notes what is read of it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(found.source, name)

        def to_batches(self, columns: list[str], **options: Any) -> Any:
            read.extend(columns)
            return found.source.to_batches(columns=columns, **options)

    pieces.Pieces(found.names, Noted()).columns(["k", "x"])
    assert sorted(read) == ["k", "x"]


def test_one_file_has_its_own_rows(folder: Path) -> None:
    found = in_pieces(folder / "1.parquet")
    assert found is not None
    np.testing.assert_array_equal(found.columns(["k"])["k"], np.array_split(np.arange(ROWS), 3)[1])


@pytest.mark.parametrize("data", [FRAME, pa.table({"x": [1.0]}), {"x": [1.0]}, None, 3])
def test_what_is_in_memory_is_left_alone(data: Any) -> None:
    assert in_pieces(data) is None


def test_what_of_dask_is_no_table_is_none() -> None:
    column = from_pandas(FRAME, npartitions=2)["k"]
    for data in (column, column.to_dask_array(lengths=True)):
        assert in_pieces(data) is None


def test_what_cannot_be_read_is_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    damaged, text = tmp_path / "a.parquet", tmp_path / "a.csv"
    for path in (damaged, text):
        path.write_text("x\n1\n")
    for path, words in (
        (tmp_path / "none.parquet", "there is no file"),
        (tmp_path / f"{'n' * 300}.parquet", "there is no file"),
        ("a\0b.parquet", "there is no file"),
        ("/dev/null", "it is a device or a pipe"),
        (text, "is no file of Parquet or Arrow"),
        (damaged, "cannot be read as Parquet"),
    ):
        with pytest.raises(DataError, match=words) as caught:
            in_pieces(path)
        assert "\n" not in str(caught.value)
    found = in_pieces(folder)
    assert found is not None
    with pytest.raises(DataError, match="none of the model's columns; they have x, k, gone, text"):
        found.columns(["y"])


def test_columns_that_do_not_fit_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = in_pieces(folder)
    assert found is not None
    monkeypatch.setattr(pieces, "_free", lambda: 8 * ROWS)
    with pytest.raises(DataError, match="the columns x take more than 50% of the"):
        found.columns(["x"])
    monkeypatch.setattr(pieces, "_free", lambda: 16 * ROWS)
    assert len(found.columns(["x"])["x"]) == ROWS


def test_numbers_that_do_not_fit_are_refused_unread(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = in_pieces(folder)
    assert found is not None
    monkeypatch.setattr(pieces, "_free", lambda: 16 * ROWS)
    monkeypatch.setattr(Pieces, "_batches", lambda self, names, rows: pytest.fail("read"))
    with pytest.raises(DataError, match="the columns x, k take more than 50% of the"):
        found.columns(["x", "k"])


def test_whole_numbers_of_which_a_later_batch_lacks_some_become_floats(tmp_path: Path) -> None:
    first, second = pa.array([1, 2, 3]), pa.array([4, None], pa.int64())
    for k, values in enumerate((first, second)):
        parquet.write_table(pa.table({"k": values}), tmp_path / f"{k}.parquet")
    found = in_pieces(tmp_path)
    assert found is not None
    np.testing.assert_array_equal(found.columns(["k"])["k"], [1.0, 2.0, 3.0, 4.0, np.nan])


def test_batches_are_put_in_place(tmp_path: Path) -> None:
    """What is held while a file is read: its columns once, and a batch."""
    rows = 400_000
    path = tmp_path / "long.parquet"
    numbers = np.random.default_rng(5).normal(size=(3, rows))
    frame = pa.table(dict(zip("abc", numbers, strict=True)))
    parquet.write_table(frame, path, row_group_size=20_000)
    found = in_pieces(path)
    assert found is not None
    tracemalloc.start()
    try:
        columns = found.columns("abc")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.1 * 3 * 8 * rows
    np.testing.assert_array_equal(columns["b"], numbers[1])


def test_one_group_of_rows_is_held_as_it_was_read(tmp_path: Path) -> None:
    """What Arrow decoded is the column: NumPy holds no second one."""
    rows = 400_000
    path = tmp_path / "long.parquet"
    numbers = np.random.default_rng(6).normal(size=(2, rows))
    parquet.write_table(pa.table(dict(zip("ab", numbers, strict=True))), path)
    found = in_pieces(path)
    assert found is not None
    tracemalloc.start()
    try:
        columns = found.columns("ab")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 0.1 * 8 * rows
    np.testing.assert_array_equal(columns["a"], numbers[0])


@pytest.mark.parametrize("files", [1, 20])
def test_columns_of_many_rows_are_read_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: int
) -> None:
    """Arrow holds no more than a column as stored and as decoded, and the next ones' beginning."""
    rows, names = 400_000, "abcdefgh"
    numbers = np.random.default_rng(7).normal(size=(len(names), rows))
    table = pa.table(dict(zip(names, numbers, strict=True)))
    each = rows // files
    for k in range(files):
        parquet.write_table(table.slice(k * each, each), tmp_path / f"{k}.parquet")
    monkeypatch.setattr(pieces, "AT_ONCE", rows // 4)
    found = in_pieces(tmp_path)
    assert found is not None
    before = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(before)
    pa.set_memory_pool(counted)
    try:
        columns = found.columns(names)
    finally:
        pa.set_memory_pool(before)
    if files == 1:  # of many, how many are read ahead depends on the threads
        assert 0 < counted.max_memory() < 5 * 8 * rows
    for name, expected in zip(names, numbers, strict=True):
        np.testing.assert_array_equal(columns[name], expected)


def test_what_is_the_users_own_memory_is_copied() -> None:
    """A dataset may be a view of arrays that change afterwards."""
    numbers = np.arange(5.0)
    found = in_pieces(dataset.dataset(pa.table({"x": numbers})))
    assert found is not None
    columns = found.columns("x")
    numbers[:] = 0.0
    np.testing.assert_array_equal(columns["x"], np.arange(5.0))


@pytest.mark.parametrize("ending", ["", "/*.parquet"])
def test_files_are_read_in_the_order_of_their_numbers(tmp_path: Path, ending: str) -> None:
    """Twelve files, named as Dask names them: part.2 comes before part.10."""
    for k, rows in enumerate(np.array_split(np.arange(ROWS), 12)):
        FRAME[["k"]].iloc[rows].to_parquet(tmp_path / f"part.{k}.parquet")
    found = in_pieces(f"{tmp_path}{ending}")
    assert found is not None
    np.testing.assert_array_equal(found.columns(["k"])["k"], FRAME["k"])


@pytest.mark.parametrize("kind", ["folder", "dask"])
def test_categories_keep_their_order(tmp_path: Path, kind: str) -> None:
    """Also where the first rows have but one of them."""
    sizes = pd.Categorical(["mid", "mid", "low", "high"], ["low", "mid", "high"], ordered=True)
    frame = pd.DataFrame({"size": sizes, "x": [1.0, 2.0, 3.0, 4.0]})
    for k in (0, 1):
        frame.iloc[2 * k : 2 * k + 2].to_parquet(tmp_path / f"{k}.parquet")
    found = in_pieces(str(tmp_path) if kind == "folder" else from_pandas(frame, npartitions=2))
    assert found is not None
    columns = found.columns(["size", "x"])
    assert list(columns) == ["size", "x"]
    pd.testing.assert_extension_array_equal(columns["size"], sizes)
    pd.testing.assert_extension_array_equal(found.columns(["size"])["size"], sizes)


@pytest.mark.parametrize("lacking", [0, 1])
@pytest.mark.parametrize("how", ["no column", "nothing in it", "whole numbers"])
def test_files_that_differ_are_one_table(tmp_path: Path, lacking: int, how: str) -> None:
    """What a file lacks is missing in its rows alone, also where it is the first file."""
    both = [FRAME[["x"]].iloc[:3], FRAME[["x"]].iloc[3:7]]
    both[lacking] = {
        "no column": pd.DataFrame({"other": [1, 2, 3]}),
        "nothing in it": pd.DataFrame({"x": [None, None, None]}),
        "whole numbers": pd.DataFrame({"x": [1, 2, 3]}),
    }[how]
    for k, frame in enumerate(both):
        frame.to_parquet(tmp_path / f"part.{k}.parquet", index=False)
    found = in_pieces(tmp_path)
    assert found is not None
    expected = pd.concat([f.reindex(columns=["x"]).astype(float) for f in both])["x"]
    np.testing.assert_array_equal(found.columns(["x"])["x"], expected)


def test_files_that_contradict_are_refused(tmp_path: Path) -> None:
    pd.DataFrame({"x": [1.0]}).to_parquet(tmp_path / "part.0.parquet")
    pd.DataFrame({"x": ["a"]}).to_parquet(tmp_path / "part.1.parquet")
    with pytest.raises(DataError, match=r"cannot be read as Parquet: .*x") as caught:
        in_pieces(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sizes", [(5, 0), (0, 5), (0, 0), (2, 0, 3)])
def test_files_without_rows_add_nothing(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    first = 0
    for k, size in enumerate(sizes):
        FRAME[["k"]].iloc[first : first + size].to_parquet(tmp_path / f"part.{k}.parquet")
        first += size
    found = in_pieces(tmp_path)
    assert found is not None
    np.testing.assert_array_equal(found.columns(["k"])["k"], FRAME["k"][: sum(sizes)])


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no Parquet file"):
        in_pieces(tmp_path)


@pytest.mark.parametrize("ending", [".PARQUET", ".Pq"])
def test_an_ending_may_be_in_capitals(tmp_path: Path, ending: str) -> None:
    FRAME[["k"]].to_parquet(tmp_path / f"a{ending}")
    found = in_pieces(tmp_path / f"a{ending}")
    assert found is not None
    assert list(found.columns(["k"])) == ["k"]


def test_names_of_dask_may_be_numbers_and_none_is_there_twice() -> None:
    frame = pd.DataFrame({7: [1.0, 2.0], "x": [3.0, 4.0]})
    found = in_pieces(from_pandas(frame, npartitions=2))
    assert found is not None
    np.testing.assert_array_equal(found.columns(["7"])["7"], [1.0, 2.0])
    twice = in_pieces(from_pandas(frame.rename(columns={"x": "7"}), npartitions=1))
    assert twice is not None
    with pytest.raises(DataError, match="the column '7' twice"):
        twice.columns(["7"])


@pytest.mark.parametrize("rows", [ROWS - 1, ROWS + 1, ROWS + 1_000])
def test_rows_that_come_or_go_while_a_file_is_read_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr(Pieces, "_rows", lambda self: rows)
    with pytest.raises(DataError, match=f"had {rows} rows, and {ROWS} were read"):
        in_pieces(folder).columns(["k"])
