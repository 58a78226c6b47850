"""A model whose effect varies with a category and a covariate, and how answers are checked."""

import numpy as np
import pymc as pm

UNITS = 60
TRUTH = {"b0": 0.4, "bt": 1.2, "btz": 0.7, "sd": 0.6}
CLOSE = {"rtol": 1e-10, "atol": 1e-10}
OBSERVED = np.arange(UNITS) % 4 < 2


def make_model() -> pm.Model:
    """A treatment, a category and a covariate, with both of which the effect varies."""
    with pm.Model(coords={"unit": range(1)}) as model:
        b0, bt, btz = (pm.Normal(n, 0.0, 1.0) for n in ("b0", "bt", "btz"))
        sd = pm.HalfNormal("sd", 1.0)
        kind = pm.Categorical("kind", p=[0.3, 0.3, 0.4], dims="unit")
        z = pm.Normal("z", 0.0, 1.0, dims="unit")
        t = pm.Normal("t", 0.5 * z, 1.0, dims="unit")
        pm.Normal("y", b0 + (bt + btz * z) * t + 0.2 * kind * t, sd, dims="unit")
    return model


def check(answer, dims, expected):
    assert answer.dims == dims
    expected = np.broadcast_to(np.asarray(expected), answer.shape)
    np.testing.assert_allclose(answer, expected, **CLOSE)
