"""Numbers as people read them."""

import numpy as np
import pytest

from ifonly.scenarios.display.wording import interval, number


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.35, "0.3500"), (-0.0007091, "-0.00071"), (2.0, "2"), (12345.6, "12346"),
     (np.float64(1.5), "1.5000"), (np.bool_(True), "yes"), (7, "7"), ("word", "word")],
)  # fmt: skip
def test_numbers(value: object, text: str) -> None:
    assert number(value) == text


def test_an_interval_has_two_ends() -> None:
    assert interval(np.float64(-0.5), 10) == "-0.5000 to 10"
