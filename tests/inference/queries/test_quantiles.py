"""Quantile effects, against NumPy."""

import numpy as np
import pytest

from ifonly.inference import (
    QTE,
)

from .varied import check


@pytest.mark.usefixtures("quick_compile")
def test_quantiles(asked):
    who, lead, y, _ = asked
    q = [0.0, 0.1, 0.5, 0.77, 1.0]
    after, before = np.broadcast_arrays(y(2.0), y(-1.0))
    expected = np.moveaxis(np.quantile(after, q, axis=-1) - np.quantile(before, q, axis=-1), 0, -1)
    answer = who.ask(QTE("y", do={"t": 2.0}, versus={"t": -1.0}, q=q))
    check(answer, (*lead, "q"), expected)
    assert answer["q"].to_numpy().tolist() == q
    one = who.ask(QTE("y", do={"t": 2.0}, versus={"t": -1.0}, q=0.5))
    check(one, lead, expected[..., 2])
