"""Each law of an outcome, held against integrals over the latent."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from ifonly.inference.generators.knobs.outcomes import (
    LAWS,
    Bernoulli,
    LogNormal,
    NegativeBinomial,
    Normal,
    Outcome,
)

STRENGTH = 0.8
CASES = [
    # law, mean, propensity, confounding
    (Normal(3.0), 2.0, 0.3, 0.7),
    (Normal(3.0), 2.0, 0.05, -1.1),
    (Bernoulli(), 0.2, 0.3, 0.05),
    (Bernoulli(), 0.01, 0.9, -0.004),
    (NegativeBinomial(), 4.0, 0.3, 1.3),
    (NegativeBinomial(2.0), 40.0, 0.7, -9.0),
    (LogNormal(0.6), 5.0, 0.3, 1.1),
    (LogNormal(0.6), 5.0, 0.99, -2.0),
]


def mean_given(law: Outcome, mean: float, loading: float, u: float) -> float:
    """E[Y | u], written from each law's definition."""
    if isinstance(law, Normal):
        return mean + law.sd * loading * u
    if isinstance(law, Bernoulli):
        return float(ndtr((ndtri(mean) + loading * u) / np.sqrt(1 - loading**2)))
    by = loading * (law.sd if isinstance(law, LogNormal) else 1.0)
    return mean * float(np.exp(by * u - by**2 / 2))


def arms(law: Outcome, mean: float, h: float, loading: float) -> tuple[float, float, float]:
    """The mean, and the means of the treated and the others, by quadrature over U."""

    def over(weight: float) -> float:
        def integrand(u: float) -> float:
            chance = ndtr((h + STRENGTH * u) / np.sqrt(1 - STRENGTH**2))
            share = {0: 1 - chance, 1: chance, 2: 1.0}[weight]
            return mean_given(law, mean, loading, u) * share * norm.pdf(u)

        return quad(integrand, -12, 12, epsabs=1e-14, epsrel=1e-13, limit=400)[0]

    return over(2), over(1) / ndtr(h), over(0) / ndtr(-h)


@pytest.mark.parametrize(("law", "mean", "e", "kappa"), CASES)
def test_the_loading_makes_the_asked_confounding(
    law: Outcome, mean: float, e: float, kappa: float
) -> None:
    one = np.ones(1)
    h = ndtri(e)
    loading = law.loading(mean * one, h * one, kappa * one, STRENGTH)
    overall, treated, others = arms(law, mean, float(h), float(loading[0]))
    assert overall == pytest.approx(mean, abs=1e-12 * max(1, mean))
    assert treated - others == pytest.approx(kappa, abs=1e-11 * max(1, mean))
    back = law.confounding(mean * one, h * one, loading, STRENGTH)
    assert back[0] == pytest.approx(kappa, abs=1e-13 * max(1, mean))
    given = law.given(mean * one, loading, 0.7 * one)
    assert given[0] == pytest.approx(mean_given(law, mean, float(loading[0]), 0.7), rel=1e-13)


@pytest.mark.parametrize("law", [Normal(2.0), Bernoulli(), NegativeBinomial(), LogNormal(0.5)])
def test_no_confounding_is_no_loading_exactly(law: Outcome) -> None:
    assert law.loading(np.full(3, 0.4), np.zeros(3), np.zeros(3), STRENGTH).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("law", "mean"), [(Bernoulli(), 0.2), (NegativeBinomial(), 3.0), (LogNormal(0.5), 3.0)]
)
def test_limits_are_where_one_arm_has_the_extreme_mean(law: Outcome, mean: float) -> None:
    """At the Fréchet limit of a law bounded by 0, an arm holds as much of the mean as it can."""
    e, one = 0.3, np.ones(1)
    low, high = law.limits(mean * one, ndtri(e) * one)
    if isinstance(law, Bernoulli):
        assert high[0] == pytest.approx(min(mean / e, (1 - mean) / (1 - e)))
        assert low[0] == pytest.approx(-min(mean / (1 - e), (1 - mean) / e))
    elif isinstance(law, NegativeBinomial):
        assert (low[0], high[0]) == (pytest.approx(-mean / (1 - e)), pytest.approx(mean / e))
    else:
        # The treated take the upper 30% of Y: their mean is that of a truncated log-normal.
        above = mean * ndtr(0.5 - ndtri(1 - e)) / e
        below = (mean - e * above) / (1 - e)
        assert high[0] == pytest.approx(above - below, rel=1e-12)


def test_a_latent_of_limited_strength_reaches_less() -> None:
    mean, h = np.full(1, 0.2), ndtri(np.full(1, 0.3))
    for law in (Normal(1.0), Bernoulli(), LogNormal(0.5)):
        weak, full = law.limits(mean, h, 0.5), law.limits(mean, h)
        assert full[0] < weak[0] < 0 < weak[1] < full[1]


@pytest.mark.parametrize(
    ("law", "mean", "variance"),
    [
        (Normal(2.0), 3.0, 4.0),
        (Bernoulli(), 0.3, 0.21),
        (NegativeBinomial(), 3.0, 3.0),
        (NegativeBinomial(2.0), 3.0, 3.0 + 9.0 / 2.0),
        (LogNormal(0.5), 3.0, 9.0 * (np.exp(0.25) - 1)),
    ],
)
def test_draws_have_mean_and_variance_of_the_law(
    law: Outcome, mean: float, variance: float
) -> None:
    u, noise = np.random.default_rng(2).standard_normal((2, 200_000))
    y = law.draw(np.full(u.size, mean), np.zeros(u.size), u, noise)
    assert abs(y.mean() - mean) < 4 * np.sqrt(variance / u.size)
    assert y.var() == pytest.approx(variance, rel=0.03)


def test_means_outside_the_range_are_told() -> None:
    assert Bernoulli().allowed(np.array([-0.1, 0.0, 0.5, 1.0, np.nan])).tolist() == [
        False, False, True, False, False,
    ]  # fmt: skip
    assert set(LAWS) == {"normal", "bernoulli", "negative_binomial", "lognormal"}


def test_every_row_of_many_finds_its_root() -> None:
    """Also where Newton's steps come from one side alone, or the density all but vanishes."""
    rng = np.random.default_rng(12)
    mean, h = rng.uniform(0.001, 0.999, 20_000), ndtri(rng.uniform(0.003, 0.99, 20_000))
    low, high = Bernoulli().limits(mean, h, STRENGTH)
    asked = low + (high - low) * rng.uniform(0.001, 0.999, 20_000)
    loading = Bernoulli().loading(mean, h, asked, STRENGTH)
    assert np.abs(loading).max() < 1
    back = Bernoulli().confounding(mean, h, loading, STRENGTH)
    np.testing.assert_allclose(back, asked, rtol=0, atol=1e-12)
