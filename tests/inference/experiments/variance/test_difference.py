"""Differences of two arms: Welch's test as SciPy has it, and clusters by simulation."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from ifonly.inference import DataError
from ifonly.inference.experiments import difference


def test_without_clusters_it_is_welchs_test() -> None:
    rng = np.random.default_rng(0)
    arm = np.r_[np.zeros(30, int), np.ones(50, int)]
    y = rng.normal(size=80) * (1 + arm) + arm
    found, other = difference(y, arm), ttest_ind(y[arm == 1], y[arm == 0], equal_var=False)
    assert found.p == pytest.approx(other.pvalue)
    assert found.interval() == pytest.approx(tuple(other.confidence_interval()))
    assert found.df == pytest.approx(other.df)


def clustered(rng: np.random.Generator, sizes: np.ndarray) -> tuple[np.ndarray, ...]:
    """An outcome without effect whose intracluster correlation is 0.05."""
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    arm = rng.permutation(np.arange(len(sizes)) % 2)[cluster]
    shared = rng.normal(0, np.sqrt(0.05), len(sizes))[cluster]
    return shared + rng.normal(0, np.sqrt(0.95), len(cluster)), arm, cluster


@pytest.mark.parametrize("sizes", [np.full(40, 50), np.arange(40) % 4 * 30 + 5])
def test_clusters_of_any_sizes_keep_the_size_that_the_naive_test_loses(sizes: np.ndarray) -> None:
    """Of equal clusters of 50, the design effect is 3.45, and the naive test's size 29 %."""
    rng = np.random.default_rng(1)
    p = np.array(
        [
            (difference(y, arm, cluster=c).p, difference(y, arm).p)
            for y, arm, c in (clustered(rng, sizes) for _ in range(1_500))
        ]
    )
    size, naive = (p < 0.05).mean(axis=0)
    # Twenty clusters an arm: the sandwich is a little too bold where sizes differ much.
    assert abs(size - 0.05) < 3 * np.sqrt(0.05 * 0.95 / 1_500) + 0.01
    if len(set(sizes)) == 1:
        assert abs(naive - 0.291) < 3.5 * np.sqrt(0.29 * 0.71 / 1_500)
    else:
        assert naive > 0.2


@pytest.mark.parametrize(
    ("y", "arm", "cluster", "words"),
    [
        ([1.0, 2.0], [0, 0], None, "all units are in one arm"),
        ([1.0, 2.0, 3.0], [0, 1, 2], None, "arm is 0 or 1"),
        ([1.0, 1.0, 2.0, 2.0], [0, 0, 1, 1], None, "does not vary within the arms"),
        ([1.0, np.nan, 2.0, 2.0], [0, 0, 1, 1], None, "missing or infinite for 1 of 4"),
        ([1.0, 2.0, 2.0], [0, 0, 1], None, "one unit, whose variance"),
        ([1.0, 2.0, 3.0], [0, 1], None, "3 values, and the arms are of 2"),
        ([1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1], [0, 0, 1, 1], "one cluster, whose variance"),
        ([1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1], [0, 1, 0, 1], "2 of 2 clusters have units in both"),
        ([1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1], [0, 1, 2, None], "missing .NaN. for 1 of 4 units"),
    ],
)
def test_what_cannot_be_compared_is_refused(y, arm, cluster, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=words):
        difference(y, arm, cluster=cluster)
