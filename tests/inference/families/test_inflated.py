"""Zeros of two kinds, against algebra."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.families.form import structural_form

from .one_family import (
    bounds_of,
    moved,
    numbers,
    share_is,
)

N = 20_000


@pytest.mark.parametrize("coupling", ["process", "switch"])
def test_a_switch_and_a_count(coupling):
    old, new = (pm.ZeroInflatedPoisson.dist(psi, 2.0) for psi in (0.4, 0.7))
    value = np.resize([0, 3], N)
    there = moved(old, new, value, coupling)
    np.testing.assert_array_equal(there[1::2], 3)
    off = 0.6 / (0.6 + 0.4 * np.exp(-2.0))
    assert share_is(there[::2] > 0, off * (0.3 / 0.6) * (1 - np.exp(-2.0)))
    back = moved(new, old, np.full(N, 3), coupling)
    assert set(np.unique(back)) == {0, 3}
    assert share_is(back == 3, 0.4 / 0.7)


def test_a_hurdle_s_zeros_are_a_process_of_their_own():
    old, new = (pm.HurdleGamma.dist(psi, 2.0, 1.0) for psi in (0.8, 0.5))
    there = moved(old, new, np.full(N, 3.25))
    assert set(np.unique(there)) == {0.0, 3.25}
    assert share_is(there > 0, 0.5 / 0.8)
    back = moved(new, old, np.zeros(N))
    assert share_is(back > 0, 0.3 / 0.5)
    assert stats.kstest(back[back > 0], stats.gamma(2.0).cdf).pvalue > 1e-3


def test_a_hurdle_by_rank():
    old, new = (pm.HurdleGamma.dist(psi, 2.0, 1.0) for psi in (0.8, 0.5))
    value, law = np.array([0.2, 1.0, 3.0, 9.0]), stats.gamma(2.0)
    rank = 0.2 + 0.8 * law.cdf(value)
    expected = np.where(rank > 0.5, law.ppf((rank - 0.5) / 0.5), 0.0)
    np.testing.assert_allclose(moved(old, new, value, "monotone"), expected, rtol=1e-9)


def test_bounds_and_couplings():
    rv = pm.ZeroInflatedBinomial.dist(0.4, 7, 0.3)
    assert bounds_of(rv, "monotone") == [0.0, 7.0]
    assert set(structural_form.couplings(rv)) == {"switch", "process", "monotone", "independent"}
    continuous = structural_form.couplings(pm.HurdleGamma.dist(0.4, 2.0, 1.0))
    assert list(continuous) == ["switch", "monotone"]


def test_the_quantiles_of_the_whole():
    """A zero-inflated Poisson: P(Y > k) = psi P(Poisson > k)."""
    rv, law = pm.ZeroInflatedPoisson.dist(0.4, 2.0), stats.poisson(2.0)
    form = structural_form.of(rv, "monotone").plain
    rank = np.array([0.3, 0.6, 0.65, 0.8, 0.95, 0.9999])
    noise, parameters = pt.constant(stats.logistic.ppf(rank)), form.parameters(rv)
    found = numbers(form.predict(noise, *parameters))
    zeros = 0.6 + 0.4 * law.cdf(0)
    expected = np.where(rank < zeros, 0.0, law.isf(np.minimum((1 - rank) / 0.4, 1.0)))
    np.testing.assert_array_equal(found, expected)


def test_the_rank_of_a_positive_value_lies_in_its_interval():
    rv, law = pm.ZeroInflatedPoisson.dist(0.4, 2.0), stats.poisson(2.0)
    form = structural_form.of(rv, "monotone").plain
    value = np.array([0, 1, 3, 8])
    noise = numbers(
        form.abduct(pt.constant(value), *form.parameters(rv), draws=pt.constant(np.zeros(4)))
    )
    below = np.where(value > 0, 0.6 + 0.4 * law.cdf(value - 1), 0.0)
    above = 0.6 + 0.4 * law.cdf(value)
    np.testing.assert_allclose(stats.logistic.cdf(noise), 0.5 * (below + above), rtol=1e-8)
