"""A grid holds the answers at its settings, and says how far off it is between them."""

import numpy as np
import pytest

from ifonly.scenarios.pages.grid import ALONE, grid
from ifonly.scenarios.pages.levers import levers

from .worlds import quadratic


def test_pieces_are_each_lever_alone_and_two_set_together():
    chosen = levers(quadratic().state, "y", ("a", "t"))

    def asked(settings):
        values = [s.get("a", (0, 1))[0] + 10 * s.get("t", (0, 1))[0] for s in settings]
        return np.array([values], dtype=float)

    pieces = {(p.levers, p.kinds): p for p in grid(chosen, asked)}
    assert list(pieces) == [
        ((0,), ("set",)),
        ((0,), ("shift",)),
        ((0,), ("scale",)),
        ((1,), ("set",)),
        ((0, 1), ("set", "set")),
    ]
    both = pieces[(0, 1), ("set", "set")]
    expected = both.axes[0][:, None] + 10 * both.axes[1][None, :]
    np.testing.assert_allclose(both.values[0].reshape(expected.shape), expected)


def test_the_error_of_a_parabola_is_the_known_one():
    """Halfway between points h apart a line is off by h^2/4 of x^2."""
    [lever] = levers(quadratic().state, "y", ("a",))

    def asked(settings):
        return np.array([[s["a"][0] ** 2 for s in settings]])

    piece = next(iter(grid([lever], asked, few=asked)))
    low, high = lever.ends("set")
    step = (high - low) / (ALONE - 1)
    size = np.ptp(np.linspace(low, high, ALONE) ** 2)
    assert piece.error == pytest.approx(step**2 / 4 / size, rel=1e-6)
