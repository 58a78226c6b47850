"""The Gibbs sampler, held against SciPy, conjugate algebra and mixtures that are known."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from ifonly.inference import DataError
from ifonly.inference.generators.gibbs import (
    Evidence,
    Prior,
    Sweeps,
    _between,
    _concentration,
    sampled,
)


def known(scores: np.ndarray, codes: np.ndarray | None = None, size: int = 0) -> Evidence:
    """Evidence where all is seen."""
    coded = np.empty((len(scores), 0), dtype=np.int64) if codes is None else codes[:, None]
    return Evidence(scores, scores, coded, (size,) if size else ())


@pytest.mark.parametrize(
    ("low", "high"), [(-1.0, 0.5), (2.0, np.inf), (-np.inf, -3.0), (6.0, 6.5), (-np.inf, np.inf)]
)
def test_truncated_normal_numbers(low: float, high: float) -> None:
    rows = 20_000
    law = truncnorm(low, high)
    drawn = _between(np.full(rows, low), np.full(rows, high), np.random.default_rng(1))
    assert drawn.min() >= low
    assert drawn.max() <= high
    assert abs(drawn.mean() - law.mean()) < 4 * law.std() / np.sqrt(rows)
    assert drawn.std() == pytest.approx(law.std(), rel=0.03)


def test_bounds_far_in_a_tail_give_the_nearest_bound() -> None:
    low, high = np.array([45.0, -np.inf, -60.0]), np.array([np.inf, -45.0, -50.0])
    drawn = _between(low, high, np.random.default_rng(1))
    assert drawn == pytest.approx([45.0, -45.0, -50.0])


def test_one_component_has_the_conjugate_posterior() -> None:
    rng = np.random.default_rng(1)
    truth = np.array([[1.0, 0.7], [0.7, 1.0]])
    scores = rng.multivariate_normal([0.5, -0.5], truth, size=400)
    prior = Prior(components=1)
    found = sampled(known(scores), prior, Sweeps(20, 400, 1, 1), rng).draws
    # Normal, inverse Wishart: the mean is shrunk to 0 by the prior's weight.
    mean = scores.sum(axis=0) / (400 + prior.weight)
    error = np.sqrt(np.diag(np.cov(scores.T)) / 400)
    means = found.means[:, 0]
    assert np.all(np.abs(means.mean(axis=0) - mean) < 4 * error / np.sqrt(400))
    assert means.std(axis=0) == pytest.approx(error, rel=0.12)
    covariance = np.mean(found.factors[:, 0] @ np.swapaxes(found.factors[:, 0], 1, 2), axis=0)
    assert covariance == pytest.approx(np.cov(scores.T), rel=0.03)


def test_two_clusters_and_their_levels_are_found() -> None:
    rng = np.random.default_rng(2)
    of = rng.random(800) < 0.3
    scores = np.where(of, -1.5, 0.7)[:, None] + 0.3 * rng.standard_normal((800, 1))
    codes = (rng.random(800) < np.where(of, 0.9, 0.1)).astype(np.int64)
    found = sampled(known(scores, codes, 2), Prior(components=12), Sweeps(60, 40, 2, 1), rng).draws
    first = np.where(found.means[:, :, 0] < -0.5, found.weights, 0.0)
    assert first.sum(axis=1).mean() == pytest.approx(of.mean(), abs=0.03)
    level = (first * found.levels[0][:, :, 1]).sum(axis=1) / first.sum(axis=1)
    assert level.mean() == pytest.approx(codes[of].mean(), abs=0.03)
    # The rest of the mixture is the other cluster: no weight lies between the two.
    between = np.abs(found.means[:, :, 0]) < 0.25
    assert np.where(between, found.weights, 0.0).sum(axis=1).mean() < 0.03


def test_scores_between_bounds_keep_their_correlation() -> None:
    """The law behind two columns that are seen as above or below 0 only."""
    rng = np.random.default_rng(3)
    scores = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], size=1_500)
    low = np.where(scores > 0, 0.0, -np.inf)
    high = np.where(scores > 0, np.inf, 0.0)
    nothing = np.empty((1_500, 0), dtype=np.int64)
    found = sampled(
        Evidence(low, high, nothing, ()), Prior(components=1), Sweeps(150, 150, 1, 1), rng
    ).draws
    covariances = found.factors[:, 0] @ np.swapaxes(found.factors[:, 0], 1, 2)
    spread = np.sqrt(covariances[:, 0, 0] * covariances[:, 1, 1])
    # The share in one quadrant gives the correlation: Sheppard's formula.
    agree = np.mean((scores[:, 0] > 0) == (scores[:, 1] > 0))
    assert np.mean(covariances[:, 0, 1] / spread) == pytest.approx(
        np.sin(np.pi * (agree - 0.5)), abs=0.05
    )


def test_what_is_missing_follows_what_is_seen() -> None:
    rng = np.random.default_rng(4)
    scores = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], size=600)
    gone = (rng.random(600) < norm.cdf(2 * scores[:, 0])) & (rng.random(600) < 0.8)
    low, high = scores.copy(), scores.copy()
    low[gone, 1], high[gone, 1] = -np.inf, np.inf
    nothing = np.empty((600, 0), dtype=np.int64)
    found = sampled(
        Evidence(low, high, nothing, ()), Prior(components=1), Sweeps(50, 100, 1, 1), rng
    ).draws
    # Missing at random given the first column: seen cases alone have a mean of about -0.3.
    assert scores[~gone, 1].mean() < -0.25
    assert found.means[:, 0, 1].mean() == pytest.approx(scores[:, 1].mean(), abs=0.1)


def test_columns_that_repeat_each_other_do_no_harm() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(200, 2))
    scores = np.column_stack([x, x[:, 0], x.sum(axis=1) / np.sqrt(2), x])
    found = sampled(known(scores), Prior(components=10), Sweeps(60, 20, 2, 1), rng).draws
    assert np.isfinite(found.factors).all()
    covariances = found.factors @ np.swapaxes(found.factors, 2, 3)
    correlation = covariances[..., 0, 2] / np.sqrt(covariances[..., 0, 0] * covariances[..., 2, 2])
    assert np.average(correlation, weights=found.weights) > 0.9


def test_the_concentration_grows_with_the_number_of_clusters() -> None:
    rng = np.random.default_rng(5)
    few = np.array([500, 500, *[0] * 58])
    many = np.array([17] * 60)
    mean = [np.mean([_concentration(c, rng) for _ in range(200)]) for c in (few, many)]
    assert mean[0] < 3 < 20 < mean[1]


@pytest.mark.parametrize(
    "wrong",
    [{"components": 0}, {"components": 2.5}, {"spread": 0.0}, {"weight": "small"},
     {"freedom": -1.0}, {"levels": float("nan")}],
    ids=str,
)  # fmt: skip
def test_a_prior_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=f"{next(iter(wrong))} of Prior is a"):
        Prior(**wrong)
