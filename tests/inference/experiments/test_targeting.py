"""Targeting, held against adding up by hand, and against the winner's curse."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments import targeting

EFFECT = xr.DataArray([1.0, 4.0, 2.0, 3.0], dims="unit")


def test_the_best_come_first() -> None:
    found = targeting([1, 4, 2, 3], EFFECT, cost=[1.0, 2.0, 1.0, 1.0], shares=(0.25, 0.5, 1.0))
    assert found["units"].to_list() == [1, 2, 4]
    assert found["budget"].to_list() == [2.0, 3.0, 5.0]
    assert found["uplift"].to_list() == [4.0, 3.5, 2.5]
    np.testing.assert_allclose(found["captured"], [0.4, 0.7, 1.0])
    np.testing.assert_allclose(found["profit"], [2.0, 4.0, 5.0])
    np.testing.assert_allclose(found["roi"], [1.0, 4.0 / 3.0, 1.0])


def test_values_weigh_and_groups_share_an_effect() -> None:
    effect = xr.DataArray([[1.0, 3.0]], dims=("a", "b"))
    found = targeting([3, 2, 1], effect, group=[1, 0, 1], value=[1.0, 2.0, 3.0], shares=(0.67, 1.0))
    np.testing.assert_allclose(found["profit"], [3.0 + 2.0, 3.0 + 2.0 + 9.0])
    np.testing.assert_allclose(found["uplift"], [2.0, 7.0 / 3.0])
    assert found["roi"].isna().all()  # nothing is spent


def test_intervals_are_quantiles_over_draws() -> None:
    rng = np.random.default_rng(1)
    draws = rng.normal(size=(2, 500, 3))
    effect = xr.DataArray(draws, dims=("chain", "draw", "unit"))
    found = targeting([3, 2, 1], effect, shares=(2 / 3,), ci_prob=0.8)
    mean = draws[..., :2].mean(axis=-1).ravel()
    row = found.loc[2 / 3]
    np.testing.assert_allclose(row[["uplift_low", "uplift_high"]], np.quantile(mean, [0.1, 0.9]))
    assert row["uplift"] == pytest.approx(mean.mean())


def test_equal_scores_are_ordered_by_lot() -> None:
    effect = xr.DataArray(np.arange(2_000.0), dims="unit")
    found = targeting(np.ones(2_000), effect, shares=(0.5,))
    assert abs(found.loc[0.5, "uplift"] - 999.5) < 4.5 * 577.4 / np.sqrt(2_000)


def test_scores_from_the_same_noise_deceive_and_from_other_noise_do_not() -> None:
    """All effects are 1.38; what is estimated of each is noise around it."""
    rng = np.random.default_rng(4)
    one, other = (1.38 + 0.6 * rng.normal(size=20_000) for _ in range(2))
    estimated = xr.DataArray(other, dims="unit")
    honest = targeting(one, estimated, shares=(0.01,)).loc[0.01, "uplift"]
    cursed = targeting(other, estimated, shares=(0.01,)).loc[0.01, "uplift"]
    assert abs(honest - 1.38) < 4.5 * 0.6 / np.sqrt(200)
    # The mean of the top 1 % of a normal is 2.665 standard deviations above its own.
    assert cursed == pytest.approx(1.38 + 2.665 * 0.6, abs=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group": [0, 1]}, "one per unit"),
        ({"group": [0, 1, 2, 4]}, "groups run from 0 to 4; the effect has 4"),
        ({"cost": [1.0, 2.0]}, r"cost has shape \(2,\)"),
        ({"shares": (0.0, 1.0)}, "above 0 and at most 1"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        targeting([1, 2, 3, 4], EFFECT, **options)
