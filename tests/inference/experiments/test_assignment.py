"""Assignment by lot: sizes are what the shares say, and chances are equal."""

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments import assign


@pytest.mark.parametrize("units", [2, 7, 100])
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.2, 0.3, 0.5)])
def test_arm_sizes_are_their_shares_to_within_a_unit(units: int, shares: tuple[float, ...]) -> None:
    for seed in range(50):
        sizes = np.bincount(assign(units, seed=seed, shares=shares), minlength=len(shares))
        assert sizes.sum() == units
        assert (np.abs(sizes - np.multiply(shares, units)) < 1.0).all()


def test_strata_hold_the_shares_each() -> None:
    strata = np.random.default_rng(1).choice(["x", "y", "z"], 500, p=[0.7, 0.2, 0.1])
    arm = assign(500, seed=3, shares=(0.25, 0.75), strata=strata)
    for label in "xyz":
        inside = arm[strata == label]
        assert abs((inside == 0).sum() - 0.25 * len(inside)) < 1.0


def test_every_unit_and_every_odd_one_has_the_same_chance() -> None:
    drawn = np.array([assign(5, seed=s, shares=(0.3, 0.7)) == 0 for s in range(4_000)])
    error = np.sqrt(0.3 * 0.7 / 4_000)
    assert (np.abs(drawn.mean(axis=0) - 0.3) < 4.5 * error).all()
    # 1.5 of 5 units are in the first arm: one, or two, as often.
    assert set(drawn.sum(axis=1)) == {1, 2}
    assert abs((drawn.sum(axis=1) == 1).mean() - 0.5) < 4.5 * 0.5 / np.sqrt(4_000)


def test_a_seed_gives_the_same_arms() -> None:
    np.testing.assert_array_equal(assign(30, seed=1), assign(30, seed=1))
    assert (assign(30, seed=1) != assign(30, seed=2)).any()


@pytest.mark.parametrize("shares", [(0.5,), (0.5, 0.6), (1.5, -0.5)])
def test_shares_that_are_none_are_refused(shares: tuple[float, ...]) -> None:
    with pytest.raises(DataError, match="add up to 1"):
        assign(10, seed=1, shares=shares)


def test_strata_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match=r"strata is one label for each of 4 units"):
        assign(4, seed=1, strata=[0, 0, 1])
