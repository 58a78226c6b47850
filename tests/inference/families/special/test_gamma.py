"""The incomplete gamma function and its inverse, in the body and the tails. Truth from scipy."""

import math

import numpy as np
import pytest
from scipy import special

from ifonly.inference.families.special import gamma
from ifonly.inference.families.special.gamma import gamma_logit, gamma_move, gamma_quantile

from .plain import plain

SHAPES = (0.05, 0.5, 1.0, 2.5, 40.0, 1e4)


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("p", [1e-10, 0.01, 0.5, 0.99, 1 - 1e-10])
def test_both_tails_and_the_density(a, p):
    x = special.gammaincinv(a, p)
    if x < 1e-300:
        return  # the quantile of a small shape is below the least double
    low, high, slope = plain(gamma.gamma_tails)(a, x)
    np.testing.assert_allclose(low, special.gammainc(a, x), rtol=1e-11)
    np.testing.assert_allclose(high, special.gammaincc(a, x), rtol=1e-11)
    density = np.exp(a * np.log(x) - x - special.gammaln(a))
    np.testing.assert_allclose(slope, density, rtol=1e-10)


def test_ends_have_all_or_nothing():
    assert plain(gamma.gamma_tails)(2.0, 0.0) == (0.0, 1.0, 0.0)
    assert plain(gamma.gamma_tails)(2.0, math.inf) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("x", [1e-20, 1e-3, 1.0, 30.0, 200.0])
def test_shape_one_is_the_exponential(x):
    """P = 1 - exp(-x), so that its logit is log(exp(x) - 1)."""
    z = x + math.log(-math.expm1(-x))
    np.testing.assert_allclose(plain(gamma_logit)(x, 1.0), z, rtol=1e-12)
    np.testing.assert_allclose(plain(gamma_quantile)(z, 1.0), x, rtol=1e-12)


def test_shape_two_far_out():
    """Q(2, x) = (1 + x) exp(-x)."""
    x = 500.0
    np.testing.assert_allclose(plain(gamma_logit)(x, 2.0), x - math.log1p(x), rtol=1e-13)


@pytest.mark.parametrize("a", SHAPES[1:])
@pytest.mark.parametrize("z", [-25.0, -3.0, 0.0, 3.0, 25.0])
def test_the_quantile_is_scipy_s(a, z):
    p, q = special.expit(z), special.expit(-z)
    expected = special.gammaincinv(a, p) if z < 0 else special.gammainccinv(a, q)
    np.testing.assert_allclose(plain(gamma_quantile)(z, a), expected, rtol=1e-10)


def test_a_move_keeps_the_rank():
    assert plain(gamma_move)(1.25, 2.5, 2.5) == 1.25
    expected = special.gammaincinv(0.7, special.gammainc(2.5, 1.25))
    np.testing.assert_allclose(plain(gamma_move)(1.25, 2.5, 0.7), expected, rtol=1e-11)
    upper = special.gammainccinv(0.7, special.gammaincc(2.5, 40.0))
    np.testing.assert_allclose(plain(gamma_move)(40.0, 2.5, 0.7), upper, rtol=1e-11)


@pytest.mark.parametrize("a", [0.3, 5.0, 15.9, 16.1, 300.0])
def test_what_stirling_leaves(a):
    root = 0.5 * math.log(2 * math.pi)
    expected = special.gammaln(a + 1) - (a + 0.5) * math.log(a) + a - root
    np.testing.assert_allclose(plain(gamma.stirling_error)(a), expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(plain(gamma.stirling_error)(a), 1 / (12 * a), rtol=0.05 / min(a, 1))


@pytest.mark.parametrize("d", [-0.9, -0.3, 1e-9, 1e-4, 0.15, 0.5, 5.0])
def test_a_logarithm_without_cancellation(d):
    """Of small d the series -d^2 / 2 + d^3 / 3 - ..., of others the plain difference."""
    series = sum((-1) ** (k + 1) * d**k / k for k in range(2, 7))
    expected = series if abs(d) < 1e-3 else math.log1p(d) - d
    np.testing.assert_allclose(plain(gamma.log_ratio)(1.0 + d, d), expected, rtol=1e-12)


def test_logit_and_tails_are_each_other_s_inverse():
    assert plain(gamma.logit)(0.0, 1.0) == -math.inf
    assert plain(gamma.logit)(1.0, 0.0) == math.inf
    assert plain(gamma.tails)(0.0) == (0.5, 0.5)
    for z in (-700.0, -30.0, -0.1, 2.0, 40.0, 700.0):
        p, q = plain(gamma.tails)(z)
        np.testing.assert_allclose([p, q], [special.expit(z), special.expit(-z)], rtol=1e-14)
        np.testing.assert_allclose(plain(gamma.logit)(p, q), z, rtol=1e-14)


@pytest.mark.parametrize("p", [1e-30, 1e-4, 0.3, 0.8])
def test_a_first_guess_of_a_normal_quantile(p):
    assert abs(plain(gamma.normal_guess)(p, 1.0 - p) - special.ndtri(p)) < 5e-4
    assert abs(plain(gamma.normal_guess)(1.0 - p, p) + special.ndtri(p)) < 5e-4
