"""Ratio metrics: units are assigned, and not views, which the delta method knows."""

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments import difference, ratio_effect


def test_its_size_is_right_where_a_test_of_views_has_several_times_that() -> None:
    rng = np.random.default_rng(6)
    runs, naive, found = 1_500, [], []
    for _ in range(runs):
        views = rng.poisson(8, 200) + 1
        rate = rng.beta(2, 8, 200)
        clicks = rng.binomial(views, rate)
        arm = rng.permutation(np.arange(200) % 2)
        found.append(ratio_effect(clicks, views, arm).p)
        p = [clicks[arm == a].sum() / views[arm == a].sum() for a in (0, 1)]
        se = np.sqrt(sum(q * (1 - q) / views[arm == a].sum() for a, q in enumerate(p)))
        naive.append(abs(p[1] - p[0]) / se > 1.96)
    assert abs(np.mean(np.array(found) < 0.05) - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean(naive) > 0.12


def test_with_one_view_each_it_is_the_plain_difference() -> None:
    y, arm = np.array([1.0, 4.0, 2.0, 7.0, 5.0, 1.0]), [0, 1, 0, 1, 1, 0]
    ratio, plain = ratio_effect(y, np.ones(6), arm), difference(y, arm)
    assert (ratio.estimate, ratio.se) == pytest.approx((plain.estimate, plain.se))


@pytest.mark.parametrize(
    ("y", "x", "arm", "words"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], [0, 0, 1, 1], "come to 0 or less"),
        ([1, 2, 3, 4], [1, 2, 3, 4], [0, 0, 1, 1], "does not vary"),
        ([1, 2, 3], [1, 1, 1], [0, 0, 1], "one unit"),
        ([1, 2, 3], [1, 1], [0, 0, 1], "one value for each unit"),
    ],
)
def test_what_is_no_ratio_is_refused(y, x, arm, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=words):
        ratio_effect(y, x, arm)
