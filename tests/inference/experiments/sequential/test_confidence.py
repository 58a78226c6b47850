"""Confidence sequences hold at all looks together; fixed intervals, looked at often, do not."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from ifonly.inference import QueryError
from ifonly.inference.experiments import confidence_sequence, confidence_sequence_rule, size


def test_the_interval_ends_where_the_mixed_likelihood_ratio_is_one_over_alpha() -> None:
    """The mixture over effects is integrated numerically; its variance is found by optimality."""
    se, alpha = 0.2, 0.05

    grid = np.linspace(-4, 4, 4_001)

    def half(rho: float) -> float:
        prior = norm.pdf(grid, 0, rho**-0.5) * (grid[1] - grid[0])

        def ratio(x: float) -> float:
            return float(norm.pdf(x, grid, se) @ prior / norm.pdf(x, 0, se))

        return float(brentq(lambda x: ratio(x) - 1 / alpha, 0.01, 3.0))

    table = confidence_sequence([0.0], [se], alpha)
    best = min(half(25 * r) for r in np.linspace(0.1, 0.2, 41))
    assert table["high"].iloc[0] == pytest.approx(best, abs=2e-5)


def test_all_looks_hold_the_effect_as_often_as_promised() -> None:
    """Over 2,000 looks at 3,000 runs; the fixed interval misses in more than a third of them."""
    rng = np.random.default_rng(11)
    n = np.arange(1, 2_001)
    z = np.cumsum(rng.normal(size=(3_000, 2_000)), axis=1) / np.sqrt(n)
    rule = confidence_sequence_rule(n / 2_000, tuned_at=0.1)
    missed = (np.abs(z) > np.array(rule.upper)).any(axis=1).mean()
    assert missed <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 3_000)
    assert missed > 0.005  # it is no empty promise either
    assert (np.abs(z) > 1.96).any(axis=1).mean() > 0.33


def test_daily_looks_for_a_quarter_hold_five_percent() -> None:
    rule = confidence_sequence_rule(np.arange(1, 91) / 90)
    assert rule.size < 0.05
    assert size(90) > 0.3


def test_p_is_below_alpha_just_where_the_interval_leaves_out_the_null() -> None:
    estimate = np.array([0.5, 0.42, 0.44, 0.41])
    se = np.array([0.4, 0.2, 0.13, 0.1])
    for alpha in (0.01, 0.05, 0.2):
        table = confidence_sequence(estimate, se, alpha, tuned_at=0.1)
        p = confidence_sequence(estimate, se, alpha, tuned_at=0.1)["p"]
        outside = (table["low"] > 0) | (table["high"] < 0)
        assert ((p <= alpha) == outside.cummax()).all()
    shifted = confidence_sequence(estimate + 2, se, null=2.0)
    np.testing.assert_allclose(shifted["p"], confidence_sequence(estimate, se)["p"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: confidence_sequence([1.0], [0.0]), "not positive"),
        (lambda: confidence_sequence([1.0, 2.0], [0.1]), "one number for each look"),
        (lambda: confidence_sequence([np.nan], [0.1]), "finite"),
        (lambda: confidence_sequence([1.0], [0.1], tuned_at=-1.0), "tuned_at"),
        (lambda: confidence_sequence([1.0], [0.1], 0.0), "alpha is a probability"),
        (lambda: confidence_sequence_rule([0.5, 0.4]), "rise to 1"),
        (lambda: confidence_sequence_rule([0.5, 1.0], tuned_at=0.0), "tuned_at"),
    ],
)
def test_what_has_no_meaning_is_refused(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        call()
