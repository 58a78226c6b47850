"""Means after a bandit: biased as they are, repaired by weights (Hadad and others, 2021)."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments.bandits import (
    UCB1,
    Binary,
    NormalThompson,
    Outcomes,
    arm_means,
    play,
)

# Three arms without a difference: what any estimate finds between them is its own doing.
SAME = Outcomes([np.random.default_rng(0).normal(size=1_000)] * 3)
TRUTH = float(np.mean(SAME.table[0]))
REPLICATIONS = 600


@pytest.fixture(scope="module")
def log() -> xr.Dataset:
    return play(
        NormalThompson(),
        SAME,
        400,
        seed=3,
        replications=REPLICATIONS,
        batch=20,
        floor=0.02,
        keep=True,
    )


def bias(values: xr.DataArray) -> tuple[float, float]:
    """The bias over arms and replications, and its standard error; arms of one play go together."""
    apart = (values - TRUTH).mean("arm")
    return float(apart.mean()), float(apart.std()) / np.sqrt(REPLICATIONS)


def test_the_sample_mean_is_too_low_and_uniform_weights_are_not(log: xr.Dataset) -> None:
    found = arm_means(log, weights="uniform")
    low, error = bias(found["sample_mean"])
    assert low < -8 * error
    none, error = bias(found["estimate"])
    assert abs(none) < 3 * error


@pytest.mark.parametrize("weights", ["constant", "two_point"])
def test_weights_halve_the_bias_and_intervals_hold(log: xr.Dataset, weights: str) -> None:
    found = arm_means(log, weights=weights)
    assert abs(bias(found["estimate"])[0]) < 0.67 * abs(bias(found["sample_mean"])[0])
    covers = (found["low"] < TRUTH) & (found["high"] > TRUTH)
    share = float(covers.mean())
    # 0.95 within four standard errors of 600 plays of three arms, taken as one where they agree.
    assert abs(share - 0.95) < 4 * np.sqrt(0.95 * 0.05 / REPLICATIONS)


def test_the_estimate_is_the_formula() -> None:
    """Three pulls by hand, with the constant weights."""
    e = np.array([[0.5, 0.5], [0.8, 0.2], [0.4, 0.6]])
    log = xr.Dataset(
        {
            "chosen": ("pull", [0, 1, 0]),
            "reward": ("pull", [2.0, 5.0, 4.0]),
            "propensity": (("pull", "arm"), e),
        }
    )
    found = arm_means(log)
    score = np.array([[2 / 0.5, 0.0], [2.0, 5 / 0.2], [2 + (4 - 2) / 0.4, 5.0]])
    h = np.sqrt(e)
    estimate = (h * score).sum(axis=0) / h.sum(axis=0)
    np.testing.assert_allclose(found["estimate"], estimate)
    se = np.sqrt((h**2 * (score - estimate) ** 2).sum(axis=0)) / h.sum(axis=0)
    np.testing.assert_allclose(found["se"], se)
    np.testing.assert_allclose(found["sample_mean"], [3.0, 5.0])
    np.testing.assert_allclose(found["sample_se"], [1.0, 0.0])


def test_weights_of_two_points_use_up_the_variance() -> None:
    """The shares h^2 / e add up to 1, as a stick that is broken to its end."""
    e = np.column_stack([np.linspace(0.5, 0.9, 40), np.linspace(0.5, 0.1, 40)])
    ones = xr.Dataset(
        {
            "chosen": ("pull", [0, 1] * 20),
            "reward": ("pull", np.zeros(40)),
            "propensity": (("pull", "arm"), e),
        }
    )
    from ifonly.inference.experiments.bandits.adaptive import _weights

    h = _weights("two_point", e, 0.7)
    np.testing.assert_allclose((h**2 / e).sum(axis=0), 1.0)
    assert float(arm_means(ones, weights="two_point")["estimate"].max()) == 0.0


def test_what_cannot_be_repaired_is_refused(log: xr.Dataset) -> None:
    with pytest.raises(DataError, match="a rule that chooses at random"):
        arm_means(play(UCB1(), Binary([0.5, 0.5]), 5, seed=1, keep=True))
    never = log.copy()
    never["chosen"] = xr.zeros_like(never["chosen"])
    with pytest.raises(DataError, match="arm 1 was never pulled"):
        arm_means(never)
    zero = log.copy(deep=True)
    zero["propensity"][0, 5, 2] = 0.0
    with pytest.raises(DataError, match="arm 2 is 0 at pull 5"):
        arm_means(zero)
    with pytest.raises(DataError, match="kind of weights"):
        arm_means(log, weights="best")  # type: ignore[arg-type]
