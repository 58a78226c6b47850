"""Mechanisms that the evidence lacks follow from their equations, the known values and noise."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.conditioning.latents.simulated import simulated
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

COUNT, UNITS = 50, 4


@pytest.mark.usefixtures("quick_compile")
def test_values_follow_their_equations() -> None:
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        slope = pm.Normal("slope")
        z = pm.Normal("z", dims="unit")
        u = pm.Normal("u", slope * z, 0.5, dims="unit")
        pm.Normal("v", 2.0 * u, 1e-9, dims="unit")
        pm.Normal("y", u, 1.0, dims="unit")
    z = np.arange(4.0)
    evidence = read_evidence(Equations(model), {"z": z, "y": np.zeros(UNITS)})
    slope = np.linspace(-1, 1, COUNT)
    options = (model, evidence, "unit", {"slope": slope}, ["u", "v"], COUNT)
    drawn = simulated(*options, 3)
    assert {n: v.shape for n, v in drawn.items()} == {"u": (COUNT, UNITS), "v": (COUNT, UNITS)}
    np.testing.assert_allclose(drawn["v"], 2.0 * drawn["u"], atol=1e-7)
    # What is seen of y, which depends on u, is not looked at.
    noise = (drawn["u"] - np.outer(slope, z)) / 0.5
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-3
    np.testing.assert_array_equal(simulated(*options, 3)["u"], drawn["u"])
    assert (simulated(*options, 4)["u"] != drawn["u"]).all()
