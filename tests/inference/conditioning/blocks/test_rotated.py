"""Directions held against the normal density of the data, and against the textbook's posterior."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.design import Rows
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem, Scales
from ifonly.inference.conditioning.blocks.rotated import Rotated
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

RNG = np.random.default_rng(4)


def system(units: int) -> tuple[Rotated, np.ndarray, np.ndarray, np.ndarray]:
    """Three weights with known priors, the last around the first; and their mean and covariance."""
    x, y = RNG.normal(size=(units, 3)), RNG.normal(size=units)
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", 0.0, pm.HalfNormal("s", 1.0), dims="unit")
    evidence = read_evidence(Equations(model), {"y": y})
    observed, equations = observe(model, evidence, "unit")
    [block] = blocks_of(equations, {"y"})
    problem = Problem(observed, equations, evidence, block)
    scales = Scales.of(problem, ("s",), [problem.parameters_of("y")[1]])
    # w0 ~ N(1, 2), w1 ~ N(0, 1), w2 ~ N(0.5 w0, 0.5)
    prior = Rows(
        np.array([[1.0, 0, 0], [0, 1, 0], [-0.5, 0, 1]]) / np.array([[2.0], [1], [0.5]]),
        np.array([0.5, 0.0, 0.0]),
    )
    triangle = np.linalg.qr(np.column_stack([x, y]), mode="r")
    mean = np.array([1.0, 0.0, 0.5])
    covariance = np.array([[4.0, 0, 2.0], [0, 1, 0], [2.0, 0, 1.25]])
    return Rotated.of([triangle], [prior], units, scales), x, y, np.vstack([mean, covariance])


@pytest.mark.parametrize("units", [2, 3, 30])
def test_the_density_of_the_spread(units: int) -> None:
    """Fewer units than weights, as many, and more."""
    rotated, x, y, moments = system(units)
    mean, covariance = moments[0], moments[1:]
    flat = np.array([[-0.7], [0.0], [0.9]])
    sd = np.exp(flat[:, 0])
    expected = [
        stats.multivariate_normal.logpdf(y, x @ mean, x @ covariance @ x.T + s**2 * np.eye(units))
        + stats.halfnorm.logpdf(s)
        + np.log(s)
        for s in sd
    ]
    [found] = rotated.density(flat[None])
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-9)


def test_the_weights_given_the_spread() -> None:
    rotated, x, y, moments = system(30)
    mean, covariance = moments[0], moments[1:]
    [draws] = rotated.weights(np.zeros((1, 20_000, 1)), [np.random.default_rng(1)])
    precision = np.linalg.inv(covariance) + x.T @ x
    after = np.linalg.inv(precision)
    centre = after @ (np.linalg.solve(covariance, mean) + x.T @ y)
    sd = np.sqrt(np.diag(after))
    assert (abs(draws.mean(0) - centre) < 5 * sd / np.sqrt(20_000)).all()
    np.testing.assert_allclose(np.cov(draws.T), after, atol=0.05 * after.max())


def test_problems_at_once_are_each_as_alone() -> None:
    """To the last bit: densities of points of their own, and draws from streams of their own."""
    alone = [system(units)[0] for units in (30, 30, 30)]
    roots = [np.linalg.inv(r.root[0]) for r in alone]
    priors = [Rows(m, m @ r.centre[0]) for m, r in zip(roots, alone, strict=True)]
    x, y = RNG.normal(size=(3, 30, 3)), RNG.normal(size=(3, 30, 1))
    triangles = np.linalg.qr(np.concatenate([x, y], axis=2), mode="r")
    scales = alone[0].scales
    together = Rotated.of(list(triangles), priors, 30, scales)
    points = RNG.normal(size=(3, 50, 1))
    densities = together.density(points)
    weights = together.weights(points, [np.random.default_rng(k) for k in range(3)])
    for k in range(3):
        one = Rotated.of([triangles[k]], [priors[k]], 30, scales)
        np.testing.assert_array_equal(one.density(points[k : k + 1])[0], densities[k])
        drawn = one.weights(points[k : k + 1], [np.random.default_rng(k)])
        np.testing.assert_array_equal(drawn[0], weights[k])
