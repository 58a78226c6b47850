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
    [found] = drawn(lambda x: law.logpdf(x[:, :, 0]), 1, DRAWS, [np.random.default_rng(2)])
    assert found is not None
    assert stats.kstest(found.values[:, 0], law.cdf).statistic < 1.95 / np.sqrt(DRAWS) + 2e-3


def test_two_dimensions_keep_their_correlation() -> None:
    law = stats.multivariate_normal([1.0, -2.0], [[1.0, 0.9], [0.9, 1.0]])
    [found] = drawn(
        lambda x: np.reshape(law.logpdf(x), x.shape[:2]), 2, DRAWS, [np.random.default_rng(2)]
    )
    assert found is not None
    np.testing.assert_allclose(found.values.mean(0), [1.0, -2.0], atol=5 / np.sqrt(DRAWS))
    assert np.corrcoef(found.values.T)[0, 1] == pytest.approx(0.9, abs=0.02)


def test_two_far_peaks_or_none_are_not_answered() -> None:
    def improper(x: np.ndarray) -> np.ndarray:
        return np.zeros(x.shape[:2])

    assert drawn(improper, 1, DRAWS, [np.random.default_rng(2)]) == [None]

    def banana(x: np.ndarray) -> np.ndarray:
        return -0.5 * (x[..., 0] ** 2 + 100 * (x[..., 1] - x[..., 0] ** 2) ** 2)

    assert drawn(banana, 2, DRAWS, [np.random.default_rng(2)]) == [None]


def test_densities_at_once_are_drawn_from_as_each_alone() -> None:
    """To the last bit; the third is flat and the fourth zero everywhere, so that they have none.

    Of the last one the search takes another way: beside its peak it is zero.
    """
    means = np.array([3.0, -200.0, 0.0, 0.0, 1e-3, 2e-4])[:, None]
    widths = np.array([1.0, 0.1, np.inf, 1.0, 1e-5, 1e-4])[:, None]
    ends = np.array([np.inf, np.inf, np.inf, 0.0, np.inf, 6.0])[:, None]

    def density(x: np.ndarray, which: slice = slice(None)) -> np.ndarray:
        off = abs(x[:, :, 0] - means[which]) / widths[which]
        return np.where(off < ends[which], -0.5 * off**2, -np.inf)

    together = drawn(density, 1, DRAWS, [np.random.default_rng(k) for k in range(6)])
    assert [found is None for found in together] == [False, False, True, True, False, False]
    for k, found in enumerate(together):
        own = slice(k, k + 1)
        [alone] = drawn(lambda x, own=own: density(x, own), 1, DRAWS, [np.random.default_rng(k)])
        if found is None or alone is None:
            assert found is alone
        else:
            np.testing.assert_array_equal(found.values, alone.values)
            law = stats.norm(means[k], widths[k])
            distance = stats.kstest(found.values[:, 0], law.cdf).statistic
            assert distance < 1.95 / np.sqrt(DRAWS) + 2e-3


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
