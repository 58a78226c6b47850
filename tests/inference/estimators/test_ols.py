"""Ordinary least squares, against algebra."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ifonly.inference import (
    CausalGraph,
)
from ifonly.inference.estimators import (
    OLS,
    Roles,
    TwoStageLeastSquares,
)

from .made import SEEN, UNITS, binary, linear, of, told


@pytest.mark.parametrize("estimator", [OLS(), TwoStageLeastSquares()])
def test_conditioning_on_a_mediator_is_named(estimator):
    edges = [("z", "t"), ("t", "m"), ("m", "y"), ("t", "y")]
    data = linear(1).assign(m=lambda d: d["t"] + np.arange(UNITS) % 3)
    roles = Roles("t", "y", ("m",), ("z",), graph=CausalGraph.of_edges(edges))
    [message] = told(estimator, data, roles)
    assert "m is a mediator" in message
    assert "t -> m -> y" in message


def test_codes_of_categories_are_no_numbers():
    """A graph read from a model knows that codes are categories; the effect is then exact."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 300)
    t = rng.binomial(1, np.array([0.2, 0.8, 0.2])[kind])
    data = pd.DataFrame({"kind": kind, "t": t, "y": t + np.array([0.0, 5.0, 0.0])[kind]})
    graph = CausalGraph.of_edges([("kind", "t"), ("kind", "y"), ("t", "y")], categorical=["kind"])
    assert of(OLS().estimate(data, Roles.of_graph(graph, "t", "y"))) == pytest.approx(1.0)


def test_the_coefficient_and_its_robust_error():
    """HC1: n / (n - k) (X'X)^-1 X' diag(e^2) X (X'X)^-1; a normal interval."""
    data = binary(units=200)
    x = np.column_stack([np.ones(200), data["t"], data["w"]])
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ data["y"].to_numpy()
    rest = data["y"].to_numpy() - x @ slopes
    covariance = 200 / 197 * inverse @ (x.T * rest**2) @ x @ inverse
    answer, sd = OLS(ci_prob=0.9).estimate(data, SEEN), np.sqrt(covariance[1, 1])
    assert of(answer) == pytest.approx(slopes[1], rel=1e-9)
    assert of(answer, "sd") == pytest.approx(sd, rel=1e-9)
    assert of(answer, "high") == pytest.approx(slopes[1] + stats.norm.ppf(0.95) * sd, rel=1e-9)
