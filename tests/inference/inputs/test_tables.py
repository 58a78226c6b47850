"""Tables of other libraries are read as pandas has them; what is no table is left alone."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import xarray as xr
from dask.array import from_array
from dask.dataframe import from_pandas

from ifonly.inference.inputs.tables import as_column, as_table

COLUMNS = {"x": [1.5, None, 3.0], "plan": ["pro", "basic", "pro"]}


def test_polars_lazy_polars_and_arrow_are_the_same_table():
    expected = pd.DataFrame({"x": [1.5, np.nan, 3.0], "plan": ["pro", "basic", "pro"]})
    for table in (pl.DataFrame(COLUMNS), pl.LazyFrame(COLUMNS), pa.table(COLUMNS)):
        found = as_table(table)
        assert isinstance(found, pd.DataFrame)
        pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_categories_stay_categories():
    column = pl.Series(["b", "a"], dtype=pl.Enum(["b", "a"]))
    assert as_table(pl.DataFrame({"c": column}))["c"].cat.categories.tolist() == ["b", "a"]


def test_what_is_no_foreign_table_stays_the_same_object():
    lazy = xr.DataArray(from_array(np.ones(2)), dims="x")
    for thing in (None, 3, ["x"], {"x": [1]}, pd.DataFrame({"x": [1]}), xr.DataArray([1.0]), lazy):
        assert as_table(thing) is thing


def test_intervals_are_texts_in_their_order():
    """`pandas.cut` makes objects of which no comparison with a number has a meaning."""
    cut = pd.cut(pd.Series([1.0, 9.0, 4.0], index=list("xyz")), [0.0, 5.0, 10.0])
    for found in (as_column(cut), as_table(pd.DataFrame({"a": [1, 2, 3], "c": cut}).dropna())["c"]):
        assert found.tolist() == ["(0.0, 5.0]", "(5.0, 10.0]", "(0.0, 5.0]"]
        assert found.cat.categories.tolist() == ["(0.0, 5.0]", "(5.0, 10.0]"]
    alone = as_column(pd.arrays.IntervalArray.from_breaks([10, 9, 8][::-1]))
    assert alone.tolist() == ["(8, 9]", "(9, 10]"]


def test_columns_of_other_libraries_go_by_position():
    for column in (pl.Series(["b", "a"]), pa.array(["b", "a"]), pa.chunked_array([["b", "a"]])):
        assert list(as_column(column)) == ["b", "a"]
    for categories in (
        pl.Series(["a", "b"], dtype=pl.Enum(["b", "a"])),
        pa.DictionaryArray.from_arrays([1, 0], ["b", "a"]),
    ):
        assert as_column(categories).categories.tolist() == ["b", "a"]
    for thing in ("name", ["a"], {"a": 2}, np.ones(2), pd.Series([1])):
        assert as_column(thing) is thing


def test_sparse_columns_are_dense():
    sparse = pd.Series(pd.arrays.SparseArray([0.0, 0.0, 2.5]))
    assert isinstance(as_column(sparse).dtype, np.dtype)
    assert as_table(pd.DataFrame({"a": sparse, "b": 1}))["a"].to_numpy().tolist() == [0.0, 0.0, 2.5]


def test_tables_and_columns_of_dask_keep_their_labels_without_a_word():
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=list("xyz"))
    lazy = from_pandas(frame, npartitions=2)
    assert as_table(lazy)["a"].to_dict() == as_column(lazy["a"]).to_dict() == frame["a"].to_dict()
    assert as_column(lazy["a"].to_dask_array(lengths=True)).tolist() == [1, 2, 3]
