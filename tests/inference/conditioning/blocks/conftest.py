"""A block that several tests look at: a line through three points, its slope about its level."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem
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
