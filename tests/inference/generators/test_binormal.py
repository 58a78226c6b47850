"""The excess of two normal thresholds, held against Owen's T function."""

import numpy as np
import pytest
from scipy.special import ndtr, owens_t
from scipy.stats import multivariate_normal

from ifonly.inference.generators.binormal import excess, excess_slope


def owen(a: np.ndarray, b: np.ndarray, rho: float) -> np.ndarray:
    """The bivariate normal probability by Owen (1956), another algorithm than the code's."""
    rest = np.sqrt(1 - rho**2)
    apart = np.where((a * b > 0) | ((a * b == 0) & (a + b >= 0)), 0.0, 0.5)
    first, second = (b - rho * a) / (a * rest), (a - rho * b) / (b * rest)
    return (ndtr(a) + ndtr(b)) / 2 - owens_t(a, first) - owens_t(b, second) - apart


@pytest.mark.parametrize("rho", [-0.99, -0.5, 0.1, 0.8, 0.95, 0.99])
def test_excess_is_exact(rho: float) -> None:
    a, b = np.random.default_rng(1).normal(0, 1.5, (2, 2_000))
    np.testing.assert_allclose(
        excess(a, b, rho), owen(a, b, rho) - ndtr(a) * ndtr(b), rtol=0, atol=1e-15
    )


def test_slope_is_the_joint_density() -> None:
    a, b, rho = 0.3, -1.1, 0.7
    density = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).pdf([a, b])
    assert excess_slope(a, b, rho) == pytest.approx(density, rel=1e-13)
