"""Tails without a closed form: Mills' ratio, Owen's T, Bessel's I0. Truth from scipy."""

import math

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import gauss

from .plain import plain


def mills(x):
    return math.sqrt(math.pi / 2) * special.erfcx(x / math.sqrt(2))


def test_the_nodes_are_those_of_gauss_and_legendre():
    points, weights = np.polynomial.legendre.leggauss(24)
    np.testing.assert_allclose(gauss.NODES, np.column_stack([points, weights]), rtol=1e-13)


@pytest.mark.parametrize("x", [0.0, 0.5, 3.0, 30.0])
def test_the_normal_and_its_upper_tail(x):
    np.testing.assert_allclose(plain(gauss.normal_density)(x), stats.norm.pdf(x), rtol=1e-13)
    np.testing.assert_allclose(plain(gauss.upper)(x), stats.norm.sf(x), rtol=1e-12)
    np.testing.assert_allclose(plain(gauss.mills)(x), mills(x), rtol=1e-12)


@pytest.mark.parametrize(("a", "width"), [(0.0, 0.5), (1.0, 1.9), (-1.5, 1.0), (2.0, 5.0)])
def test_a_difference_of_mills_ratios(a, width):
    expected = mills(a) - mills(a + width)
    np.testing.assert_allclose(plain(gauss.mills_gap)(a, width), expected, rtol=1e-11)


@pytest.mark.parametrize("a", [-1.0, 0.0, 4.0])
def test_a_small_difference_is_the_derivative(a):
    """M'(a) = a M(a) - 1."""
    found = plain(gauss.mills_gap)(a, 1e-12) / 1e-12
    np.testing.assert_allclose(found, 1.0 - a * mills(a), rtol=1e-10)


@pytest.mark.parametrize("h", [0.0, 0.4, 2.0, 6.0])
@pytest.mark.parametrize("a", [0.0, 0.3, 1.0, 4.0])
def test_owen_s_t(h, a):
    np.testing.assert_allclose(plain(gauss.owen)(h, a), special.owens_t(h, a), rtol=1e-11)


@pytest.mark.parametrize("h", [0.5, 3.0, 9.0, 20.0])
def test_the_lighter_tail_of_a_skew_normal_of_slant_one(h):
    """The greater of two normals is below -h where both are."""
    found = plain(gauss.skew_light)(h, 1.0)
    np.testing.assert_allclose(found, stats.norm.sf(h) ** 2, rtol=1e-11)


@pytest.mark.parametrize("x", [0.0, 1.0, 7.9, 8.1, 50.0, 1e4])
def test_bessel_s_function(x):
    np.testing.assert_allclose(plain(gauss.bessel)(x), special.i0e(x), rtol=1e-13)


@pytest.mark.parametrize("d", [0.0, 1.0, 30.0])
def test_a_normal_density_falls_within_its_reach(d):
    x = plain(gauss.reach)(d)
    np.testing.assert_allclose(0.5 * (d + x) ** 2 - 0.5 * d**2, gauss.FALL, rtol=1e-12)
