"""Vectors by whitening, against linear algebra."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt

from ifonly.inference.families.form import structural_form

from .one_family import (
    noise_of,
    numbers,
    transported,
)


def test_a_multivariate_normal_is_whitened():
    rng = np.random.default_rng(2)
    old, new = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
    value, mean = rng.normal(size=(50, 2)), np.array([1.0, 2.0])
    form = structural_form.of(pm.MvNormal.dist(mean, old))
    parameters, others = (tuple(pt.constant(x) for x in (mean, c)) for c in (old, new))
    draws = pt.constant(np.zeros((50, 2)))
    white = np.linalg.solve(np.linalg.cholesky(old), (value - mean).T)
    expected = mean + (np.linalg.cholesky(new) @ white).T
    moved = form.transport(pt.constant(value), parameters, others, draws).eval()
    np.testing.assert_allclose(moved, expected, rtol=1e-12)
    noise = form.abduct(pt.constant(value), *parameters, draws=draws)
    np.testing.assert_allclose(form.predict(noise, *others).eval(), expected, rtol=1e-12)
    still = tuple(pt.constant(x.copy()) for x in (mean, old))
    np.testing.assert_array_equal(
        form.transport(pt.constant(value), parameters, still, draws).eval(), value
    )


def test_a_multivariate_normal_runs_on_jax():
    rng = np.random.default_rng(3)
    form = structural_form.of(pm.MvNormal.dist(np.zeros(2), np.eye(2)))
    value, mean, other = (pt.matrix(name) for name in ("value", "mean", "other"))
    root, changed = pt.matrix("root"), pt.matrix("changed")
    arguments = [value, mean, root, other, changed]
    draws = pt.zeros_like(value)
    noise = form.abduct(value, mean, root, draws=draws)
    outputs = [
        noise,
        form.predict(noise, other, changed),
        form.transport(value, (mean, root), (other, changed), draws),
        form.transport(value, (mean, root), (other, root), draws),
    ]
    numbers = [rng.normal(size=(20, 2)) for _ in range(3)]
    numbers[2:2] = [np.array([[2.0, 0.6], [0.6, 1.0]])]
    numbers.append(np.array([[1.0, -0.3], [-0.3, 3.0]]))
    ours = pytensor.function(arguments, outputs, mode="NUMBA")(*numbers)
    theirs = pytensor.function(arguments, outputs, mode="JAX")(*numbers)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(b), a, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours[1], ours[2], rtol=1e-12)


CHAIN = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])


def test_a_kronecker_normal_is_the_normal_of_the_product():
    one, two = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
    rv = pm.KroneckerNormal.dist(np.arange(4.0), covs=[one, two], sigma=0.5)
    mean, covariance = structural_form.of(rv).parameters(rv)
    np.testing.assert_array_equal(numbers(mean), np.arange(4.0))
    np.testing.assert_allclose(numbers(covariance), np.kron(one, two) + 0.25 * np.eye(4))


def test_neighbours_have_the_precision_of_their_graph():
    rv = pm.CAR.dist(mu=np.zeros(3), W=CHAIN, alpha=0.5, tau=2.0)
    _, covariance = structural_form.of(rv).parameters(rv)
    precision = 2.0 * (np.diag([1.0, 2.0, 1.0]) - 0.5 * CHAIN)
    np.testing.assert_allclose(numbers(covariance), np.linalg.inv(precision), rtol=1e-12)


def test_the_noise_is_the_whitened_value():
    covariance = np.array([[2.0, 0.6], [0.6, 1.0]])
    value = np.array([[1.0, -1.0], [0.3, 2.0]])
    rv = pm.MvNormal.dist(np.array([0.5, 0.0]), covariance)
    white = np.linalg.solve(np.linalg.cholesky(covariance), (value - [0.5, 0.0]).T).T
    np.testing.assert_allclose(noise_of(rv, value, np.zeros((2, 2))), white, rtol=1e-12)


def test_a_t_vector_of_common_freedom_is_shifted_and_stretched():
    one, two = np.eye(2), np.diag([4.0, 9.0])
    value = np.array([[1.0, -1.0], [30.0, 2.0]])
    old, new = (pm.MvStudentT.dist(4.0, mu=m, scale=s) for m, s in ((0.0, one), (1.0, two)))
    found = transported(old, new, value, np.zeros((2, 2)))
    np.testing.assert_allclose(found, 1.0 + value * [2.0, 3.0], rtol=1e-12)


def test_numbers_that_sum_to_zero():
    old, new = (pm.ZeroSumNormal.dist(s, shape=(3,)) for s in (2.0, 5.0))
    value = np.array([[1.0, 3.0, -4.0]])
    np.testing.assert_allclose(noise_of(old, value, value), value / 2.0)
    np.testing.assert_allclose(transported(old, new, value, value), value * 2.5)
    form = structural_form.of(old)
    embedded = numbers(form.embed(pt.constant([[1.0, 2.0, 6.0]])))
    np.testing.assert_allclose(embedded, [[-2.0, -1.0, 3.0]])
