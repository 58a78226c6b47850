"""Augmented weighting, by what is exact."""

import numpy as np
import pytest

from ifonly.inference.estimators import (
    AIPW,
)

from .made import SEEN, binary, of


@pytest.mark.parametrize("seed", [0, 5])
def test_an_outcome_that_is_a_line_leaves_nothing_to_weigh(seed):
    """Whatever the propensity and the folds: y = 3 t + 2 w - 1 has the effect 3."""
    data = binary(units=120).assign(y=lambda d: 3.0 * d["t"] + 2.0 * d["w"] - 1.0)
    answer = AIPW(seed=seed).estimate(data, SEEN)
    assert of(answer) == pytest.approx(3.0, rel=1e-9)
    assert abs(of(answer, "sd")) < 1e-8


def test_folds_are_at_most_the_units_of_an_arm():
    w = np.tile([0.0, 1.0, 2.0], 8)
    data = {"w": w, "t": np.r_[np.ones(3), np.zeros(21)], "y": w**2}
    assert np.isfinite(of(AIPW(folds=10).estimate(data, SEEN)))


def test_the_same_seed_gives_the_same_answer():
    data = binary(units=120)
    one, again = (AIPW(seed=2**40).estimate(data, SEEN) for _ in range(2))
    np.testing.assert_array_equal(one, again)
