"""Rows of a least-squares problem, read off expressions that are affine in the weights."""

import numpy as np
import pymc as pm

from ifonly.inference.conditioning.blocks.design import Rows, prior_rows, rows
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

X = np.array([0.5, -1.0, 2.0])
Y = np.array([1.0, 0.0, 3.0])


def test_rows_of_the_units_and_of_the_prior(problem: Problem) -> None:
    mean, _ = problem.parameters_of("y")
    seen = rows(problem, ("level", "slope"), mean, Y)
    np.testing.assert_allclose(seen.matrix, np.column_stack([np.ones(3), X]))
    np.testing.assert_allclose(seen.target, Y)
    own = prior_rows(problem, ("level", "slope"))
    np.testing.assert_allclose(own.matrix, [[1.0, 0.0], [-0.5, 1.0]])
    np.testing.assert_allclose(own.target, [1.0, 0.0])


def test_weights_of_several_elements_have_a_column_each() -> None:
    """A level for each of two groups, and a number that no weight moves."""
    with pm.Model(coords={"unit": range(1), "group": range(2)}) as model:
        of = pm.Data("of", [0], dims="unit")
        level = pm.Normal("level", [1.0, 2.0], 1.0, dims="group")
        pm.Normal("y", level[of] + 0.5, 1.0, dims="unit")
    evidence = read_evidence(Equations(model), {"of": [1, 0, 1], "y": Y})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"y"}) if b.unknowns]
    problem = Problem(observed, equations, evidence, block)
    seen = rows(problem, ("level",), problem.parameters_of("y")[0], Y)
    np.testing.assert_allclose(seen.matrix, [[0, 1], [1, 0], [0, 1]])
    np.testing.assert_allclose(seen.target, Y - 0.5)
    own = prior_rows(problem, ("level",))
    np.testing.assert_allclose(own.matrix, np.eye(2))
    np.testing.assert_allclose(own.target, [1.0, 2.0])


def test_rows_in_units_of_their_standard_deviations() -> None:
    found = Rows(np.array([[2.0, 4.0], [3.0, 9.0]]), np.array([6.0, 12.0]))
    found = found.divided(np.array([2.0, 3.0]))
    np.testing.assert_array_equal(found.matrix, [[1.0, 2.0], [1.0, 3.0]])
    np.testing.assert_array_equal(found.target, [3.0, 4.0])
