"""Two tables coded alike."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.validation.fidelity.tables import both

ROWS = 30
REAL = pd.DataFrame(
    {
        "x": np.arange(ROWS, dtype=float),
        "gap": [np.nan, *range(ROWS - 1)],
        "level": ["a", "b", "c"] * 10,
        "two": [0, 1] * 15,
    }
)


def test_numbers_and_levels_are_told_apart_and_coded_alike() -> None:
    other = REAL.iloc[::-1].reset_index(drop=True)
    tables = both(REAL, other)
    assert tables.ordered == ("x", "gap")
    assert tables.levels == ("level", "two")
    assert tables.synthetic["level"].to_list() == tables.real["level"].to_list()[::-1]


def test_a_design_has_a_column_for_each_level_and_gap() -> None:
    tables = both(REAL, REAL)
    design = tables.design(tables.real)
    assert design.shape == (ROWS, 1 + 2 + 2 + 1)
    assert design[:, 0].std() == pytest.approx(1.0)
    assert design[:, 2].tolist() == [1.0, *[0.0] * (ROWS - 1)]
    assert tables.design(tables.real, ("gap", "level")).shape == (ROWS, 2)


def test_tables_that_cannot_be_compared() -> None:
    with pytest.raises(DataError, match="lacks 'two'"):
        both(REAL, REAL.drop(columns="two"))
    with pytest.raises(DataError, match="synthetic table has 5 rows"):
        both(REAL, REAL[:5])
