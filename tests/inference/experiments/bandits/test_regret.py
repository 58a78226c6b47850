"""The constant of Lai and Robbins, and the regret of rules held against published figures."""

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments.bandits import UCB1, Binary, Thompson, lai_robbins, play

HARD = Binary([0.9, 0.8])


def test_the_constant_is_gap_over_divergence() -> None:
    divergence = 0.8 * np.log(0.8 / 0.9) + 0.2 * np.log(0.2 / 0.1)
    assert lai_robbins([0.9, 0.8]) == pytest.approx(0.1 / divergence, rel=1e-12)
    assert lai_robbins([0.9, 0.8]) == pytest.approx(2.2521, abs=5e-5)


def test_arms_that_do_not_differ_cost_nothing_and_several_add_up() -> None:
    assert lai_robbins([0.5, 0.5]) == 0.0
    assert lai_robbins([1.0, 0.5]) == 0.0  # one miss tells
    several = lai_robbins([0.9, 0.8, 0.5])
    assert several == pytest.approx(lai_robbins([0.9, 0.8]) + lai_robbins([0.9, 0.5]))


def test_arms_that_drift_have_no_constant() -> None:
    with pytest.raises(DataError, match="do not drift"):
        lai_robbins([[0.9, 0.8], [0.8, 0.9]])


def test_regret_of_ucb1() -> None:
    """87.2 after 10,000 pulls of (0.9, 0.8), from an independent simulation."""
    found = play(UCB1(), HARD, 10_000, seed=1, replications=300)["regret"]
    error = float(found.std()) / np.sqrt(300)
    assert error < 1.2
    assert abs(float(found.mean()) - 87.2) < 3 * error


@pytest.mark.slow
def test_regret_of_thompson_by_its_slope() -> None:
    """1.75 per e-fold of the pulls from 10,000 to 100,000, from an independent simulation."""
    found = play(Thompson(), HARD, 100_000, seed=2, replications=500, at=(10_000, 100_000))
    slope = found["regret"].diff("pulls").squeeze("pulls") / np.log(10)
    error = float(slope.std()) / np.sqrt(500)
    assert error < 0.25
    assert abs(float(slope.mean()) - 1.75) < 3 * error
