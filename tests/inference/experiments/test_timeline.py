"""Times in order."""

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments.timeline import check_order


def test_numbers_and_dates_in_order_pass() -> None:
    check_order(None, 3)
    check_order([1.0, 2.5, 7.0], 3)
    check_order(np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]"), 2)


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ([1, 3, 2], "period 2 is 2, after 3"),
        ([1, 1, 2], "period 1 is 1, after 1"),
        ([1, 2], "each of 3 periods"),
        (np.array(["2026-01-02", "2026-01-01", "2026-01-03"], dtype="datetime64[D]"), "2026-01-01"),
        ([1.0, np.nan, 2.0], "out of order"),
    ],
)
def test_others_are_refused(time: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_order(time, 3)
