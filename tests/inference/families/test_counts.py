"""Counts by their quantile function, against scipy."""

import numpy as np
import pymc as pm
import pytest
from scipy import special, stats

from ifonly.inference.families.form import structural_form

from .one_family import (
    NOISE,
    bounds_of,
    noise_of,
    predicted,
    transported,
)

RANKS = np.array([1e-7, 0.0123, 0.2345, 0.5432, 0.8765, 0.9987])
CASES = {
    "Poisson": (pm.Poisson.dist(3.2), stats.poisson(3.2)),
    "Binomial": (pm.Binomial.dist(10, 0.3), stats.binom(10, 0.3)),
    "NegativeBinomial": (pm.NegativeBinomial.dist(n=2.5, p=0.4), stats.nbinom(2.5, 0.4)),
    "Geometric": (pm.Geometric.dist(0.3), stats.geom(0.3)),
    "DiscreteUniform": (pm.DiscreteUniform.dist(1, 6), stats.randint(1, 7)),
}
every = pytest.mark.parametrize("family", CASES)


@every
def test_values_are_the_quantiles(family):
    rv, law = CASES[family]
    noise = NOISE[structural_form.of(rv, "monotone").law].ppf(RANKS)
    found = predicted(rv, noise, "monotone")
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, law.ppf(RANKS))


@every
def test_noise_lies_in_the_interval_of_the_value(family):
    rv, law = CASES[family]
    noise = NOISE[structural_form.of(rv, "monotone").law]
    value = law.ppf(RANKS).astype(int)
    for rank in (0.1, 0.5, 0.95):
        found = noise_of(rv, value, np.full(len(value), noise.ppf(rank)), "monotone")
        expected = law.cdf(value - 1) + rank * law.pmf(value)
        np.testing.assert_allclose(noise.cdf(found), expected, rtol=1e-7)
        np.testing.assert_array_equal(predicted(rv, found, "monotone"), value)


@every
def test_bounds_are_the_ends_of_the_law(family):
    rv, law = CASES[family]
    low, high = law.support()
    assert bounds_of(rv, "monotone") == [low, None if np.isinf(high) else high]


@every
def test_the_same_law_gives_the_value(family):
    rv, law = CASES[family]
    value = law.ppf(RANKS).astype(int)
    for coupling in structural_form.couplings(rv):
        found = transported(rv, rv, value, np.full(len(value), 0.4), coupling)
        np.testing.assert_array_equal(found, value)
        assert found.dtype == np.int64


def test_a_geometric_count_is_an_exponential_rounded_up():
    rv = pm.Geometric.dist(0.3)
    rate = -np.log(0.7)
    np.testing.assert_array_equal(
        predicted(rv, [0.0, 0.9 * rate, 1.1 * rate, 5.5 * rate]), [1, 1, 2, 6]
    )


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        (pm.Poisson.dist(3.2), pm.Poisson.dist(4.5), stats.poisson(3.2), stats.poisson(4.5)),
        (
            pm.Binomial.dist(9, 0.3),
            pm.Binomial.dist(7, 0.6),
            stats.binom(9, 0.3),
            stats.binom(7, 0.6),
        ),
    ],
    ids=["Poisson", "Binomial"],
)
def test_a_count_keeps_its_rank(old, new, before, after):
    value, draws = np.array([0, 1, 3, 6]), np.array([0.3, -1.0, 2.0, 0.1])
    rank = before.cdf(value - 1) + special.expit(draws) * before.pmf(value)
    found = transported(old, new, value, draws, "monotone")
    np.testing.assert_array_equal(found, after.ppf(rank))
