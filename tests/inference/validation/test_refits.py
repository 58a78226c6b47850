"""Refits in worlds of the model's own: the factor is that of the algebra."""

import numpy as np
import pytest
from scipy.stats import norm

from ifonly.inference.errors import DataError, QueryError
from ifonly.inference.validation.refits import Refits, refitted

UNITS, DRAWS = 4_000, 800


def simulate(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Effects of the standard normal law, each seen once with a noise of 1."""
    effects = rng.normal(size=UNITS)
    return effects + rng.normal(size=UNITS), effects


def narrowed(share: float):
    """The posterior, N(y / 2, 1 / 2), with its deviation times a share."""

    def fit(data: np.ndarray, seed: int) -> np.ndarray:
        noise = np.random.default_rng(seed).normal(size=(DRAWS, UNITS))
        return data / 2 + share * np.sqrt(0.5) * noise

    return fit


@pytest.mark.parametrize("share", [0.4, 1.0, 1.5])
@pytest.mark.parametrize("ci_prob", [0.8, 0.95])
def test_the_factor_undoes_what_was_done_to_the_intervals(share: float, ci_prob: float) -> None:
    found = refitted(simulate, narrowed(share), ci_prob=ci_prob, count=2, seed=3)
    z = norm.ppf((1 + ci_prob) / 2)
    held = 2 * norm.cdf(share * z) - 1
    error = np.sqrt(held * (1 - held) / (2 * UNITS))
    # Ends of 800 draws are themselves uncertain, and average out over units.
    assert found.coverage == pytest.approx(held, abs=4 * error + 0.004)
    spread = np.sqrt(ci_prob * (1 - ci_prob) / (2 * UNITS)) / (2 * norm.pdf(z)) / z / share
    assert found.factor == pytest.approx(1 / share, abs=4 * spread + 0.01 / share)


def test_stretched_draws_keep_their_means_and_hold_what_they_promise() -> None:
    found = refitted(simulate, narrowed(0.5), seed=1)
    data, effects = simulate(np.random.default_rng(99))
    raw = narrowed(0.5)(data, 7)
    draws = found.stretched(raw)
    np.testing.assert_allclose(draws.mean(axis=0), raw.mean(axis=0))
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    held = ((low <= effects) & (effects <= high)).mean()
    assert held == pytest.approx(0.95, abs=4 * np.sqrt(2 * 0.95 * 0.05 / UNITS))


def test_it_says_what_was_done() -> None:
    words = str(Refits(3, 0.713, 1.62, 0.95))
    assert words == (
        "in 3 worlds that the model made itself, intervals of 95% held 71.3% of the effects; those "
        "of the units were made wider by the factor 1.62"
    )
    assert "narrower" in str(Refits(1, 0.99, 0.8, 0.95))


def test_the_same_seed_gives_the_same_factor() -> None:
    assert refitted(simulate, narrowed(1.0), seed=5) == refitted(simulate, narrowed(1.0), seed=5)


def test_what_is_no_refit_is_refused() -> None:
    with pytest.raises(DataError, match=r"shape \(4,\) for 4000 units"):
        refitted(simulate, lambda data, seed: np.zeros(4))
    with pytest.raises(DataError, match="the same for some units"):
        refitted(simulate, lambda data, seed: np.zeros((9, UNITS)))
    with pytest.raises((DataError, QueryError), match="count"):
        refitted(simulate, narrowed(1.0), count=0)
