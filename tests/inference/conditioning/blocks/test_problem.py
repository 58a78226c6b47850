"""Equations in numbers: what an expression reads, and the prior of scales on an unbounded line."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.blocks.design import prior_rows, rows
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem, Scales
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

X = np.array([0.5, -1.0, 2.0])
Y = np.array([1.0, 0.0, 3.0])


@pytest.fixture(scope="module")
def problem() -> Problem:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        tau = pm.HalfNormal("tau", 2.0)
        level = pm.Normal("level", 1.0, 3.0)
        slope = pm.Normal("slope", 0.5 * level, tau)
        mean = pm.Deterministic("mean", level + slope * x, dims="unit")
        pm.Normal("y", mean, pm.Uniform("s", 0.0, 5.0), dims="unit")
    evidence = read_evidence(Equations(model), {"x": X, "y": Y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"x", "y"}) if b.unknowns]
    return Problem(observed, equations, evidence, block)


def test_reads_look_through_deterministics(problem: Problem) -> None:
    mean, sd = problem.parameters_of("y")
    assert problem.reads(mean) == {"level", "slope", "x"}
    assert (problem.reads(sd), problem.has_units(sd), problem.has_units(mean)) == (
        {"s"},
        False,
        True,
    )


def test_rows_of_the_units_and_of_the_prior(problem: Problem) -> None:
    mean, _ = problem.parameters_of("y")
    seen = rows(problem, ("level", "slope"), mean, Y)
    np.testing.assert_allclose(seen.matrix, np.column_stack([np.ones(3), X]))
    np.testing.assert_allclose(seen.target, Y)
    own = prior_rows(problem, ("level", "slope"))
    np.testing.assert_allclose(own.matrix, [[1.0, 0.0], [-0.5, 1.0]])
    np.testing.assert_allclose(own.target, [1.0, 0.0])


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
