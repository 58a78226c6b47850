"""The laws of noise by rank, in the body and the tails. Truth from scipy."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import special, stats

from ifonly.inference.families.form import structural_form
from ifonly.inference.families.ranks import RANKS, constant, drawn, edge, finite

from .one_family import (
    NOISE,
    numbers,
)

FAR = np.array([1e-12, 0.01, 0.3, 0.5, 0.9, 1 - 1e-9])
every = pytest.mark.parametrize("name", sorted(RANKS))


def logit(law, x):
    return np.where(x < law.median(), special.logit(law.cdf(x)), -special.logit(law.sf(x)))


@every
def test_ranks_are_logits_of_the_cdf(name):
    law, rank = NOISE[name], RANKS[name]
    x = law.ppf(FAR)
    np.testing.assert_allclose(
        numbers(rank.of(pt.constant(x))), logit(law, x), rtol=1e-7, atol=1e-9
    )
    z = special.logit(FAR)
    np.testing.assert_allclose(numbers(rank.at(pt.constant(z))), x, rtol=1e-6, atol=1e-9)
    assert rank.ends == law.support()


@every
def test_a_number_between_two_others(name):
    """Of rank u between a and b: the quantile at F(a) + u (F(b) - F(a))."""
    law, rank = NOISE[name], RANKS[name]
    low, high = law.ppf(0.2), law.ppf(0.7)
    u = np.array([0.01, 0.5, 0.9])
    expected = law.ppf(0.2 + u * 0.5)
    ends = pt.constant(low), pt.constant(high)
    found = rank.between(pt.constant(special.logit(u)), *ends)
    np.testing.assert_allclose(numbers(found), expected, rtol=1e-9, atol=1e-12)
    back = rank.within(pt.constant(expected), *ends)
    np.testing.assert_allclose(numbers(back), special.logit(u), rtol=1e-8, atol=1e-9)


def test_far_out_the_exponential_has_no_memory():
    rank, u = RANKS["exponential"], np.array([0.1, 0.9])
    found = rank.between(pt.constant(special.logit(u)), pt.constant(600.0), pt.constant(np.inf))
    np.testing.assert_allclose(numbers(found) - 600.0, stats.expon.ppf(u), rtol=1e-10)


@every
def test_draws_of_a_law_from_uniform_ones(name):
    found = numbers(drawn(name, pt.constant(FAR[1:5])))
    np.testing.assert_allclose(found, NOISE[name].ppf(FAR[1:5]), rtol=1e-8, atol=1e-12)
    assert np.isfinite(numbers(drawn(name, pt.constant([0.0, 0.5])))).all()


def noise_at(rv, bound, upper, discrete):
    form = structural_form.of(rv, "monotone")
    found = edge(form, pt.constant(bound), form.parameters(rv), upper=upper, discrete=discrete)
    return NOISE[form.law].cdf(numbers(found))


def test_where_values_end_among_the_noise():
    """The share of the noise whose values are at most, or less than, the bound."""
    gamma, poisson = pm.Gamma.dist(2.0, 1.0), pm.Poisson.dist(3.0)
    law, count = stats.gamma(2.0), stats.poisson(3.0)
    for upper in (True, False):
        np.testing.assert_allclose(noise_at(gamma, 1.5, upper, False), law.cdf(1.5), rtol=1e-9)
        assert noise_at(gamma, -1.0, upper, False) == 0.0
        assert noise_at(gamma, np.inf, upper, False) == 1.0
    np.testing.assert_allclose(noise_at(poisson, 4.0, True, True), count.cdf(4), rtol=1e-9)
    np.testing.assert_allclose(noise_at(poisson, 4.5, True, True), count.cdf(4), rtol=1e-9)
    np.testing.assert_allclose(noise_at(poisson, 4.0, False, True), count.cdf(3), rtol=1e-9)
    np.testing.assert_allclose(noise_at(poisson, 3.5, False, True), count.cdf(3), rtol=1e-9)
    assert noise_at(poisson, 0.0, False, True) == 0.0


def test_what_is_known_beforehand():
    assert constant(pt.constant([0.0, 0.0]), 0.0)
    assert not constant(pt.constant([0.0, 1.0]), 0.0)
    assert not constant(pt.scalar(), 0.0)
    np.testing.assert_array_equal(
        numbers(finite(pt.constant([-np.inf, 2.0, np.inf]))), [-1e300, 2.0, 1e300]
    )
