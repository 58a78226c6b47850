"""What can only be whole numbers, though it is held as floats."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor.tensor as pt
import pytest

from ifonly.inference.symbolic.whole import is_whole


@pytest.mark.parametrize(
    ("made", "whole"),
    [
        (lambda x, k: pt.switch(x > 0, 1.0, 0.0), True),
        (lambda x, k: 1.0 * (x > 0), True),
        (lambda x, k: pt.switch(x > 0, 2.0 * k[:, None], 0.0), True),
        (lambda x, k: pt.round(x) + 1.0, True),
        (lambda x, k: pt.clip(k - 1.0, 0.0, 3.0), True),
        (lambda x, k: pt.as_tensor(np.array([2.0, 3.0]))[k], True),
        (lambda x, k: x, False),
        (lambda x, k: 0.5 * k, False),
        (lambda x, k: k / 2, False),
        (lambda x, k: pt.switch(x > 0, np.inf, 0.0), False),
        (lambda x, k: pt.switch(x > 0, np.nan, 0.0), False),
        (lambda x, k: pt.exp(1.0 * k), False),
        (lambda x, k: (1.0 * k).sum() / 2.0, False),
    ],
)
def test_the_graph_shows_it(made: Callable[..., Any], whole: bool) -> None:
    assert is_whole(made(pt.vector("x"), pt.lvector("k"))) is whole
