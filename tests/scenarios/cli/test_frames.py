"""A user's table: read as it stands in the file, or refused in one line."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ifonly.scenarios.cli.frames import columns_of, read_frame
from ifonly.scenarios.cli.terminal import Mistake

READ = {
    "a mark of its encoding": b"\xef\xbb\xbft,y\r\n1,2.5\r\n0,3\r\n",
    "empty lines": b"\nt,y\n1,2.5\n\n0,3\n\n",
    "spaces around names": b"t , y\n1,2.5\n0,3\n",
    "quotes": b'"t","y"\n"1","2.5"\n0,3\n',
    "compressed": gzip.compress(b"t,y\n1,2.5\n0,3\n"),
}


@pytest.mark.parametrize("kind", READ)
def test_one_table_in_many_dresses(tmp_path, kind):
    path = tmp_path / ("d.csv.gz" if kind == "compressed" else "d.CSV")
    path.write_bytes(READ[kind])
    frame = read_frame(path)
    assert frame.to_dict("list") == {"t": [1, 0], "y": [2.5, 3.0]}
    assert frame["t"].dtype == np.int64


REFUSED = {
    "null characters": (b"t,y\n1,\0002\n", "null characters"),
    "UTF-16": ("t,y\n1,2\n".encode("utf-16-le"), "null characters"),
    "a field too many": ("t,y\n1,2\n1,2,3\n", "3 fields in line 3 and 2 names"),
    "one too many in each row": ("t,y\n1,2,3\n4,5,6\n", "3 fields in line 2 and 2 names"),
    "a comma at the end": ("t,y\n1,2,\n", "3 fields in line 2"),
    "decimal commas": ("t,y\n1,5,2,5\n", "4 fields in line 2"),
    "a field too few": ("t,y\n1,2\n3\n", "1 fields in line 3"),
    "a name twice": ("t,y,y\n1,2,3\n", "two columns 'y'"),
    "semicolons": ("t;y\n1,5;2\n", "by semicolons"),
    "tabs": ("t\ty\n1\t2\n", "by tabs"),
    "an open quote": ('t,y\n"1,2\n', "cannot be read"),
    "two bytes a character": ("t,y\n1,2\n".encode("utf-16"), "text in UTF-16; save it as UTF-8"),
    "of another alphabet": ("t,é\n1,2\n".encode("latin-1"), "no text in UTF-8 (byte 3)"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00", "save its sheet as .csv"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save its sheet as .csv"),
    "compressed": (gzip.compress(b"t,y\n1,2\n"), "call it .csv.gz"),
    "nothing": ("", "is empty"),
    "empty lines only": ("\n\n", "is empty"),
    "large integers and a gap": (f"t,y\n{2**53 + 1},1\n,2\n", "beyond 2**53"),
    "not compressed": ("t,y\n1,2\n", "cannot be read"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_certain_is_refused(tmp_path, kind):
    content, says = REFUSED[kind]
    path = tmp_path / ("d.csv.gz" if kind == "not compressed" else "d.csv")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Mistake) as caught:
        read_frame(path)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_index_that_was_written_along_is_a_column_without_a_name(tmp_path):
    path = tmp_path / "d.csv"
    pd.DataFrame({"y": [1.0, 2.0]}).to_csv(path)
    assert list(read_frame(path)) == ["column 1 (no name)", "y"]


def test_every_number_is_the_one_in_the_file(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(f"a,b,c,d,e,f\n{2**53 + 1},{2**64 - 1},0.1,True,,1e400\n1,1,0.3,False,2,1\n")
    frame = read_frame(path)
    assert frame["a"].tolist() == [2**53 + 1, 1]
    assert frame["b"].tolist() == [2**64 - 1, 1]
    assert frame["c"].tolist() == [0.1, 0.3]
    assert frame["d"].dtype == bool
    np.testing.assert_array_equal(frame["e"], [np.nan, 2.0])
    assert frame["f"][0] == np.inf, "which evidence refuses"


@pytest.mark.parametrize("text", ["1,5", "2020-01-01", "1-2", "1 000", "0x10", "1_000", "5%", "x"])
def test_what_is_no_number_stays_a_text(tmp_path, text):
    path = tmp_path / "d.csv"
    path.write_text(f'a\n"{text}"\n')
    assert read_frame(path)["a"].tolist() == [text]


def test_parquet_in_its_own_types(tmp_path):
    path = tmp_path / "d.PARQUET"
    table = {
        "whole": pa.array([1, None], pa.int64()),
        "coded": pa.array([3, 4]).dictionary_encode(),
        "bytes": pa.array([b"1", b"2"]),
        "truth": pa.array([True, None]),
        "small": pa.array([1, 2], pa.int8()),
    }
    pq.write_table(pa.table(table), path)
    frame = read_frame(path)
    np.testing.assert_array_equal(frame["whole"], [1.0, np.nan])
    np.testing.assert_array_equal(frame["truth"], [1.0, np.nan])
    assert frame["coded"].tolist() == [3, 4]
    assert frame["bytes"].tolist() == [b"1", b"2"], "which evidence refuses"
    assert frame["small"].dtype == np.int8
    pq.write_table(pa.table({"whole": pa.array([2**53 + 1, None])}), path)
    with pytest.raises(Mistake, match=r"beyond 2\*\*53"):
        read_frame(path)


def test_labels_of_parquet_are_kept(tmp_path):
    path = tmp_path / "d.parquet"
    pd.DataFrame({"y": [1.0, 2.0]}, index=pd.Index(["u", "v"], name="person")).to_parquet(path)
    assert read_frame(path).index.tolist() == ["u", "v"]
    assert read_frame(path).index.name == "person"


def test_the_names_of_columns_are_read_without_the_table(tmp_path):
    frame = pd.DataFrame({"a": [1], "b c": ["x"]})
    frame.to_csv(tmp_path / "d.csv", index=False)
    frame.to_csv(tmp_path / "d.csv.gz", index=False)
    frame.to_parquet(tmp_path / "d.parquet")
    for name in ("d.csv", "d.csv.gz", "d.parquet"):
        assert columns_of(tmp_path / name) == ("a", "b c")
    (tmp_path / "e.parquet").write_bytes(b"none")
    assert columns_of(tmp_path / "e.parquet") == ()


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_only_some_columns_are_read(tmp_path, ending):
    """As they are in the whole table, in its order; a name that the table lacks is none."""
    frame = pd.DataFrame({"b": [1.5, np.nan], "a": [1, 2], "c": ["u", "v"]}, index=[7, 8])
    path = tmp_path / f"d.{ending}"
    frame.to_parquet(path) if ending == "parquet" else frame.to_csv(path, index=False)
    few = read_frame(path, {"a", "b", "z"})
    pd.testing.assert_frame_equal(few, read_frame(path)[["b", "a"]])


def test_a_table_of_which_only_some_columns_are_read_is_checked_as_a_whole(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(Mistake, match="1 fields in line 3"):
        read_frame(path, {"a"})
