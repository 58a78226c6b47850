"""Sample ratios: the published p-value, and one that holds whenever one looks."""

import numpy as np
import pytest
from scipy.stats import chisquare

from ifonly.inference import DataError
from ifonly.inference.experiments import sample_ratio


def test_the_published_mismatch() -> None:
    """Fabijan et al. (2019): 821,588 against 815,482 units is p = 1.8e-6."""
    found = sample_ratio([821_588, 815_482])
    assert found.p == pytest.approx(1.8e-6, abs=5e-8)
    assert found.mismatch
    assert not sample_ratio([821_588, 820_482]).mismatch


def test_it_is_the_chi_square_test_for_any_arms() -> None:
    counts, shares = [480, 330, 190], [0.5, 0.3, 0.2]
    expected = np.multiply(shares, 1_000)
    assert sample_ratio(counts, shares).p == pytest.approx(chisquare(counts, expected).pvalue)


def test_the_anytime_value_errs_at_most_as_it_says_over_all_looks() -> None:
    rng = np.random.default_rng(9)
    runs, false, often = 200, 0, 0
    for _ in range(runs):
        ones = np.cumsum(rng.binomial(50, 0.5, 40))
        total = 50 * np.arange(1, 41)
        found = [sample_ratio([t - o, o]) for o, t in zip(ones, total, strict=True)]
        false += min(f.anytime_p for f in found) < 0.05
        often += min(f.p for f in found) < 0.05
    assert false / runs <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)
    assert often / runs > 0.2  # the test for one look, looked at forty times
    assert sample_ratio([5_600, 5_000]).anytime_p < 1e-4


@pytest.mark.parametrize(
    ("counts", "shares", "words"),
    [
        ([100], None, "two arms or more"),
        ([0, 0], None, "not all 0"),
        ([1.5, 2], None, "whole numbers"),
        ([10, 10], [0.5, 0.6], "add up to 1"),
        ([10, 10], [0.5, 0.3, 0.2], "one for each arm"),
    ],
)
def test_what_is_no_split_is_refused(counts, shares, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=words):
        sample_ratio(counts, shares)
