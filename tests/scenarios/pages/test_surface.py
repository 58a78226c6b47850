"""Polynomials are found where the answer is one, and nowhere else."""

import numpy as np
import pytest

from ifonly.scenarios.pages.asking import Asking
from ifonly.scenarios.pages.levers import Lever, levers
from ifonly.scenarios.pages.surface import polynomial

from .worlds import A, T, mean_effect, quadratic


def test_an_answer_that_is_a_polynomial_is_found_and_is_exact_anywhere():
    state = quadratic().state
    chosen = levers(state, "y", ("a", "t"))
    found = polynomial(chosen, Asking(state, "y").means, seed=1)
    for setting, expected in (
        ({"a": (0.123, 1.0)}, mean_effect(A + 0.123, T)),
        ({"a": (-0.7, 0.0), "t": (1.0, 0.0)}, mean_effect(np.full(50, -0.7), np.ones(50))),
        ({}, 0.0),
    ):
        assert found.at(chosen, setting)[0] == pytest.approx(expected, rel=1e-11, abs=1e-11)


def test_what_two_levers_of_levels_do_together_is_exact_at_each_pair():
    """Effects that differ from cell to cell, and where one lever is left alone."""
    t = Lever("t", T.astype(float), ("set",), 0.0, 1.0, True, (0, 1))
    k = Lever("k", np.arange(50.0) % 5, ("set",), 0.0, 4.0, True, (0, 1, 2, 3, 4))
    cells = np.random.default_rng(3).normal(size=(2, 5))

    def asked(settings):
        moves = [(s.get("t", (0.0, 1.0)), s.get("k", (0.0, 1.0))) for s in settings]
        where = [(a + b * T, c + d * k.natural) for (a, b), (c, d) in moves]
        return np.array([[cells[x.astype(int), y.astype(int)].mean() for x, y in where]])

    found = polynomial((t, k), asked, seed=1)
    for setting in [{}, {"t": (1.0, 0.0)}, *({"k": (float(v), 0.0)} for v in range(5))]:
        assert found.at((t, k), setting)[0] == pytest.approx(asked([setting])[0, 0], rel=1e-10)
    assert len(found.exponents) <= 3 * 6  # a value or none of the one, and of the other


@pytest.mark.parametrize(
    "bend", [np.exp, np.abs, lambda x: np.maximum(x, 3.2)], ids=["exp", "abs", "kink"]
)
def test_an_answer_that_bends_is_none(bend):
    state = quadratic().state
    [lever] = levers(state, "y", ("a",))

    def asked(settings):
        moved = [a + b * A for a, b in (s.get("a", (0.0, 1.0)) for s in settings)]
        return np.array([[bend(x).mean() for x in moved]])

    assert polynomial([lever], asked, seed=1) is None
