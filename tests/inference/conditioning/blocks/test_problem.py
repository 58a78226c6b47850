"""Equations in numbers: what an expression reads, and the prior of scales on an unbounded line."""

import numpy as np
from scipy import stats

from ifonly.inference.conditioning.blocks.problem import Problem, Scales


def test_reads_look_through_deterministics(problem: Problem) -> None:
    mean, sd = problem.parameters_of("y")
    assert problem.reads(mean) == {"level", "slope", "x"}
    assert (problem.reads(sd), problem.has_units(sd), problem.has_units(mean)) == (
        {"s"},
        False,
        True,
    )


def test_scales_carry_their_jacobian(problem: Problem) -> None:
    """log and interval transforms, by their textbook densities."""
    scales = Scales.of(problem, ("tau", "s"), [problem.parameters_of("slope")[1]])
    flat = np.array([[0.3, -0.7], [-1.0, 0.2]])
    log_density, values, [sd] = scales.at(flat)
    tau, share = np.exp(flat[:, 0]), 1 / (1 + np.exp(-flat[:, 1]))
    np.testing.assert_allclose(values["tau"], tau)
    np.testing.assert_allclose(values["s"], 5 * share)
    np.testing.assert_allclose(np.ravel(sd), tau)
    expected = stats.halfnorm.logpdf(tau, scale=2.0) + np.log(tau)
    expected += np.log(1 / 5) + np.log(5 * share * (1 - share))
    # PyMC has the logarithm of two over pi in single precision.
    np.testing.assert_allclose(log_density, expected, rtol=1e-8)
