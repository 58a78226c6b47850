"""Worlds of one query: by name, over the same symbols, and against the algebra."""

import numpy as np
import pytest

from ifonly.inference import QueryError, as_in, set_to, shift

from .small import A, B, C, M, T, Y, known, number


@pytest.fixture
def state():
    return known()


def test_a_world_in_which_nothing_is_done_is_the_natural_one(state):
    cross = state.cross_world({}, False, {"do": {"t": set_to(1.0)}, "versus": {}})
    assert cross.world("versus") is cross.natural
    assert cross.world("natural") is cross.natural
    assert cross.world("do") is cross.world("do")
    assert cross.world("do") is not cross.natural


def test_a_world_that_the_query_has_not(state):
    cross = state.cross_world({}, False, {"do": {"t": set_to(1.0)}, "versus": {}})
    with pytest.raises(QueryError, match=r"'elsewhere'; this query has 'do', 'versus', 'natural'"):
        cross.world("elsewhere")


def test_values_are_those_of_the_algebra(state):
    cross = state.cross_world({}, False, {"do": {"t": shift(1.0)}, "held": {"m": set_to(7.0)}})
    do, held = cross.world("do"), cross.world("held")
    for name, expected in {"t": T + 1.0, "m": M + A, "y": Y + C + B * A}.items():
        np.testing.assert_allclose(number(state, cross, do[name]), expected, rtol=1e-14)
    np.testing.assert_allclose(number(state, cross, held["y"]), Y + B * (7.0 - M), rtol=1e-14)
    assert cross.moved == {"m", "y"}, "what an intervention reaches, and no more"


def test_what_is_not_reached_is_the_very_same_symbol(state):
    cross = state.cross_world({}, False, {"held": {"m": set_to(7.0)}})
    held = cross.world("held")
    assert held["t"] is cross.natural["t"]
    assert held["y"] is not cross.natural["y"]
    assert cross.world("held")["a"] is cross.natural["a"]


def test_worlds_that_read_the_same_symbols_share_the_value(state):
    """m of `second` is m of `first`, so that y, which reads it with the same t, is too."""
    cross = state.cross_world(
        {}, False, {"first": {"m": set_to(7.0)}, "second": {"m": as_in("first")}}
    )
    first, second = cross.world("first"), cross.world("second")
    assert second["m"] is first["m"]
    assert second["y"] is first["y"]


def test_paths_are_made_once(state):
    cross = state.cross_world({}, False, {"do": {"t": set_to(1.0)}, "versus": {"t": set_to(0.0)}})
    routes = frozenset({("t", "m", "y")})
    assert cross.along(routes) is cross.along(routes)
    assert cross.along(routes) is not cross.along(frozenset({("t", "y")}))
