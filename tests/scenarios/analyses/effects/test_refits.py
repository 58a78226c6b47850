"""Refits of a table: the intervals of units follow, their means and the average stay."""

from typing import Any

import numpy as np

from ifonly.scenarios.analyses.effects.analysis import effects

from .small import table


def test_refits_correct_the_intervals_of_units_and_not_the_average() -> None:
    options: dict[str, Any] = {"treatment": "t", "outcome": "y", "model": "linear", "seed": 1}
    raw = effects(table(), draws=200, tune=300, **options)
    answer = effects(table(), draws=200, tune=300, refits=1, **options)
    assert answer.refits is not None
    assert answer.refits.count == 1
    # Of a linear model there are few weights: one world tells the factor only roughly.
    assert 0.3 < answer.refits.factor < 3
    width = (answer.units["high"] - answer.units["low"]) / (raw.units["high"] - raw.units["low"])
    np.testing.assert_allclose(width, answer.refits.factor)
    np.testing.assert_allclose(answer.units["mean"], raw.units["mean"])
    assert answer.answer.ate_low == raw.answer.ate_low
    assert answer.ate == raw.ate
