"""The marginal likelihood, held against the normal density itself, and its slope."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.spatial.distance import cdist
from scipy.stats import multivariate_normal

from ifonly.scenarios.analyses.effects.marginal_likelihood import Evidence, Process, Scales

RNG = np.random.default_rng(4)
UNITS = 30
X = RNG.normal(size=(UNITS, 3))
T = RNG.integers(0, 2, UNITS).astype(float)
Y = np.sin(X[:, 0]) + T * X[:, 1] + 0.3 * RNG.normal(size=UNITS)
COLUMNS = np.column_stack([np.ones(UNITS), X, T])
GROUP = np.array([0, 1, 1, 2, 3])
SCALES = Scales(
    np.array([0.5, -1.0, 0.3, -0.2]),
    -1.5,
    (np.array([-0.4, 0.2]), np.array([0.1, -0.7, -0.3])),
    np.array([0.4, -0.6]),
)


def evidence(landmarks: int) -> Evidence:
    # The last two coordinates of the first are of one covariate.
    one = Process(X, np.array([0, 1, 1]), np.ones(UNITS), X[:landmarks])
    other = Process(X, np.array([0, 1, 2]), T, X[:landmarks])
    return Evidence(COLUMNS, GROUP, Y, (one, other))


def test_with_all_rows_as_landmarks_it_is_the_normal_density() -> None:
    covariance = (COLUMNS * np.exp(SCALES.groups)[GROUP]) @ COLUMNS.T
    inverses = np.exp(SCALES.inverses[0])[[0, 1, 1]], np.exp(SCALES.inverses[1])
    for times, inverse, amplitude in zip(
        (np.ones(UNITS), T), inverses, SCALES.amplitudes, strict=True
    ):
        r = np.sqrt(5) * cdist(X * inverse, X * inverse)
        kernel = (1 + r + r**2 / 3) * np.exp(-r)
        covariance += np.exp(amplitude) * np.outer(times, times) * kernel
    covariance += np.exp(SCALES.noise) * np.eye(UNITS)
    density = multivariate_normal(np.zeros(UNITS), covariance).logpdf(Y)
    density += 0.5 * UNITS * np.log(2 * np.pi)  # which the marginal likelihood leaves out
    assert evidence(UNITS).at(SCALES).value == pytest.approx(density, abs=1e-4)


def test_few_landmarks_never_make_more_of_the_data() -> None:
    values = [evidence(k).at(SCALES).value for k in (5, 10, 20, UNITS)]
    assert values == sorted(values)


def test_the_slope_is_that_of_the_value() -> None:
    some = evidence(8)
    numeric = approx_fprime(SCALES.flat, lambda v: some.at(SCALES.like(v)).value, 1e-6)
    np.testing.assert_allclose(some.at(SCALES).slope.flat, numeric, rtol=1e-4, atol=1e-4)


def test_the_posterior_of_the_weights_is_that_of_a_regression() -> None:
    plain = Evidence(COLUMNS, GROUP, Y)
    scales = Scales(SCALES.groups, SCALES.noise)
    found = plain.at(scales)
    noise = np.exp(scales.noise)
    system = COLUMNS.T @ COLUMNS / noise + np.diag(np.exp(-scales.groups)[GROUP])
    np.testing.assert_allclose(found.mean, np.linalg.solve(system, COLUMNS.T @ Y / noise))
    np.testing.assert_allclose(found.variance, np.diag(np.linalg.inv(system)))
