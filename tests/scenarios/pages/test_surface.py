"""Polynomials are found where the answer is one, and nowhere else."""

import numpy as np
import pytest

from ifonly.scenarios.pages.asking import Asking
from ifonly.scenarios.pages.levers import levers
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


@pytest.mark.parametrize(
    "bend", [np.exp, np.abs, lambda x: np.maximum(x, 3.2)], ids=["exp", "abs", "kink"]
)
def test_an_answer_that_bends_is_none(bend):
    state = quadratic().state
    [lever] = levers(state, "y", ("a",))

    def asked(settings):
        moved = [s["a"][0] + s["a"][1] * A for s in settings]
        return np.array([[bend(x).mean() for x in moved]])

    assert polynomial([lever], asked, seed=1) is None
