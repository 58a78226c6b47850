"""Arms: their rewards have the means that they say."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import DataError
from ifonly.inference.experiments.bandits import Arms, Binary, Linear, Outcomes

RNG = np.random.default_rng


@pytest.mark.parametrize(
    ("arms", "mean"),
    [
        (Binary([0.3, 0.6]), [0.3, 0.6]),
        (Binary([[0.0, 1.0], [0.2, 0.7]]), [0.2, 0.7]),
        (Outcomes([[0.0, 1.0, 5.0], [2.0, 2.0, 2.0]]), [2.0, 2.0]),
        (Linear([[1.0, 3.0], [2.0, -1.0]], sd=0.5), [1.0, 2.0]),
    ],
    ids=["fixed", "drifting", "outcomes", "linear"],
)
def test_rewards_have_their_means(arms: Arms, mean: list[float]) -> None:
    offer = arms.offer(1, 20_000, RNG(1))
    error = offer.reward.std(axis=0) / np.sqrt(20_000) + 1e-12
    assert (np.abs(offer.reward.mean(axis=0) - mean) < 4 * error).all()
    apart = offer.reward - offer.mean
    assert (np.abs(apart.mean(axis=0)) < 4 * apart.std(axis=0) / np.sqrt(20_000) + 1e-12).all()


def test_the_mean_of_a_linear_arm_is_that_of_its_context() -> None:
    offer = Linear([[1.0, 3.0], [2.0, -1.0]]).offer(0, 50, RNG(1))
    assert (offer.context[:, 0] == 1.0).all()
    np.testing.assert_allclose(offer.mean[:, 0], 1.0 + 3.0 * offer.context[:, 1])


def test_rewards_of_0_and_1_are_known_as_such() -> None:
    assert Outcomes([[0.0, 1.0], [1.0, 1.0]]).binary
    assert not Outcomes([[0.0, 2.0], [1.0, 1.0]]).binary


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Binary([0.5, 1.5]), "from 0 to 1"),
        (lambda: Binary([0.5]), "two arms or more, not 1"),
        (lambda: Binary("ab"), "finite numbers"),
        (lambda: Outcomes([1.0, 2.0]), "shape"),
        (lambda: Outcomes([[1.0, np.nan], [1.0, 1.0]]), "finite"),
        (
            lambda: Outcomes(xr.DataArray(np.ones((2, 3, 4)), dims=("draw", "dose", "unit"))),
            "draws",
        ),
        (lambda: Linear([[1.0, 2.0], [1.0, 2.0]], sd=0.0), "above 0"),
    ],
)
def test_what_is_no_bandit_is_refused(make: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make()  # type: ignore[operator]
