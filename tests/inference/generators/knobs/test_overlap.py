"""Overlap: the asked density ratio to rounding, and the dials by brute force."""

import numpy as np
import pytest
from scipy.special import expit, logit

from ifonly.inference.errors import KnobError
from ifonly.inference.generators.knobs.overlap import (
    Dial,
    auc,
    coefficient,
    dialled,
    effective,
    from_ratio,
    log_ratio,
)

RNG = np.random.default_rng(3)
ASKED = RNG.normal(0.4, 1.0, 2_000)
LEARNT = expit(RNG.normal(-1.0, 0.6, 400))


def test_the_ratio_is_as_asked_up_to_the_reported_shift() -> None:
    found = from_ratio(ASKED, 0.3)
    e = found.values
    # Bayes: p(x|0)/p(x|1) = (1-e)/e * P(T=1)/P(T=0), over a population of equally likely rows.
    realised = np.log((1 - e) / e * e.mean() / (1 - e).mean())
    np.testing.assert_allclose(realised, ASKED + found.shift, atol=1e-12)
    np.testing.assert_allclose(log_ratio(e), realised, atol=1e-12)
    assert e.mean() == pytest.approx(0.3, abs=1e-13)
    assert abs(found.shift) > 0.01


def test_giving_up_the_prevalence_makes_the_ratio_exact() -> None:
    found = from_ratio(ASKED, 0.3, keep="ratio")
    np.testing.assert_allclose(log_ratio(found.values), ASKED, atol=1e-12)
    assert abs(found.values.mean() - 0.3) > 0.01


def test_what_no_prevalence_can_do_is_refused() -> None:
    with pytest.raises(KnobError, match="no prevalence makes"):
        from_ratio(np.abs(ASKED) + 0.1, 0.3, keep="ratio")


def test_a_constant_ratio_is_refused_and_zero_is_not() -> None:
    with pytest.raises(KnobError, match="cannot differ by a constant factor"):
        from_ratio(np.ones(10), 0.3)
    assert from_ratio(np.zeros(10), 0.3).values == pytest.approx(np.full(10, 0.3))


def test_separated_arms_are_refused() -> None:
    with pytest.raises(KnobError, match="probability of"):
        from_ratio(40 * ASKED, 0.3)


def test_figures_by_brute_force() -> None:
    e, f = LEARNT, 1 - LEARNT
    pairs = (e[:, None] > e) + 0.5 * (e[:, None] == e)
    assert auc(e) == pytest.approx((e[:, None] * f * pairs).sum() / (e.sum() * f.sum()), abs=1e-12)
    treated, others = e / e.sum(), f / f.sum()
    assert coefficient(e) == pytest.approx(np.minimum(treated, others).sum(), abs=1e-12)
    # Kish: (sum of weights)^2 / sum of squared weights, expected over T.
    w1, w0 = e.mean() / e, f.mean() / f
    first, second = (e * w1 + f * w0).mean(), (e * w1**2 + f * w0**2).mean()
    assert effective(e) == pytest.approx(first**2 / second, abs=1e-12)


@pytest.mark.parametrize(
    ("dial", "measure"),
    [
        (Dial("auc", 0.8), auc),
        (Dial("auc", 0.5), auc),
        (Dial("overlap", 0.4), coefficient),
        (Dial("ess", 0.3), effective),
        (Dial("ess", 0.999), effective),
    ],
)
def test_a_dial_reaches_its_figure_and_keeps_prevalence_and_order(dial: Dial, measure) -> None:
    found = dialled(LEARNT, dial, 0.4)
    assert measure(found.values) == pytest.approx(dial.target, abs=1e-10)
    assert found.values.mean() == pytest.approx(0.4, abs=1e-12)
    slope, _ = np.polyfit(logit(LEARNT), logit(found.values), 1)
    assert slope == pytest.approx(found.slope, abs=1e-8)


@pytest.mark.parametrize(
    ("learnt", "dial", "said"),
    [
        (LEARNT, Dial("auc", 0.999999), "cannot be reached"),
        (np.full(9, 0.3), Dial("auc", 0.8), "nothing to make steeper"),
    ],
)
def test_a_dial_that_cannot_be_is_refused(learnt: np.ndarray, dial: Dial, said: str) -> None:
    with pytest.raises(KnobError, match=said):
        dialled(learnt, dial, 0.4)


@pytest.mark.parametrize(
    ("figure", "target", "said"),
    [
        ("auc", 0.3, "lies from 0.5 to 1"),
        ("auc", 1.0, "lies from 0.5 to 1"),
        ("auc", np.nan, "target of Dial is a finite number, not nan"),
        ("ess", 0.0, "lies from 0 to 1"),
        ("gini", 0.5, "the figure of a Dial is auc or overlap or ess, not 'gini'"),
        (["auc"], 0.5, "the figure of a Dial is auc"),
        ("auc", "high", "target of Dial is a finite number, not 'high'"),
    ],
)
def test_a_dial_that_no_propensity_has(figure: str, target: float, said: str) -> None:
    with pytest.raises(KnobError, match=said):
        Dial(figure, target)
