"""Counts between two ends, by the ratios of their probabilities. Truth from scipy."""

import math

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import lattice
from ifonly.inference.families.special.lattice import (
    BETA_BINOMIAL,
    HYPERGEOMETRIC,
    betabinomial_noise,
    betabinomial_quantile,
    hypergeometric_noise,
    hypergeometric_quantile,
)

from .plain import plain

BETA = (BETA_BINOMIAL, betabinomial_quantile, betabinomial_noise)
HYPER = (HYPERGEOMETRIC, hypergeometric_quantile, hypergeometric_noise)
# Kind, quantile, noise; the parameters; the law in scipy.
CASES = [
    (*BETA, (12.0, 2.0, 3.5), stats.betabinom(12, 2.0, 3.5)),
    (*BETA, (15.0, 0.7, 0.9), stats.betabinom(15, 0.7, 0.9)),
    (*BETA, (400.0, 30.0, 5.0), stats.betabinom(400, 30.0, 5.0)),
    (*HYPER, (15.0, 25.0, 12.0), stats.hypergeom(40, 15, 12)),
    (*HYPER, (25.0, 5.0, 20.0), stats.hypergeom(30, 25, 20)),  # at least 15 are good
]
every = pytest.mark.parametrize(("kind", "quantile", "noise", "parameters", "law"), CASES)


@every
def test_weights_are_the_probabilities(kind, quantile, noise, parameters, law):
    low, high = law.support()
    assert plain(lattice.first)(kind, *parameters) == low
    assert plain(lattice.last)(kind, *parameters) == high
    whole = plain(lattice.all_weights)(kind, *parameters)
    for y in law.ppf([0.01, 0.4, 0.9]):
        less, mass = plain(lattice.below)(kind, y, *parameters)
        more = plain(lattice.above)(kind, y, *parameters)
        expected = [law.cdf(y - 1), law.pmf(y), law.sf(y)]
        np.testing.assert_allclose(np.array([less, mass, more]) / whole, expected, rtol=1e-9)
        if y < high:
            step = law.pmf(y + 1) / law.pmf(y)
            np.testing.assert_allclose(plain(lattice.ratio)(kind, y, *parameters), step, rtol=1e-9)


@every
def test_the_mode_is_the_likeliest(kind, quantile, noise, parameters, law):
    low, high = law.support()
    chances = law.pmf(np.arange(low, high + 1))
    at = plain(lattice.mode)(kind, *parameters)
    shapes_above_one = kind == HYPERGEOMETRIC or min(parameters[1:]) > 1.0
    assert at in (low, high) or shapes_above_one
    np.testing.assert_allclose(law.pmf(at), chances.max(), rtol=1e-9)


@every
def test_quantiles_are_scipy_s(kind, quantile, noise, parameters, law):
    for p in (1e-10, 1e-3, 0.2123, 0.49):
        z = math.log(p) - math.log1p(-p)
        assert plain(quantile)(z, *parameters) == law.ppf(p)
        assert plain(quantile)(-z, *parameters) == law.isf(p)


@every
@pytest.mark.parametrize("draw", [-40.0, -1.0, 2.0, 40.0])
def test_noise_lies_in_the_interval_of_the_count(kind, quantile, noise, parameters, law, draw):
    for y in {*law.support(), law.ppf(0.3), law.median()}:
        z = plain(noise)(float(y), *parameters, draw)
        assert plain(quantile)(z, *parameters) == y
        if abs(draw) < 3.0:
            expected = law.cdf(y - 1) + special.expit(draw) * law.pmf(y)
            np.testing.assert_allclose(special.expit(z), expected, rtol=1e-8)
