"""The mode and the curvature of densities whose algebra is known."""

import numpy as np
import pytest

from ifonly.inference.conditioning.latents.optimum import climb, curvature, root_of_inverse

MODE = np.array([1.0, -2.0, 0.5])
PRECISION = np.array([[4.0, 1.0, 0.0], [1.0, 2.0, -0.5], [0.0, -0.5, 100.0]])


class Normal:
    """A normal log-density, with its gradient."""

    def __call__(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        off = x - MODE
        return float(-off @ PRECISION @ off / 2), -PRECISION @ off

    def many(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, slopes = zip(*map(self, points), strict=True)
        return np.array(values), np.array(slopes)


ROOTS = {"none": None, "the inverse's": np.linalg.inv(np.linalg.cholesky(PRECISION)).T}


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_the_climb_ends_at_the_mode(root: np.ndarray | None) -> None:
    found = climb(Normal(), np.zeros(3), root)
    np.testing.assert_allclose(found, MODE, atol=2e-3)


def test_the_climb_ends_uphill_though_it_tries_where_there_is_no_density() -> None:
    """x exp(-x) has its mode at 1 and no density below 0."""
    tried: list[float] = []

    def density(x: np.ndarray) -> tuple[float, np.ndarray]:
        tried.append(float(x[0]))
        with np.errstate(invalid="ignore", divide="ignore"):
            return float(np.log(x[0]) - x[0]), 1 / x - 1

    [found] = climb(density, np.array([9.0]))
    assert min(tried) < 0
    assert 1.0 - 2e-3 < found < 9.0


def test_no_more_steps_than_are_allowed() -> None:
    seen: list[np.ndarray] = []

    def density(x: np.ndarray) -> tuple[float, np.ndarray]:
        seen.append(x)
        return Normal()(x)

    climb(density, np.zeros(3), steps=1)
    assert len(seen) <= 4  # the start, and three tries of the one step


@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_the_curvature_of_a_normal_density_is_its_precision(root: np.ndarray | None) -> None:
    found = curvature(Normal(), np.array([0.3, 0.2, -1.0]), root)
    np.testing.assert_allclose(found, PRECISION, rtol=1e-9, atol=1e-9)


def test_the_root_of_the_inverse() -> None:
    root, flat = root_of_inverse(PRECISION)
    assert flat.shape == (3, 0)
    np.testing.assert_allclose(root @ root.T, np.linalg.inv(PRECISION), rtol=1e-12)


@pytest.mark.parametrize("curve", [0.0, -3.0, np.nan, np.inf])
def test_directions_in_which_nothing_falls_off_are_named(curve: float) -> None:
    root, flat = root_of_inverse(np.diag([2.0, curve]))
    assert np.isfinite(root).all()
    [first], [second] = flat
    assert (first, abs(second) > 0) == (0.0, True)
