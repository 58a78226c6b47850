"""Rows of a mixture, held against its moments."""

import numpy as np
import pytest

from ifonly.inference.generators.mixture import Draws, rows_of

ROWS = 40_000
COVARIANCE = np.array([[1.0, 0.6], [0.6, 0.5]])


@pytest.fixture(scope="module")
def draws() -> Draws:
    """Two draws; the first has two components, the second one only."""
    factor = np.linalg.cholesky(COVARIANCE)
    return Draws(
        weights=np.array([[0.3, 0.7], [1.0, 0.0]]),
        means=np.array([[[-2.0, 0.0], [1.0, 3.0]], [[5.0, 5.0], [0.0, 0.0]]]),
        factors=np.broadcast_to(factor, (2, 2, 2, 2)).copy(),
        levels=(np.array([[[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5], [0.5, 0.5]]]),),
    )


def test_moments_are_those_of_the_mixture(draws: Draws) -> None:
    found = rows_of(draws, np.zeros(ROWS, dtype=np.int64), np.random.default_rng(1))
    mean = np.array([0.1, 2.1])  # 0.3 * (-2, 0) + 0.7 * (1, 3)
    between = 0.3 * 0.7 * 9.0 * np.ones((2, 2))
    spread = COVARIANCE + between
    error = np.sqrt(np.diag(spread) / ROWS)
    assert np.all(np.abs(found.scores.mean(axis=0) - mean) < 4 * error)
    assert np.cov(found.scores.T) == pytest.approx(spread, abs=0.06)
    # The level goes with the component.
    second = found.codes[:, 0] == 1
    assert second.mean() == pytest.approx(0.59, abs=4 * np.sqrt(0.59 * 0.41 / ROWS))
    assert found.scores[second, 1].mean() == pytest.approx(0.56 / 0.59 * 3.0, abs=0.05)


def test_each_row_comes_from_the_draw_that_is_named(draws: Draws) -> None:
    chosen = np.array([0, 1] * 500)
    found = rows_of(draws, chosen, np.random.default_rng(2))
    assert found.scores[chosen == 1, 1].mean() == pytest.approx(5.0, abs=0.2)
    assert found.scores[chosen == 0, 1].mean() == pytest.approx(2.1, abs=0.5)
    assert len(draws) == 2
