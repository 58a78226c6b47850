"""The least-squares problem given scales, held against the normal law of the data."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks import system as module
from ifonly.inference.conditioning.blocks.design import prior_rows, rows
from ifonly.inference.conditioning.blocks.problem import Problem, Scales
from ifonly.inference.conditioning.blocks.system import System

X = np.array([0.5, -1.0, 2.0])
Y = np.array([1.0, 0.0, 3.0])
POINTS = np.array([[0.3, -0.7], [-1.0, 0.2], [2.0, 1.0]])  # log tau, and the logit of s / 5


@pytest.fixture
def system(problem: Problem) -> System:
    """Of level ~ N(1, 3), slope ~ N(level / 2, tau), y ~ N(level + slope x, s)."""
    weights = ("level", "slope")
    seen = rows(problem, weights, problem.parameters_of("y")[0], Y)
    spreads = [problem.parameters_of(w)[1] for w in weights]
    at = Scales.of(problem, ("tau", "s"), [problem.parameters_of("y")[1], *spreads])
    triangle = np.linalg.qr(np.column_stack([seen.matrix, seen.target]), mode="r")
    return System(triangle, prior_rows(problem, weights), 3, (1, 1), at)


def law(point: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Mean and covariance of level and slope before the data; the design; the noise."""
    tau, s = np.exp(point[0]), 5 / (1 + np.exp(-point[1]))
    lead = np.array([[3.0, 0.0], [1.5, tau]])
    return np.array([1.0, 0.5]), lead @ lead.T, np.column_stack([np.ones(3), X]), s


@pytest.mark.parametrize("condition", [1e10, 0.0])
def test_density_is_that_of_the_data(
    system: System, condition: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By both decompositions: the normal equations, and where these are ill conditioned."""
    monkeypatch.setattr(module, "MOST_CONDITION", condition)
    expected = []
    for point in POINTS:
        mean, spread, design, s = law(point)
        cov = design @ spread @ design.T + s**2 * np.eye(3)
        expected.append(stats.multivariate_normal.logpdf(Y, design @ mean, cov))
    found = system.density(POINTS[None])[0] - system.scales.at(POINTS)[0]
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-9)


@pytest.mark.parametrize("condition", [1e10, 0.0])
def test_weights_have_their_normal_law(
    system: System, condition: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CONDITION", condition)
    count = 20_000
    mean, spread, design, s = law(POINTS[0])
    precision = np.linalg.inv(spread) + design.T @ design / s**2
    right = np.linalg.solve(spread, mean) + design.T @ Y / s**2
    points = np.repeat(POINTS[:1], count, axis=0)
    [drawn] = system.weights(points[None], [np.random.default_rng(1)])
    sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    expected = np.linalg.solve(precision, right)
    np.testing.assert_allclose(drawn.mean(0), expected, atol=4 * sd.max() / np.sqrt(count))
    bound = 4 * np.sqrt(2 / count) * sd.max() ** 2
    np.testing.assert_allclose(np.cov(drawn.T), np.linalg.inv(precision), atol=bound)
