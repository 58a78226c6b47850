"""Draws of one peak, held against the laws whose densities they are given."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.smooth import by_weights, drawn

DRAWS = 5_000
LAWS = {
    "normal far away": stats.norm(1e4, 2.0),
    "skewed": stats.gumbel_l(-3.0, 1.5),
    "heavy tails": stats.t(4, 2.0, 0.1),
    "narrow": stats.norm(0.3, 1e-4),
}


@pytest.mark.parametrize("name", LAWS)
def test_one_dimension(name: str) -> None:
    law = LAWS[name]
    found = drawn(lambda x: law.logpdf(x[:, 0]), 1, DRAWS, np.random.default_rng(2))
    assert found is not None
    assert stats.kstest(found.values[:, 0], law.cdf).statistic < 1.95 / np.sqrt(DRAWS) + 2e-3


def test_two_dimensions_keep_their_correlation() -> None:
    law = stats.multivariate_normal([1.0, -2.0], [[1.0, 0.9], [0.9, 1.0]])
    found = drawn(lambda x: np.atleast_1d(law.logpdf(x)), 2, DRAWS, np.random.default_rng(2))
    assert found is not None
    np.testing.assert_allclose(found.values.mean(0), [1.0, -2.0], atol=5 / np.sqrt(DRAWS))
    assert np.corrcoef(found.values.T)[0, 1] == pytest.approx(0.9, abs=0.02)


def test_two_far_peaks_or_none_are_not_answered() -> None:
    def improper(x: np.ndarray) -> np.ndarray:
        return np.zeros(len(x))

    assert drawn(improper, 1, DRAWS, np.random.default_rng(2)) is None

    def banana(x: np.ndarray) -> np.ndarray:
        return -0.5 * (x[:, 0] ** 2 + 100 * (x[:, 1] - x[:, 0] ** 2) ** 2)

    assert drawn(banana, 2, DRAWS, np.random.default_rng(2)) is None


@pytest.mark.parametrize("dimensions", [3, 20, 50])
def test_many_dimensions_are_drawn(dimensions: int) -> None:
    """A normal law of unequal widths; the proposal's tails are not most of its mass."""
    widths = np.geomspace(0.1, 10.0, dimensions)
    found = by_weights(
        lambda x: -0.5 * ((x / widths) ** 2).sum(axis=1),
        np.zeros(dimensions),
        np.diag(widths**-2),
        DRAWS,
        np.random.default_rng(2),
    )
    assert found is not None
    scaled = found.values / widths
    # A draw may come a few times: at least half of them are distinct.
    assert np.abs(scaled.mean(axis=0)).max() < 5 / np.sqrt(DRAWS / 2)
    np.testing.assert_allclose(scaled.std(axis=0), 1.0, atol=5 / np.sqrt(DRAWS))
