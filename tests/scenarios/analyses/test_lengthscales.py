"""Lengthscales from curves: short where a covariate matters."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.inputs.basis import Basis
from ifonly.scenarios.analyses.lengthscales import Spline, processes

RNG = np.random.default_rng(9)
FRAME = pd.DataFrame(RNG.normal(size=(300, 3)), columns=["a", "b", "c"])
Z = (FRAME - FRAME.mean()) / FRAME.std(ddof=0)


def side(lines: list[float], product: float = 0.0) -> Spline:
    basis = Basis.of(FRAME)
    mean = {n: np.zeros(v.shape[1]) for n, v in basis.terms(FRAME).items()}
    mean["line"] = np.array(lines)
    mean["product"][0] = product  # a times b
    return Spline(basis, FRAME, 1.0, mean, {n: v**2 + 1e-6 for n, v in mean.items()})


def test_importance_is_the_spread_of_a_contribution() -> None:
    plain = side([2.0, 0.5, 0.0]).importance
    assert plain == pytest.approx({"a": 2.0, "b": 0.5, "c": 0.0})
    together = side([0.0, 0.0, 0.0], product=1.0).importance
    assert together == pytest.approx({"a": 1.0, "b": 1.0, "c": 0.0})


def test_terms_of_no_account_are_left_out() -> None:
    kept = side([2.0, 0.5, 0.0]).kept
    assert kept["line"].tolist() == [0, 1]
    assert kept["curve"].size + kept["product"].size < 5


def test_what_matters_has_a_short_lengthscale() -> None:
    t = RNG.integers(0, 2, 300).astype(float)
    y = 2 * Z["a"].to_numpy() + np.sin(3 * Z["a"]) + t * np.sin(2 * Z["b"]) + RNG.normal(size=300)
    (of_outcome, of_effect), gain = processes(
        side([2.0, 0.0, 0.0]), side([0.0, 1.0, 0.0]), t, (y - y.mean()).to_numpy(), 1.2
    )
    assert of_outcome.inverse["a"] > 0
    assert of_outcome.inverse["c"] == 0
    assert of_effect.inverse["b"] > of_effect.inverse["a"] > of_effect.inverse["c"]
    # A sine is no line: 300 units of noise 1 and an amplitude of 1 tell it at once.
    assert gain > 10


def test_where_lines_are_the_truth_processes_explain_nothing() -> None:
    t = RNG.integers(0, 2, 300).astype(float)
    y = 2 * Z["a"].to_numpy() + t * Z["b"].to_numpy() + RNG.normal(size=300)
    _, gain = processes(side([2.0, 0.0, 0.0]), side([0.0, 1.0, 0.0]), t, y - y.mean(), 1.0)
    assert gain < 5
