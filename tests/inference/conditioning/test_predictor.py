"""The linear predictor of a mechanism, held against its design by hand."""

import numpy as np
import pymc as pm

from ifonly.inference.conditioning.predictor import Predictor
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

X = np.array([1.0, 2.0, 4.0])


def test_the_design_holds_the_slopes_that_are_linear_and_names_what_decides_them() -> None:
    with pm.Model(coords={"unit": range(3)}) as model:
        x = pm.Normal("x", dims="unit")
        b, c = pm.Normal("b", shape=2), pm.HalfNormal("c")
        predictor = pm.Deterministic("eta", b[0] + b[1] * x + c**2 * x, dims="unit")
        pm.Bernoulli("y", logit_p=predictor, dims="unit")
    evidence = read_evidence(Equations(model), {"x": X, "y": [0, 1, 1]})
    observed, _ = observe(model, evidence, "unit")
    found = Predictor.of(observed, observed["eta"], (3,), evidence, "unit")
    assert found is not None
    design, slopes = found.linear()
    np.testing.assert_allclose(design, np.column_stack([np.ones(3), X]))
    assert [str(s) for s in slopes] == ["b[0]", "b[1]"]  # not c, which stands in a square
    assert found.causes(slopes[1:]) == ["x"]
    assert found.causes(slopes[:1]) == []
