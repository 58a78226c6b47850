"""Densities of whole parameters that PyTensor holds in few bits, against SciPy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from ifonly.inference.scm.small_numbers import has_small_numbers, in_full

PLAIN = Mode(linker="py", optimizer=None)
BETA = stats.beta(100, 100)


def half_t(nu: float, sigma: float, value: float) -> float:
    return float(np.log(2) + stats.t(nu, scale=sigma).logpdf(value))


CASES: list[tuple[Callable[[], Any], float, float]] = [
    (lambda: pm.Beta.dist(100, 100), 0.5, BETA.logpdf(0.5)),
    (lambda: pm.Uniform.dist(-100, 100), 0.5, -np.log(200.0)),
    (lambda: pm.Laplace.dist(100, 100), 1.0, stats.laplace(100, 100).logpdf(1.0)),
    (
        lambda: pm.Triangular.dist(lower=-9, c=0, upper=9),
        1.5,
        stats.triang(0.5, -9, 18).logpdf(1.5),
    ),
    (lambda: pm.HalfStudentT.dist(3, 10), 2.0, half_t(3, 10, 2.0)),
    (lambda: pm.HalfStudentT.dist(4, 7), 2.0, half_t(4, 7, 2.0)),
    (lambda: pm.ExGaussian.dist(12, 12, nu=12), 1.0, stats.exponnorm(1, 12, 12).logpdf(1.0)),
    (lambda: pm.BetaBinomial.dist(100, 100, n=9), 2.0, stats.betabinom(9, 100, 100).logpmf(2)),
    (
        lambda: pm.Truncated.dist(pm.Beta.dist(100, 100), lower=0.4),
        0.5,
        BETA.logpdf(0.5) - BETA.logsf(0.4),
    ),
    (lambda: pm.Censored.dist(pm.Beta.dist(100, 100), 0.4, None), 0.5, BETA.logpdf(0.5)),
    (
        lambda: pm.Mixture.dist([0.5, 0.5], [pm.Beta.dist(100, 100), pm.Uniform.dist(-100, 100)]),
        0.5,
        np.log(0.5 * BETA.pdf(0.5) + 0.5 / 200),
    ),
]


@pytest.mark.parametrize(("make", "value", "expected"), CASES)
def test_the_density_is_that_of_scipy(
    make: Callable[[], Any], value: float, expected: float
) -> None:
    rv = make()
    assert has_small_numbers(rv)
    wide = in_full(rv)
    assert not has_small_numbers(wide)
    assert pm.logp(wide, value).eval(mode=PLAIN) == pytest.approx(expected, rel=1e-6)


def test_what_is_made_anew_is_drawn_as_before() -> None:
    wide = in_full(pm.Truncated.dist(pm.Beta.dist(100, 100), lower=0.5, shape=400))
    drawn = pm.draw(wide, random_seed=1, mode=PLAIN)
    assert drawn.shape == (400,)
    assert drawn.min() >= 0.5
    assert drawn.mean() == pytest.approx(0.5 + 0.0353 * np.sqrt(2 / np.pi), abs=0.005)


def test_other_numbers_stay_as_they_are() -> None:
    for rv in (pm.Normal.dist(0, 60), pm.Beta.dist(2, 2), pm.Beta.dist(100.0, 100.0)):
        assert not has_small_numbers(rv)
        assert in_full(rv) is rv
