"""Instruments of textbook graphs, and of linear models by algebra."""

import itertools

import numpy as np
import pytest

from ifonly.inference import CausalGraph, QueryError
from ifonly.inference.estimators import Roles
from ifonly.inference.graph import instrument_problem, instruments

from .textbook import drawn

INSTRUMENT = drawn("z > t, u > t y, t > y", latents="u")


def test_instruments():
    assert [str(i) for i in instruments(INSTRUMENT, "t", "y")] == ["z"]
    conditional = drawn("w > z y, z > t, u > t y, t > y", latents="u")
    assert [str(i) for i in instruments(conditional, "t", "y")] == ["z given w"]
    assert instrument_problem(conditional, "z", "t", "y") == (
        "z reaches y by another way than t: z <- w -> y"
    )
    assert instrument_problem(conditional, "z", "t", "y", ["w"]) is None
    # A descendant of the treatment's instrument serves too; one of the latent does not.
    surrogate = drawn("i > t z, u > t y p, t > y", latents="u i")
    assert [str(i) for i in instruments(surrogate, "t", "y")] == ["z"]
    assert instruments(drawn("z > y, u > t y, t > y", latents="u"), "t", "y") == ()
    alone = drawn("t > y", nodes="z")
    assert instrument_problem(alone, "z", "t", "y") == "z is independent of t"
    assert instrument_problem(drawn("t > z y"), "z", "t", "y") == "z is an effect of t"


def test_an_instrument_that_a_held_collider_makes_relevant():
    """z and t are independent; holding the common effect c of z and of t's cause connects them."""
    graph = drawn("z > c, v > c t, u > t y, t > y", latents="u v")
    assert {str(i) for i in instruments(graph, "t", "y")} == {"c", "z given c"}
    assert instrument_problem(graph, "z", "t", "y") == "z is independent of t"
    # An analyst who reads the graph does not adjust for a collider for its sake.
    roles = Roles.of_graph(graph, "t", "y")
    assert (roles.adjust, roles.instruments) == ((), ("c",))


def _given(covariance, names, one, other, held):
    """The covariance of two variables of a linear Gaussian model, given others."""
    a, b, w = names.index(one), names.index(other), [names.index(h) for h in held]
    left = covariance[a, b]
    if w:
        left -= covariance[a, w] @ np.linalg.solve(covariance[np.ix_(w, w)], covariance[w, b])
    return left


def test_instruments_are_all_that_give_the_effect_by_algebra():
    """Z is an instrument given W just where cov(Z, Y | W) / cov(Z, T | W) is the effect.

    Random linear Gaussian models with two latents, one of which confounds t and y; all sets W.
    """
    rng = np.random.default_rng(3)
    names = ["a", "b", "c", "u", "v", "t", "y"]
    listed = 0
    for _ in range(100):
        order = [*rng.permutation(["a", "b", "c", "u", "v"]), "t", "y"]
        chosen = [e for e in itertools.combinations(order, 2) if rng.uniform() < 0.3]
        edges = [*{*chosen, ("u", "t"), ("u", "y"), ("t", "y")}]
        graph = CausalGraph.of_edges(edges, latents=["u", "v"], nodes=order)
        slopes = np.zeros((7, 7))
        for cause, effect in edges:
            slopes[names.index(effect), names.index(cause)] = rng.uniform(0.5, 1.5)
        total = np.linalg.inv(np.eye(7) - slopes)
        covariance = total @ np.diag(rng.uniform(0.5, 2.0, 7)) @ total.T
        expected = set()
        for z in "abc":
            for size in range(3):
                for held in itertools.combinations(sorted({*"abc"} - {z}), size):
                    first = _given(covariance, names, z, "t", held)
                    second = _given(covariance, names, z, "y", held)
                    if abs(first) > 1e-9 and np.isclose(second / first, total[6, 5], atol=1e-9):
                        expected.add(z)
        found = instruments(graph, "t", "y")
        assert {i.name for i in found} == expected, edges
        listed += len(found)
    assert listed > 40


def test_an_instrument_in_words():
    [instrument] = instruments(drawn("w > z y, z > t, u > t y, t > y", latents="u"), "t", "y")
    assert (instrument.name, instrument.given) == ("z", {"w"})
    assert str(instrument) == "z given w"


def test_two_treatments_together():
    """z moves t, and m through it alone; a second one moves m."""
    graph = drawn("z > t, v > m, t > m y, m > y, u > t m y", latents="u")
    assert {str(i) for i in instruments(graph, ["t", "m"], "y")} == {"z", "v"}
    assert instrument_problem(graph, "z", "m", "y") == (
        "z reaches y by another way than m: z -> t -> y"
    )


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["z"], "z is held itself"),
        (["m"], "m, which is held, is an effect of t"),
    ],
)
def test_what_is_held_with_an_instrument(given, reason):
    graph = drawn("z > t, u > t y, t > m, m > y", latents="u")
    assert instrument_problem(graph, "z", "t", "y", given) == reason


def test_a_latent_is_no_instrument_to_ask_of():
    with pytest.raises(QueryError, match="'u' is latent"):
        instrument_problem(INSTRUMENT, "u", "t", "y")
