"""The truncated normal, between near and far bounds. Truth from scipy's normal."""

import math

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import normal
from ifonly.inference.families.special.normal import (
    truncated_logit,
    truncated_move,
    truncated_quantile,
)

from .plain import plain

INF = math.inf
BOUNDS = [(-1.0, 2.5), (-INF, 0.3), (1.0, INF), (6.0, 6.5), (-9.0, -8.0), (20.0, INF)]


def below(x, a, b):
    """P(X <= x) by the side on which nothing cancels."""
    if a > 0:
        return (special.ndtr(-a) - special.ndtr(-x)) / (special.ndtr(-a) - special.ndtr(-b))
    return (special.ndtr(x) - special.ndtr(a)) / (special.ndtr(b) - special.ndtr(a))


@pytest.mark.parametrize("x", [0.0, 0.5, 5.0, 11.9, 12.1, 40.0, 1e5])
def test_the_scaled_error_function(x):
    np.testing.assert_allclose(plain(normal.erfcx)(x), special.erfcx(x), rtol=1e-12)


def test_the_scaled_error_function_ends_at_zero():
    assert plain(normal.erfcx)(INF) == 0.0


@pytest.mark.parametrize(
    ("a", "b"), [(-1.0, 2.0), (0.5, 0.6), (3.0, 9.0), (-4.0, -3.9), (1.0, INF)]
)
def test_the_mass_of_an_interval(a, b):
    low, high = (a, b) if b > 0 else (-b, -a)
    whole = special.ndtr(-low) - special.ndtr(-high)
    expected = math.exp(0.7) * math.sqrt(2 * math.pi) * whole
    np.testing.assert_allclose(plain(normal.mass)(a, b, 0.7), expected, rtol=1e-11)


@pytest.mark.parametrize("x", [-30.0, -8.0, 0.0, 1.0, 30.0])
def test_without_bounds_it_is_the_normal(x):
    z = special.log_ndtr(x) - special.log_ndtr(-x)
    np.testing.assert_allclose(plain(truncated_logit)(x, -INF, INF), z, rtol=1e-12)
    np.testing.assert_allclose(plain(truncated_quantile)(z, -INF, INF), x, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(("a", "b"), BOUNDS)
@pytest.mark.parametrize("part", [0.001, 0.3, 0.9])
def test_logit_and_quantile_between_bounds(a, b, part):
    low = a if a > -INF else b - 3.0
    high = b if b < INF else a + 3.0
    x = low + part * (high - low)
    z = plain(truncated_logit)(x, a, b)
    np.testing.assert_allclose(special.expit(z), below(x, a, b), rtol=1e-9)
    np.testing.assert_allclose(plain(truncated_quantile)(z, a, b), x, rtol=1e-12, atol=1e-15)


def test_ends_are_kept():
    assert plain(truncated_quantile)(-800.0, -1.0, 2.0) == -1.0
    assert plain(truncated_quantile)(800.0, -1.0, 2.0) == 2.0


def test_a_move_keeps_the_rank():
    assert plain(truncated_move)(0.25, -1.0, 2.0, -1.0, 2.0) == 0.25
    rank = below(0.25, -1.0, 2.0)
    expected = stats.truncnorm(0.0, 4.0).ppf(rank)
    np.testing.assert_allclose(
        plain(truncated_move)(0.25, -1.0, 2.0, 0.0, 4.0), expected, rtol=1e-10
    )


def test_the_nearest_point_and_a_point_between():
    assert plain(normal.peak)(3.0, 5.0) == 4.5
    assert plain(normal.peak)(-5.0, -2.0) == 2.0
    assert plain(normal.peak)(-1.0, 1.0) == 0.0
    between = plain(normal.between)
    assert between(-INF, INF) == 0.0
    assert between(-INF, 3.0) < 3.0
    assert between(3.0, INF) > 3.0
    assert between(1.0, 2.0) == 1.5
