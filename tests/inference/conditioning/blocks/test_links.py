"""Links: log-likelihoods as scipy has them, derivatives by differences, far out too."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.links import LINKS, Link, dispersed

ETA = np.array([-40.0, -25.0, -8.0, -2.0, -0.3, 0.0, 0.7, 1.5, 3.0])
LAWS: dict[str, tuple[Link, int, Callable[[Any], Any]]] = {
    "logit": (LINKS["binary", "logit"], 5, lambda x: stats.binom(5, 1 / (1 + np.exp(-x)))),
    "probit": (LINKS["binary", "probit"], 5, lambda x: stats.binom(5, stats.norm.cdf(x))),
    "cloglog": (LINKS["binary", "cloglog"], 5, lambda x: stats.binom(5, -np.expm1(-np.exp(x)))),
    "log": (LINKS["counts", "log"], 1, lambda x: stats.poisson(np.exp(x))),
    "softplus": (LINKS["counts", "softplus"], 1, lambda x: stats.poisson(np.log1p(np.exp(x)))),
    "dispersed": (dispersed(2.5), 1, lambda x: stats.nbinom(2.5, 2.5 / (2.5 + np.exp(x)))),
}


def value(link: Link, y: float, n: float, eta: np.ndarray) -> np.ndarray:
    return y * link.of_sum.at(eta) + n * link.of_count.at(eta)


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("y", [0, 1, 3])
def test_values_are_the_law_s(name: str, y: int) -> None:
    """Up to what no predictor changes."""
    link, n, law = LAWS[name]
    eta = ETA[(-10 if name == "dispersed" else -30) < ETA]  # scipy has no digits further out
    found, expected = value(link, y, n, eta), law(eta).logpmf(y)
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_derivatives_are_the_differences(name: str) -> None:
    link, _, _ = LAWS[name]
    for curve in (link.of_sum, link.of_count):
        slope, bend = curve.bends(ETA)
        h = 1e-4
        above, here, below = curve.at(ETA + h), curve.at(ETA), curve.at(ETA - h)
        np.testing.assert_allclose(slope, (above - below) / (2 * h), rtol=1e-6, atol=1e-7)
        rounding = 1e-15 * (1 + np.abs(here)) / h**2
        tolerance = 1e-5 * np.abs(bend) + 8 * rounding
        assert (np.abs(bend - (above - 2 * here + below) / h**2) <= tolerance).all()


@pytest.mark.parametrize("name", LAWS)
def test_far_predictors_are_finite(name: str) -> None:
    link, _, _ = LAWS[name]
    far = np.array([-800.0, -100.0, 100.0, 600.0])
    for curve in (link.of_sum, link.of_count):
        assert np.isfinite(curve.at(far)).all()
        assert not np.isnan(np.array(curve.bends(far))).any()
