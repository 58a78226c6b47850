"""Effects of whole runs of an arm: over all assignments of a design, one by one."""

from itertools import product

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments.switchback import schedule
from ifonly.inference.experiments.switchback_lag import _variance, lagged_effect

BLOCK, BLOCKS, LAG = 2, 8, 3
PERIODS = BLOCK * BLOCKS
BASE = np.random.default_rng(1).normal(2.0, 1.0, PERIODS)


def outcomes(arm: np.ndarray) -> np.ndarray:
    """The arms of up to three periods ago matter, and not as a sum."""
    past = np.concatenate([np.zeros(LAG), arm])
    runs = np.stack([past[k : k + PERIODS] for k in range(LAG + 1)])
    return BASE + 0.5 * runs[3] + 0.3 * runs[2] * runs[1] + 0.4 * runs[0]


TRUTH = (outcomes(np.ones(PERIODS)) - outcomes(np.zeros(PERIODS)))[LAG:].mean()


def by_hand(arm: np.ndarray, y: np.ndarray) -> float:
    """Period by period, from the definition."""
    total = 0.0
    for t in range(LAG, PERIODS):
        window = arm[t - LAG : t + 1]
        coins = len({s // BLOCK for s in range(t - LAG, t + 1)})
        if len(set(window)) == 1:
            total += y[t] * 2.0**coins * (1 if window[0] else -1)
    return total / (PERIODS - LAG)


def error_by_hand(arm: np.ndarray, y: np.ndarray) -> float:
    places = np.arange(LAG, PERIODS)
    first, last = (places - LAG) // BLOCK, places // BLOCK
    share = np.array([arm[t - LAG : t + 1].mean() for t in places])
    weight = {k: np.where(share == k, 2.0 ** (last - first + 1), 0.0) for k in (0, 1)}
    left = dict.fromkeys((0, 1), y[LAG:])
    return _variance(left, weight, first, last) / len(places) ** 2


def test_over_all_coins_there_is_no_bias_and_the_error_is_not_too_small() -> None:
    values, variances = [], []
    for coins in product((0, 1), repeat=BLOCKS):
        arm = np.repeat(coins, BLOCK).astype(float)
        y = outcomes(arm)
        values.append(by_hand(arm, y))
        variances.append(error_by_hand(arm, y))
        try:
            row = lagged_effect(y, arm, BLOCK, LAG).loc["horvitz_thompson"]
        except DataError:
            continue  # some coins leave an arm without a run
        assert row["value"] == pytest.approx(values[-1])
        assert row["se"] == pytest.approx(np.sqrt(variances[-1]))
    assert np.mean(values) == pytest.approx(TRUTH)
    # The bound is exact for what can be seen together: not much is given away.
    assert np.var(values) < np.mean(variances) < 3 * np.var(values)


def test_where_the_effect_of_an_arm_is_its_own_the_variance_is_exact() -> None:
    """One period a block, no lag, no effect: the bound holds with equality in each period."""
    y, found, values = np.arange(1.0, 7.0), [], []
    for coins in product((0, 1), repeat=6):
        arm = np.array(coins, dtype=float)
        values.append(2 * (y * (2 * arm - 1)).mean())
        if 0 < arm.sum() < 6:
            found.append(lagged_effect(y, arm, 1, 0).loc["horvitz_thompson", "se"] ** 2)
        else:  # every period has the same arm
            found.append(4 * (y**2).sum() / 36)
    assert np.mean(found) == pytest.approx(np.var(values))


def test_too_short_a_lag_is_biased_and_long_runs_cover() -> None:
    """Carry-over over two periods, blocks of four, a level far from 0: the ratio is steady."""
    rng = np.random.default_rng(2)
    covered, short, hajek = 0, [], []
    for seed in range(200):
        arm = schedule(400, 4, seed=seed)
        before = np.concatenate([[0, 0], arm])
        y = 10 + 0.5 * arm + 0.3 * before[1:-1] + 0.2 * before[:-2] + rng.normal(0, 0.5, 400)
        row = lagged_effect(y, arm, 4, 2).loc["hajek"]
        covered += row["low"] < 1.0 < row["high"]
        hajek.append(row["value"])
        short.append(lagged_effect(y, arm, 4, 0).loc["hajek", "value"])
    assert abs(np.mean(hajek) - 1.0) < 4 * np.std(hajek) / np.sqrt(200)
    assert np.mean(short) < 0.9
    assert covered / 200 > 0.92


Y, ARM = np.arange(8.0), np.array([0, 0, 1, 1, 0, 0, 1, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lagged_effect(Y, ARM, 2, 8), "leaves none of 8 periods"),
        (lambda: lagged_effect(Y, ARM, 2, -1), "0 or more"),
        (lambda: lagged_effect(Y, ARM, 2, 2), "no period has arm"),
        (lambda: lagged_effect(Y, ARM, 4, 1), "have both arms"),
        (lambda: lagged_effect(Y, ARM, 2, 1, time=ARM), "out of order"),
        (lambda: lagged_effect([np.nan, *Y[1:]], ARM, 2, 1), "finite number"),
        (lambda: lagged_effect(Y, ["a"] * 8, 2, 1), "0 or 1"),
        (lambda: lagged_effect([], [], 2, 1), "finite number"),
        (lambda: lagged_effect(Y, ARM, 0, 1), "block"),
    ],
)
def test_what_cannot_be_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
