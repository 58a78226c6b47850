"""Power, sample sizes and assurance, against the published figures and against simulation."""

import numpy as np
import pytest

from ifonly.inference import QueryError
from ifonly.inference.experiments import (
    assurance,
    assured_units,
    detectable_effect,
    group_sequential,
    power,
    sample_size,
)

SD = np.sqrt(4.0312)  # of the outcome of the fifty thousand users


def test_the_published_sample_sizes() -> None:
    """1,001 users for the effect of the encouragement, 66 for a fully complied experiment."""
    assert round(sample_size(0.3555, SD)) == pytest.approx(1_001, abs=1)
    assert round(sample_size(1.38, SD)) == 66


def test_power_is_the_share_of_significant_runs() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(size=(40_000, 2, 50)) + np.array([0.0, 0.4])[:, None]
    z = np.diff(y.mean(axis=2), axis=1)[:, 0] / np.sqrt(2 / 50)
    share = np.mean(z > 1.959964)
    assert abs(power(0.4, 1.0, 100) - share) < 3.5 * np.sqrt(share * (1 - share) / 40_000)


def test_sample_size_effect_and_power_are_one_equation() -> None:
    n = sample_size(0.3, 1.7, 0.9, 0.01, share=0.3)
    assert power(0.3, 1.7, n, 0.01, share=0.3) == pytest.approx(0.9)
    assert detectable_effect(1.7, n, 0.9, 0.01, share=0.3) == pytest.approx(0.3)


def test_a_third_less_variance_saves_a_third_of_the_units_and_looks_cost_some() -> None:
    plain = sample_size(0.2, 1.0)
    assert sample_size(0.2, 1.0, explained=0.324) / plain == pytest.approx(0.676)
    # 32.4 % less variance is like 48 % more users.
    assert plain / sample_size(0.2, 1.0, explained=0.324) == pytest.approx(1.48, abs=0.005)
    looks = group_sequential(5, "pocock").inflation(0.8)
    assert sample_size(0.2, 1.0, inflation=looks) / plain == pytest.approx(1.229, abs=5e-4)


def test_assurance_is_power_averaged_over_the_prior() -> None:
    rng = np.random.default_rng(2)
    draws = rng.normal(0.2, 0.15, 200_000)
    closed = assurance((0.2, 0.15), 1.0, 400)
    assert assurance(draws, 1.0, 400) == pytest.approx(closed, abs=3.5 * 0.5 / np.sqrt(200_000))
    assert assurance((0.2, 0.0), 1.0, 400) == pytest.approx(power(0.2, 1.0, 400))
    assert assurance((0.2, 0.15), 1.0, assured_units((0.2, 0.15), 1.0, 0.7)) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: power(0.1, 0.0, 10), "a standard deviation, is a finite number"),
        (lambda: power(np.nan, 1.0, 10), "effect is a finite number"),
        (lambda: power(0.1, 1.0, 10, share=1.0), "above 0 and below 1"),
        (lambda: power(0.1, 1.0, 0), "how many there are in both arms"),
        (lambda: sample_size(0.0, 1.0), "an effect of 0"),
        (lambda: sample_size(0.1, 1.0, explained=1.0), "a share of variance"),
        (lambda: sample_size(0.1, 1.0, inflation=-1), "inflation is a finite number above 0"),
        (lambda: assurance([1.0], 1.0, 10), "prior is a mean"),
        (lambda: assurance((1.0, -1.0), 1.0, 10), "not negative"),
        (lambda: assured_units((0.1, 1.0), 1.0, 0.8), "a probability of 0.540"),
    ],
)
def test_what_has_no_meaning_is_refused(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        call()
