"""Peaks of densities whose peaks are known, and their derivatives there."""

import numpy as np
import pytest

from ifonly.inference.conditioning.blocks.peak import differences, of_one, peaks

PLACES = np.array([[0.0, 1.0], [-30.0, 2.0], [0.5, 1e3]])
CURVATURE = np.array([[2.0, 0.6], [0.6, 1.0]])


def normal(x: np.ndarray) -> np.ndarray:
    off = x - PLACES[:, None]
    return -0.5 * np.einsum("kpi,ij,kpj->kp", off, CURVATURE, off)


def test_several_in_two_dimensions() -> None:
    found = peaks(normal, 2, 3)
    np.testing.assert_allclose(found, PLACES, atol=1e-4)
    curvature, slope = differences(normal, PLACES + 0.25)
    np.testing.assert_allclose(curvature, np.broadcast_to(CURVATURE, (3, 2, 2)), atol=1e-5)
    np.testing.assert_allclose(slope, np.tile(-CURVATURE.sum(axis=1) / 4, (3, 1)), atol=1e-7)


def test_one_of_several() -> None:
    points = PLACES[1] + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    np.testing.assert_allclose(of_one(normal, 3, 1)(points), [0.0, -1.0, -2.0])


@pytest.mark.parametrize("level", [-np.inf, np.nan])
def test_a_density_that_is_nowhere_has_no_peak_and_harms_no_other(level: float) -> None:
    def density(x: np.ndarray) -> np.ndarray:
        return normal(x) + np.array([[0.0], [level], [0.0]])

    found = peaks(density, 2, 3)
    assert np.isnan(found[1]).all()
    np.testing.assert_array_equal(found[[0, 2]], peaks(normal, 2, 3)[[0, 2]])


def test_a_peak_beside_which_the_density_is_zero() -> None:
    """There are no differences to step along, so that a simplex finds it; the other as ever."""
    places, widths = np.array([[2e-4], [1.0]]), np.array([[1e-4], [1.0]])

    def density(x: np.ndarray) -> np.ndarray:
        off = abs(x[:, :, 0] - places) / widths
        return np.where(off < 6, -0.5 * off**2, -np.inf)

    found = peaks(density, 1, 2)
    np.testing.assert_allclose((found - places) / widths, 0.0, atol=0.01)
