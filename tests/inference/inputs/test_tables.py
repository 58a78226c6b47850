"""Tables of other libraries are read as pandas has them; what is no table is left alone."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from ifonly.inference.inputs.tables import as_table

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
    for thing in (None, 3, ["x"], {"x": [1]}, pd.DataFrame({"x": [1]})):
        assert as_table(thing) is thing
