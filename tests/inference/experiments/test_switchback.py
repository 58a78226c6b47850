"""Switchbacks: carry-over by its closed form, by brute force, and the size of the tests."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from ifonly.inference import DataError
from ifonly.inference.experiments.switchback import carry_over_share, schedule, switchback


def stock(arm: np.ndarray, rho: float) -> np.ndarray:
    """What has built up by each period, by recursion."""
    held, found = 0.0, np.empty(len(arm))
    for k, t in enumerate(arm):
        held = rho * held + (1 - rho) * t
        found[k] = held
    return found


@pytest.mark.parametrize(
    ("block", "burn_in", "share"), [(4, 0, 0.4096), (10, 0, 0.6429), (10, 4, 0.7985)]
)
def test_the_share_of_the_effect_that_is_found(block: int, burn_in: int, share: float) -> None:
    found = carry_over_share(0.8, block, burn_in)
    assert round(found, 4) == share
    # The mean of 1 - rho^(j + 1) over what is kept, one by one.
    kept = np.arange(burn_in, block)
    assert found == pytest.approx(np.mean(1 - 0.8 ** (kept + 1)), rel=1e-12)


def test_random_blocks_find_that_share() -> None:
    """Without noise, over 6,000 blocks of ten."""
    arm = schedule(60_000, 10, seed=2)
    found = switchback(stock(arm, 0.8), arm, 10, burn_in=4, draws=1)
    row = found.loc["effect"]
    assert abs(row["value"] - carry_over_share(0.8, 10, 4)) < 3 * row["se"]
    assert row["se"] < 0.005


@pytest.mark.parametrize(("block", "burn_in"), [(4, 0), (10, 4)])
def test_regular_blocks_find_less(block: int, burn_in: int) -> None:
    """Without noise it is exact: each block follows one of the other arm."""
    arm = schedule(200 * block, block, seed=1, kind="regular")
    held = stock(arm, 0.8)
    late = switchback(held[100 * block :], arm[100 * block :], block, burn_in=burn_in)
    expected = carry_over_share(0.8, block, burn_in, kind="regular")
    assert late.loc["effect", "value"] == pytest.approx(expected, abs=1e-9)
    assert expected < carry_over_share(0.8, block, burn_in)


def test_no_carry_over_loses_nothing() -> None:
    assert carry_over_share(0.0, 5) == carry_over_share(0.0, 5, kind="regular") == 1.0


def test_schedules() -> None:
    regular = schedule(11, 3, seed=4, kind="regular")
    assert (regular[:3] == regular[0]).all()
    assert set(np.flatnonzero(np.diff(regular))) == {2, 5, 8}
    random = schedule(30_000, 3, seed=4).reshape(-1, 3)
    assert (random == random[:, :1]).all()
    assert abs(random[:, 0].mean() - 0.5) < 4 * 0.5 / 100


def test_it_is_welch_on_the_means_of_blocks() -> None:
    rng = np.random.default_rng(1)
    arm = schedule(120, 6, seed=1)
    y = rng.normal(size=120) + arm
    found = switchback(y, arm, 6, burn_in=2).loc["effect"]
    means, arms = y.reshape(20, 6)[:, 2:].mean(axis=1), arm[::6]
    expected = ttest_ind(means[arms == 1], means[arms == 0], equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found["p"] == pytest.approx(expected.pvalue)
    assert (found["low"], found["high"]) == pytest.approx((interval.low, interval.high))
    assert found["blocks"] == 20


def test_the_randomised_p_is_counting() -> None:
    """Four blocks: 14 assignments that use both arms, of which 2 are as extreme as this one."""
    y, arm = np.repeat([1.0, 2.0, 6.0, 9.0], 2), np.repeat([0, 0, 1, 1], 2)
    means = y[::2]
    every = [np.array([k >> j & 1 for j in range(4)]) for k in range(1, 15)]
    apart = np.array([abs(means[a == 1].mean() - means[a == 0].mean()) for a in every])
    exact = (apart >= 6.0).mean()
    found = switchback(y, arm, 2, draws=60_000, seed=1).loc["effect", "p_randomised"]
    assert abs(found - exact) < 4 * np.sqrt(exact * (1 - exact) / 50_000)
    regular = switchback(y, arm[[0, 1, 4, 5, 2, 3, 6, 7]], 2, kind="regular")
    assert regular.loc["effect", "p_randomised"] == 1.0  # both assignments are as extreme


def test_the_sizes_under_noise_that_drifts() -> None:
    """No effect, noise correlated over time: tests by blocks hold 5 %, by periods they do not."""
    rng = np.random.default_rng(3)
    rejected, naive = np.zeros(2), 0
    for seed in range(250):
        arm = schedule(240, 12, seed=seed)
        if min((arm == 0).sum(), (arm == 1).sum()) < 24:
            continue
        noise = stock(rng.normal(size=240), 0.7)
        row = switchback(noise, arm, 12, draws=200, seed=seed).loc["effect"]
        rejected += np.array([row["p"], row["p_randomised"]]) < 0.05
        naive += ttest_ind(noise[arm == 1], noise[arm == 0]).pvalue < 0.05
    error = np.sqrt(0.05 * 0.95 / 250)
    assert (np.abs(rejected / 250 - 0.05) < 3.5 * error).all()
    assert naive / 250 > 0.2


Y, ARM = np.arange(8.0), np.array([0, 0, 1, 1, 0, 0, 1, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: switchback(Y, ARM, 2, time=[0, 1, 2, 4, 3, 5, 6, 7]), "period 4 is 3, after 4"),
        (lambda: switchback(Y, ARM, 2, time=[0, 1]), "each of 8 periods"),
        (lambda: switchback(Y, ARM, 4), "2 of 2 blocks of 4 periods have both arms"),
        (lambda: switchback(Y, 0 * ARM, 2), "arm 1 has 0 blocks"),
        (lambda: switchback(0 * Y, ARM, 2), "nothing can be tested"),
        (lambda: switchback(Y, ARM, 2, burn_in=2), "below the block length 2"),
        (lambda: switchback(Y, ARM + 1, 2), "0 or 1"),
        (lambda: switchback([1.0, np.nan], [0, 1], 1), "finite number"),
        (lambda: schedule(5, 5, seed=1), "one block"),
        (lambda: schedule(9, 3, seed=1, kind="any"), "kind is .* or "),
        (lambda: carry_over_share(1.0, 4), "below 1"),
        (lambda: carry_over_share(0.5, 4, 4), "burn_in"),
    ],
)
def test_what_is_no_switchback_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
