"""The incomplete beta function, Student's t, and their inverses. Truth from scipy and algebra."""

import math

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import beta
from ifonly.inference.families.special.beta import (
    beta_logit,
    beta_move,
    beta_odds,
    beta_quantile,
    beta_rank,
    t_logit,
    t_move,
    t_quantile,
)

from .plain import plain

SHAPES = [(0.6, 1.5), (2.0, 3.5), (1.0, 1.0), (40.0, 300.0), (0.1, 0.2)]


def tails_of(x, a, b):
    constant = plain(beta.beta_constant)(a, b)
    return plain(beta.beta_tails)(a, b, x, 1.0 - x, constant)


@pytest.mark.parametrize(("a", "b"), SHAPES)
@pytest.mark.parametrize("x", [1e-8, 0.01, 0.125, 0.5, 0.9])
def test_both_tails_and_the_density(a, b, x):
    low, high, slope = tails_of(x, a, b)
    np.testing.assert_allclose(low, special.betainc(a, b, x), rtol=1e-11)
    np.testing.assert_allclose(high, special.betaincc(a, b, x), rtol=1e-11)
    np.testing.assert_allclose(slope, x * (1 - x) * stats.beta(a, b).pdf(x), rtol=1e-10)


def test_ends_have_all_or_nothing():
    assert tails_of(0.0, 2.0, 3.0) == (0.0, 1.0, 0.0)
    assert tails_of(1.0, 2.0, 3.0) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("z", [-200.0, -20.0, 0.5, 20.0])
def test_shape_one_is_a_power(z):
    """I_x(a, 1) = x^a, and I_x(1, 1) = x however near to an end."""
    p = special.expit(z)
    np.testing.assert_allclose(plain(beta_quantile)(z, 2.5, 1.0), p ** (1 / 2.5), rtol=1e-12)
    np.testing.assert_allclose(plain(beta_odds)(z, 1.0, 1.0), z, rtol=1e-12)
    np.testing.assert_allclose(plain(beta_rank)(z, 1.0, 1.0), z, rtol=1e-12)


@pytest.mark.parametrize(("a", "b"), SHAPES)
@pytest.mark.parametrize("z", [-20.0, -2.0, 0.0, 2.0])
def test_the_quantile_is_scipy_s(a, b, z):
    expected = special.betaincinv(a, b, special.expit(z))
    found = plain(beta_quantile)(z, a, b)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    if 0.0 < found < 1.0:
        odds = plain(beta_odds)(z, a, b)
        np.testing.assert_allclose(special.expit(odds), expected, rtol=1e-9)
        np.testing.assert_allclose(plain(beta_rank)(odds, a, b), z, rtol=1e-10, atol=1e-13)


def test_a_logit_and_a_move():
    p, q = special.betainc(2.0, 3.5, 0.3), special.betaincc(2.0, 3.5, 0.3)
    np.testing.assert_allclose(plain(beta_logit)(0.3, 2.0, 3.5), np.log(p / q), rtol=1e-12)
    assert plain(beta_move)(0.3, 2.0, 3.5, 2.0, 3.5) == 0.3
    moved = plain(beta_move)(0.3, 2.0, 3.5, 0.6, 1.5)
    np.testing.assert_allclose(moved, special.betaincinv(0.6, 1.5, p), rtol=1e-11)


@pytest.mark.parametrize("t", [-1e10, -40.0, -0.5, 2.0, 1e6])
def test_student_s_t_where_it_has_a_closed_form(t):
    """Of one degree of freedom Cauchy's; of two 1/2 + t / (2 sqrt(2 + t^2))."""
    size, sign = abs(t), math.copysign(1.0, t)
    cauchy = math.atan2(1.0, size) / math.pi
    root = math.sqrt(2.0 + size * size)
    two = 1.0 / (root * (root + size))  # (1 - size / root) / 2, without cancellation
    for nu, tail in ((1.0, cauchy), (2.0, two)):
        z = sign * (math.log1p(-tail) - math.log(tail))
        np.testing.assert_allclose(plain(t_logit)(t, nu), z, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(plain(t_quantile)(z, nu), t, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("nu", [0.7, 3.5, 30.0, 1e4])
@pytest.mark.parametrize("z", [-18.0, -1.0, 3.0])
def test_student_s_quantile_is_scipy_s(nu, z):
    tail = special.expit(-abs(z))
    expected = math.copysign(stats.t(nu).isf(tail), z)
    np.testing.assert_allclose(plain(t_quantile)(z, nu), expected, rtol=1e-8)


def test_a_move_of_student_s_t_keeps_the_rank():
    assert plain(t_move)(-2.0, 3.0, 3.0) == -2.0
    tail = math.atan2(1.0, 50.0) / math.pi  # of one degree of freedom; then two's quantile
    expected = (1.0 - 2.0 * tail) / math.sqrt(2.0 * tail * (1.0 - tail))
    np.testing.assert_allclose(plain(t_move)(50.0, 1.0, 2.0), expected, rtol=1e-11)
    np.testing.assert_allclose(plain(t_move)(-50.0, 1.0, 2.0), -expected, rtol=1e-11)
