"""Rankings, held against algebra, quadrature, and a plain loop over orders."""

from itertools import permutations

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad
from scipy.stats import norm

from ifonly.inference import DataError, QueryError
from ifonly.inference.experiments import effect_by_rank, rate, toc

EFFECT = xr.DataArray([1.0, 4.0, 2.0, 3.0], dims="unit")


def test_groups_are_of_equal_size_and_rise() -> None:
    found = effect_by_rank([0.1, 0.9, 0.3, 0.5], EFFECT, groups=2)
    assert found.index.to_list() == [1, 2]
    assert found["units"].to_list() == [2, 2]
    assert found["effect"].to_list() == [1.5, 3.5]
    np.testing.assert_allclose(found["score"], [0.2, 0.7])
    assert effect_by_rank([0.1, 0.9, 0.3, 0.5], EFFECT, groups=3)["units"].sum() == 4


def test_the_curve_is_the_uplift_less_the_average() -> None:
    found = toc([1, 4, 2, 3], EFFECT, shares=(0.25, 0.5, 1.0))
    assert found["uplift"].to_list() == [4.0, 3.5, 2.5]
    assert found["toc"].to_list() == [1.5, 1.0, 0.0]
    assert found["qini"].to_list() == [0.375, 0.5, 0.0]


def test_areas_below_the_curve_of_a_uniform_effect() -> None:
    """With an effect a U ranked by itself, TOC(q) = a (1 - q) / 2: areas a / 4 and a / 12."""
    effect = xr.DataArray(3.0 * (np.arange(10_000) + 0.5) / 10_000, dims="unit")
    found = rate(effect.to_numpy(), effect)["mean"]
    np.testing.assert_allclose(found, [3 / 4, 3 / 12], atol=2e-3)
    turned = rate(-effect.to_numpy(), effect)["mean"]
    np.testing.assert_allclose(turned, [-3 / 4, -3 / 12], atol=2e-3)


def test_areas_below_the_curve_of_a_normal_effect() -> None:
    """The mean of a normal above its upper q-quantile is its density there over q."""
    effect = xr.DataArray(norm.ppf((np.arange(20_000) + 0.5) / 20_000), dims="unit")
    found = rate(effect.to_numpy(), effect)["mean"]
    autoc, _ = quad(lambda q: norm.pdf(norm.ppf(q)) / q, 0, 1)
    qini, _ = quad(lambda q: norm.pdf(norm.ppf(q)), 0, 1)
    np.testing.assert_allclose(found, [autoc, qini], atol=2e-3)


def test_equal_scores_are_the_mean_over_their_orders() -> None:
    score = np.array([1.0, 1.0, 1.0, 0.0])
    found = rate(score, EFFECT)["mean"].to_numpy()
    areas = []
    for first in permutations(EFFECT.to_numpy()[:3]):
        values = np.array([*first, EFFECT.to_numpy()[3]])
        above = np.cumsum(values) / np.arange(1, 5) - 2.5
        areas.append((above.mean(), (above * np.arange(1, 5) / 4).mean()))
    np.testing.assert_allclose(found, np.mean(areas, axis=0))
    assert rate(np.ones(4), EFFECT)["mean"].to_list() == [0.0, 0.0]


def test_intervals_are_quantiles_over_draws() -> None:
    draws = np.random.default_rng(1).normal(size=(2, 300, 3))
    effect = xr.DataArray(draws, dims=("chain", "draw", "unit"))
    flat = draws.reshape(-1, 3)
    more = flat[:, 2] - flat.mean(axis=1)
    found = toc([1, 2, 3], effect, shares=(1 / 3,), ci_prob=0.8).iloc[0]
    np.testing.assert_allclose(
        found[["toc", "toc_low", "toc_high"]], [more.mean(), *np.quantile(more, [0.1, 0.9])]
    )
    second = flat[:, 1:].mean(axis=1) - flat.mean(axis=1)
    areas = (more + second) / 3
    row = rate([1, 2, 3], effect, ci_prob=0.8).loc["autoc"]
    np.testing.assert_allclose(row["mean"], areas.mean())
    np.testing.assert_allclose(row["sd"], areas.std(ddof=1))
    assert row["above_zero"] == (areas > 0).mean()


def test_resampled_units_give_the_error_of_a_mean() -> None:
    """Of a group of n units the Bayesian bootstrap has the sd s / sqrt(n + 1) about their mean."""
    rng = np.random.default_rng(5)
    values = rng.normal(size=200)
    effect = xr.DataArray(values, dims="unit")
    found = effect_by_rank(values, effect, groups=2, ci_prob=0.6827, resamples=4_000, seed=2)
    lower = np.sort(values)[:100]
    sd = lower.std() / np.sqrt(101)
    half = (found["high"] - found["low"]).iloc[0] / 2
    assert half == pytest.approx(sd, rel=4.5 / np.sqrt(2 * 4_000))
    assert found["effect"].iloc[0] == pytest.approx(lower.mean(), abs=4.5 * sd / np.sqrt(4_000))
    again = effect_by_rank(values, effect, groups=2, ci_prob=0.6827, resamples=4_000, seed=2)
    assert again.equals(found)


def test_a_score_that_tells_nothing_is_told_by_its_interval() -> None:
    rng = np.random.default_rng(7)
    effect = xr.DataArray(1.0 + rng.normal(size=2_000), dims="unit")
    row = rate(rng.normal(size=2_000), effect, resamples=400, ci_prob=0.99).loc["qini"]
    assert row["low"] < 0.0 < row["high"]


def test_intervals_hold_the_population_as_often_as_they_say() -> None:
    """200 samples of an effect U with noise; its areas are 1/4 and 1/12."""
    rng = np.random.default_rng(11)
    held = np.zeros(2)
    for k in range(200):
        score = rng.uniform(size=400)
        effect = xr.DataArray(score + rng.normal(size=400), dims="unit")
        found = rate(score, effect, resamples=200, seed=k)
        held += (found["low"] <= [1 / 4, 1 / 12]) & (found["high"] >= [1 / 4, 1 / 12])
    assert (abs(held / 200 - 0.9) < 4.5 * np.sqrt(0.9 * 0.1 / 200)).all()


def test_two_rankings_are_compared_under_the_same_weights() -> None:
    """A score has no edge on itself; a noisier one is worse."""
    rng = np.random.default_rng(12)
    score = rng.uniform(size=500)
    effect = xr.DataArray(score + rng.normal(size=500), dims="unit")
    itself = rate(score, effect, versus=2.0 * score, resamples=50)
    assert itself[["mean", "low", "high"]].eq(0.0).all(axis=None)
    worse = score + rng.normal(size=500)
    apart = rate(score, effect, versus=worse, resamples=400)
    one, other = (rate(s, effect, resamples=400) for s in (score, worse))
    np.testing.assert_allclose(apart["mean"], one["mean"] - other["mean"], atol=1e-12)
    # What both share goes out of the difference.
    assert (apart["sd"] < np.sqrt(one["sd"] ** 2 + other["sd"] ** 2)).all()
    assert (apart["mean"] > 0).all()


def test_labels_are_matched() -> None:
    import pandas as pd

    effect = EFFECT.assign_coords(unit=list("abcd"))
    score = pd.Series([4, 3, 2, 1], index=list("bdca"))
    assert toc(score, effect, shares=(0.25,))["uplift"].to_list() == [4.0]


@pytest.mark.parametrize(
    ("score", "options", "error", "message"),
    [
        ([1, 2, 3], {}, DataError, "3 scores and 4 effects"),
        ([1, 2, 3, np.nan], {}, DataError, "none is NaN"),
        ([1, 2, 3, 4], {"groups": 5}, DataError, "5 groups of 4 units"),
        ([1, 2, 3, 4], {"groups": 0}, DataError, "groups"),
        ([1, 2, 3, 4], {"ci_prob": 1.0}, QueryError, "ci_prob"),
        ([1, 2, 3, 4], {"groups": 2, "resamples": -1}, QueryError, "resamples"),
    ],
)
def test_what_does_not_fit_is_refused(
    score: list[float], options: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        effect_by_rank(score, EFFECT, **options)


def test_a_share_above_one_and_a_missing_effect_are_refused() -> None:
    with pytest.raises(DataError, match="above 0 and at most 1"):
        toc([1, 2, 3, 4], EFFECT, shares=(1.5,))
    with pytest.raises(DataError, match="1 of 4 units have no effect"):
        rate([1, 2, 3, 4], EFFECT.where(EFFECT > 1))
