"""Post-stratification has the size it says after an assignment within strata; Welch's has not."""

import numpy as np
import pytest

from ifonly.inference import DataError
from ifonly.inference.experiments import assign, difference, post_stratified


def test_size_and_variance_after_an_assignment_within_strata() -> None:
    rng = np.random.default_rng(2)
    n, runs = 120, 1_200
    strata = np.repeat([0, 1, 2], [60, 40, 20])
    level = np.array([0.0, 2.0, 5.0])[strata]
    p, estimates = [], []
    for k in range(runs):
        arm = assign(n, seed=k, strata=strata)
        y = level + rng.normal(size=n) * (1 + strata)
        found = post_stratified(y, arm, strata)
        p.append((found.p, difference(y, arm).p))
        estimates.append((found.estimate, found.se))
    size, welch = (np.array(p) < 0.05).mean(axis=0)
    assert abs(size - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / runs)
    assert welch < 0.03
    values, errors = np.array(estimates).T
    assert values.std() == pytest.approx(np.sqrt(np.mean(errors**2)), rel=0.08)


def test_the_weights_are_the_strata_s_sizes() -> None:
    y = [0.0, 1.0, 2.0, 3.0, 0.0, 1.0, 5.0, 6.0, 0.0, 1.0, 5.0, 6.0]
    found = post_stratified(y, [0, 0, 1, 1] * 3, [0] * 4 + [1] * 8)
    assert found.estimate == pytest.approx((2 * 4 + 5 * 8) / 12)


@pytest.mark.parametrize(
    ("y", "arm", "strata", "words"),
    [
        ([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1], [0, 0, 1, 1], "merge it with another"),
        ([1.0, 2.0, 3.0, 4.0], [0, 1, 0, 1], [0, 0, 0, None], "missing .NaN. for 1 of 4 units"),
        ([1.0, 1.0, 1.0, 1.0], [0, 1, 0, 1], [0] * 4, "does not vary within strata"),
    ],
)
def test_strata_that_cannot_serve_are_refused(y, arm, strata, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=words):
        post_stratified(y, arm, strata)
