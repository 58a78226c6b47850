"""Families of one shape, by their tails. Truth from scipy's laws and from closed forms."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from ifonly.inference.families.special import smooth
from ifonly.inference.families.special.smooth import (
    circle_logit,
    circle_quantile,
    exgauss_logit,
    exgauss_quantile,
    rice_logit,
    rice_quantile,
    skew_logit,
    skew_quantile,
    wald_logit,
    wald_quantile,
)

from .plain import plain

# Logit, quantile, tails with the density, the law in scipy, shapes, and points of the body.
FAMILIES = {
    "wald": (
        wald_logit, wald_quantile, smooth.wald_tails,
        lambda phi: stats.invgauss(1 / phi, 0.0, phi), (0.4, 3.0, 50.0), (0.3, 1.0, 2.5),
    ),
    "exgauss": (
        exgauss_logit, exgauss_quantile, smooth.exgauss_tails,
        lambda rate: stats.exponnorm(1 / rate), (0.3, 1.0, 4.0), (-2.0, 0.5, 3.0),
    ),
    "skew": (
        skew_logit, skew_quantile, smooth.skew_tails,
        stats.skewnorm, (-3.0, 0.0, 1.2), (-1.0, 0.2, 2.0),
    ),
    "rice": (
        rice_logit, rice_quantile, smooth.rice_tails,
        stats.rice, (0.0, 1.5, 6.0), (0.5, 2.0, 5.0),
    ),
    "circle": (
        circle_logit, circle_quantile, smooth.circle_tails,
        stats.vonmises, (0.2, 1.5, 20.0), (-1.0, 0.1, 0.7),
    ),
}  # fmt: skip


def tail(logit):
    """Return the smaller tail that a logit stands for."""
    return np.exp(-abs(logit)) / (1.0 + np.exp(-abs(logit)))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_body_is_scipy_s(family):
    logit, quantile, tails, law, shapes, points = FAMILIES[family]
    for shape in shapes:
        for x in points:
            z = plain(logit)(x, shape)
            np.testing.assert_allclose(special.expit(z), law(shape).cdf(x), rtol=1e-8)
            np.testing.assert_allclose(plain(quantile)(z, shape), x, rtol=1e-8, atol=1e-10)
            low, high, density = plain(tails)(x, shape)
            np.testing.assert_allclose(low + high, 1.0, rtol=1e-12)
            np.testing.assert_allclose(density, law(shape).pdf(x), rtol=1e-10)


def test_far_tails_are_those_of_closed_forms():
    """Relative error 1e-12 of probabilities down to 1e-90, where each law has a closed form."""
    for h in (3.0, 9.0, 20.0):
        q = stats.norm.sf(h)
        # A skew normal of slant one is the greater of two normals.
        np.testing.assert_allclose(tail(plain(skew_logit)(-h, 1.0)), q**2, rtol=1e-12)
        np.testing.assert_allclose(tail(plain(skew_logit)(h, 1.0)), 2 * q - q**2, rtol=1e-12)
        # Rice about the origin is Rayleigh's law.
        rayleigh = np.exp(-0.5 * h * h)
        np.testing.assert_allclose(tail(plain(rice_logit)(h, 0.0)), rayleigh, rtol=1e-12)
        mean, wald = stats.invgauss(1 / 3.0, 0.0, 3.0), plain(wald_logit)
        np.testing.assert_allclose(tail(wald(h, 3.0)), mean.sf(h), rtol=1e-11)
        np.testing.assert_allclose(tail(wald(1 / h, 3.0)), mean.cdf(1 / h), rtol=1e-11)
        summed = stats.exponnorm(2.0).sf(h)
        np.testing.assert_allclose(tail(plain(exgauss_logit)(h, 0.5)), summed, rtol=1e-11)
    below = integrate.quad(lambda t: np.exp(5.0 * (np.cos(t) - 1.0)), -np.pi, -2.9, epsrel=1e-13)[0]
    whole = integrate.quad(lambda t: np.exp(5.0 * (np.cos(t) - 1.0)), -np.pi, np.pi)[0]
    np.testing.assert_allclose(tail(plain(circle_logit)(-2.9, 5.0)), below / whole, rtol=1e-10)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("z", [-60.0, 30.0])
def test_far_quantiles_come_back(family, z):
    logit, quantile, _, _, shapes, _ = FAMILIES[family]
    z = z / 10.0 if family == "circle" else z  # an angle near pi holds no more
    x = plain(quantile)(z, shapes[1])
    np.testing.assert_allclose(plain(logit)(x, shapes[1]), z, rtol=1e-9)


def test_ends():
    assert plain(smooth.smooth_solve)(smooth.WALD, 0.0, 1.0, 3.0) == 0.0
    assert plain(smooth.smooth_solve)(smooth.SKEW, 0.0, 1.0, 3.0) == -np.inf
    np.testing.assert_allclose(plain(smooth.smooth_solve)(smooth.CIRCLE, 1.0, 0.0, 3.0), np.pi)
