"""What units lack, parents first."""

import numpy as np
import pymc as pm

from ifonly.inference.conditioning.latents.lacking import lacking
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence


def test_what_some_unit_lacks() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        u = pm.Normal("u", dims="unit")
        x = pm.Normal("x", u, 1.0, dims="unit")
        pm.Normal("y", pm.Normal("a") * x, 1.0, dims="unit")
    equations = Equations(model)
    data = {"x": [1.0, 2.0], "y": [np.nan, 0.0]}
    assert lacking(equations, read_evidence(equations, data, allow_missing=True)) == ("u", "y")
    whole = {n: np.zeros(2) for n in "uxy"}
    assert lacking(equations, read_evidence(equations, whole)) == ()
