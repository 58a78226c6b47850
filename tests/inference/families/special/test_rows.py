"""Kernels of one row of categories, against NumPy; and as symbolic operations."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special

from ifonly.inference.families.special.rows import ROWS, alike, gumbel_move, ordered_move

from .plain import plain

OLD, NEW = np.array([0.2, 0.3, 0.5]), np.array([0.45, 0.35, 0.2])
DRAWS = np.random.default_rng(1).gumbel(size=(40, 3))


def moved(name, *inputs):
    return int(plain(ROWS[name].function)(*map(np.asarray, inputs)))


def test_rows_are_alike_up_to_rounding():
    assert plain(alike)(OLD, OLD * (1 + 1e-14))
    assert not plain(alike)(OLD, OLD * (1 + 1e-9))


@pytest.mark.parametrize("value", [0, 1, 2])
def test_the_winner_of_a_gumbel_race(value):
    """The winner's draw is the greatest; the others are Gumbels kept below it (Maddison 2014)."""
    for draws in DRAWS:
        top = draws[value]
        scores = -np.logaddexp(-top, -(draws + np.log(OLD)))
        scores[value] = top
        expected = np.argmax(scores + np.log(NEW / OLD))
        assert moved("gumbel_move", value, OLD, NEW, draws) == expected
        assert moved("gumbel_move", value, OLD, OLD, draws) == value


def test_a_category_is_left_only_for_one_whose_odds_rose():
    for draws in DRAWS:
        assert moved("gumbel_move", 0, OLD, NEW, draws) == 0  # its own chance rose the most
        assert moved("gumbel_move", 1, OLD, NEW, draws) != 2  # whose chance fell


@pytest.mark.parametrize("value", [0, 1, 2])
@pytest.mark.parametrize("draw", [-3.0, 0.1, 2.0])
def test_an_ordered_category_keeps_its_rank(value, draw):
    rank = OLD[:value].sum() + special.expit(draw) * OLD[value]
    expected = np.searchsorted(np.cumsum(NEW), rank)
    assert moved("ordered_move", value, OLD, NEW, draw) == expected
    assert moved("ordered_move", value, OLD, OLD, draw) == value


def test_rows_broadcast_and_keep_their_names():
    """In Python, as constants are folded: an axis of draws and one of units."""
    value, p, new, draw = pt.lvector(), pt.vector(), pt.matrix(), pt.scalar()
    graph = ordered_move(value, p, new[:, None], draw)
    mode = pytensor.compile.mode.Mode(linker="py", optimizer=None)
    run = pytensor.function([value, p, new, draw], graph, mode=mode)
    found = run([0, 1, 2], OLD, [OLD, NEW], 0.1)
    expected = [[0, 1, 2], [moved("ordered_move", k, OLD, NEW, 0.1) for k in range(3)]]
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.int64
    assert gumbel_move.__name__ == "gumbel_move"
