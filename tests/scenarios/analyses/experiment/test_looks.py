"""Looks from times: numbers or dates, in order, not too many."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.scenarios.analyses.experiment.looks import MOST_LOOKS, looks_of


def test_dates_as_text_are_in_the_order_of_time() -> None:
    column = pd.Series(["2026-01-10", "2025-12-31", "2026-01-09"])
    assert looks_of(column, "day").tolist() == [2, 0, 1]
    assert looks_of(pd.Series([3.5, -1.0, 3.5]), "t").tolist() == [1, 0, 1]


def test_many_times_are_put_together_in_order() -> None:
    codes = looks_of(pd.Series(np.arange(1_000)), "second")
    assert codes.max() + 1 == len(np.unique(codes)) == MOST_LOOKS
    assert (np.diff(codes) >= 0).all()


def test_a_missing_time_is_refused() -> None:
    with pytest.raises(DataError, match="missing for 1 of 3"):
        looks_of(pd.Series([1.0, np.nan, 2.0]), "t")
