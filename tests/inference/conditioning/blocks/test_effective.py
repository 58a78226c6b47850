"""What a mean is affine in before the data: its images, held against the algebra."""

import numpy as np
import pymc as pm

from ifonly.inference.conditioning.blocks.design import rows_in
from ifonly.inference.conditioning.blocks.effective import effective
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem, Scales
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

X = np.array([0.5, -1.0, 2.0])
TAU = np.array([0.3, 2.0])


def problem_of(model: pm.Model) -> Problem:
    evidence = read_evidence(Equations(model), {"x": X, "y": X})
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, {"x", "y"}) if "z" in b.unknowns]
    return Problem(observed, equations, evidence, block)


def rows_at(problem: Problem, weights: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, int]:
    """Rows and targets of the weights where tau is each of `TAU`, and how many probes it took."""
    found = effective(problem, problem.parameters_of("y")[0], weights, ("tau",))
    assert found is not None
    seen = rows_in(problem, found.symbols, found.shapes, found.mean, X)
    images = Scales.of(problem, ("tau",), found.images).at(np.log(TAU)[:, None])[2]
    matrix, target = found.rows(np.column_stack([seen.matrix, seen.target]), images)
    return matrix, target, images[0].shape[1] - 1


def test_a_scale_may_multiply_a_weight() -> None:
    """y = level + tau z_0 + tau z_1 x + tau: rows (1, tau, tau x), and the target less tau."""
    with pm.Model(coords={"unit": range(1), "k": range(2)}) as model:
        x = pm.Normal("x", dims="unit")
        tau, level = pm.HalfNormal("tau"), pm.Normal("level")
        moved = pm.Deterministic("moved", tau * pm.Normal("z", dims="k"), dims="k")
        pm.Normal("y", level + moved[0] + moved[1] * x + tau, 1.0, dims="unit")
    matrix, target, probes = rows_at(problem_of(model), ("level", "z"))
    assert probes == 2  # of three weights: level and z_0 move one expression, z_1 another
    for k, t in enumerate(TAU):
        np.testing.assert_allclose(matrix[k], np.column_stack([np.ones(3), t + 0 * X, t * X]))
        np.testing.assert_allclose(target[k], X - t)


def test_weights_may_mix_before_the_data() -> None:
    """A random walk with steps tau z: the level of unit k is the sum of the first k + 1 steps."""
    with pm.Model(coords={"unit": range(1), "k": range(3)}) as model:
        x = pm.Normal("x", dims="unit")
        tau = pm.HalfNormal("tau")
        steps = tau * pm.Normal("z", dims="k")
        level = pm.math.stack([steps[0], steps[0] + steps[1], steps.sum()])
        pm.Normal("y", level + 0.0 * x, 1.0, dims="unit")
    matrix, target, probes = rows_at(problem_of(model), ("z",))
    assert probes == 3
    for k, t in enumerate(TAU):
        np.testing.assert_allclose(matrix[k], t * np.tri(3))
        np.testing.assert_allclose(target[k], X)


def test_what_meets_the_data_within_a_curve_is_none() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        mean = pm.Normal("z") * pm.math.exp(-pm.HalfNormal("tau") * x)
        pm.Normal("y", mean, 1.0, dims="unit")
    problem = problem_of(model)
    assert effective(problem, problem.parameters_of("y")[0], ("z",), ("tau",)) is None
