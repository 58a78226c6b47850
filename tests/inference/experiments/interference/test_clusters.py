"""Cluster randomisation: published figures, algebra, and the size of the tests."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind

from ifonly.inference import DataError
from ifonly.inference.experiments.interference import (
    assign_clusters,
    cluster_test,
    design_effect,
    intraclass,
    naive_size,
)

RNG = np.random.default_rng(1)


def test_the_design_effect_and_what_it_does_to_a_test() -> None:
    """50 units a cluster and a correlation of 0.05: 3.45, and a size of 29 %."""
    assert design_effect(50, 0.05) == pytest.approx(3.45, abs=1e-12)
    assert naive_size(3.45) == pytest.approx(2 * norm.sf(norm.isf(0.025) / np.sqrt(3.45)))
    assert round(naive_size(3.45), 2) == 0.29
    assert naive_size(1.0, alpha=0.1) == pytest.approx(0.1)


def test_unequal_clusters_count_more() -> None:
    """The variance of a mean of correlated units, by its covariance matrix."""
    sizes = [10, 30, 80]
    codes = np.repeat(range(3), sizes)
    covariance = np.where(codes[:, None] == codes, 0.1, 0.0) + 0.9 * np.eye(120)
    expected = covariance.mean() / (1 / 120)
    assert design_effect(sizes, 0.1) == pytest.approx(expected)
    assert design_effect(sizes, 0.1) > design_effect(40, 0.1)


def test_the_correlation_is_the_ratio_of_variances() -> None:
    codes = np.repeat(range(400), RNG.integers(2, 12, 400))
    y = np.sqrt(0.3) * RNG.normal(size=400)[codes] + np.sqrt(0.7) * RNG.normal(size=len(codes))
    assert intraclass(y, codes) == pytest.approx(0.3, abs=4 * 0.03)  # sd of 400 clusters of six
    assert intraclass([1.0, 1.0, 4.0, 4.0], [0, 0, 1, 1]) == 1.0


def test_clusters_share_an_arm_and_arms_share_clusters() -> None:
    codes = np.repeat(list("abcdefgh"), [1, 2, 3, 4, 5, 6, 7, 8])
    arm = assign_clusters(codes, seed=3)
    by = pd.Series(arm).groupby(codes)
    assert (by.nunique() == 1).all()
    assert by.first().sum() == 4
    assert (assign_clusters(codes, seed=3) == arm).all()


def test_with_equal_clusters_it_is_the_t_test_of_their_means() -> None:
    codes, arm = np.repeat(range(10), 7), np.repeat([0, 1], 35)
    y = RNG.normal(size=10)[codes] + RNG.normal(size=70)
    found = cluster_test(y, arm, codes)
    means = y.reshape(10, 7).mean(axis=1)
    expected = ttest_ind(means[5:], means[:5])
    interval = expected.confidence_interval(0.95)
    for row in ("clusters", "cluster means"):
        assert found.loc[row, "p"] == pytest.approx(expected.pvalue)
        assert found.loc[row, "low"] == pytest.approx(interval.low)
        assert found.loc[row, "high"] == pytest.approx(interval.high)
    assert found.loc["units", "p"] == pytest.approx(
        ttest_ind(y[35:], y[:35], equal_var=False).pvalue, abs=0.002
    )


@pytest.mark.parametrize(
    "sizes", [np.full(30, 50), np.tile([20, 80], 15)], ids=["equal", "unequal"]
)
def test_the_sizes_of_the_tests(sizes: np.ndarray) -> None:
    """No effect, 300 times: the naive test rejects as the design effect says, the others at 5 %."""
    codes = np.repeat(range(30), sizes)
    rejected = {"clusters": 0, "cluster means": 0, "units": 0}
    rng = np.random.default_rng(4)
    for seed in range(300):
        y = np.sqrt(0.05) * rng.normal(size=30)[codes] + np.sqrt(0.95) * rng.normal(size=len(codes))
        p = cluster_test(y, assign_clusters(codes, seed=seed), codes)["p"]
        for name in rejected:
            rejected[name] += p[name] < 0.05
    expected = {
        "clusters": 0.05,
        "cluster means": 0.05,
        "units": naive_size(design_effect(sizes, 0.05)),
    }
    for name, share in expected.items():
        error = np.sqrt(share * (1 - share) / 300)
        # A ratio of totals over unequal clusters is normal only with many of them.
        allowed = 3 * error + (0.02 if name == "clusters" and sizes[0] != sizes[1] else 0.0)
        assert abs(rejected[name] / 300 - share) < allowed, name


Y, ARM, CLUSTER = (
    [1.0, 2.0, 3.0, 5.0, 2.0, 2.0, 4.0, 9.0],
    [0] * 4 + [1] * 4,
    [0, 0, 1, 1, 2, 2, 3, 3],
)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cluster_test(Y, [0, 1] * 4, CLUSTER), "4 of 4 clusters have units in both arms"),
        (lambda: cluster_test(Y, [0] * 6 + [1] * 2, CLUSTER), "arm 1 has 1 clusters"),
        (lambda: cluster_test(Y, [0] * 8, CLUSTER), "arm 1 has 0 clusters"),
        (lambda: cluster_test([1.0] * 8, ARM, CLUSTER), "does not vary"),
        (lambda: cluster_test(Y[:7], ARM, CLUSTER), "has 8 units"),
        (lambda: cluster_test(Y, [*ARM[:7], 2], CLUSTER), "arm is 0 or 1"),
        (lambda: cluster_test(Y, ARM, [*CLUSTER[:7], None]), "missing .NaN. for 1 of 8 units"),
        (lambda: assign_clusters([1, 1, 1], seed=1), "1 clusters cannot fill 2 arms"),
        (lambda: design_effect(0, 0.1), "1 or more"),
        (lambda: design_effect(50, -0.5), "no clusters of that size"),
        (lambda: naive_size(0.0), "above 0"),
        (lambda: naive_size(2.0, alpha=0.0), "probability"),
        (lambda: intraclass([1.0, 2.0], [0, 1]), "two units or more"),
        (lambda: intraclass([1.0] * 4, [0, 0, 1, 1]), "nothing correlates"),
    ],
)
def test_what_cannot_be_tested_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
