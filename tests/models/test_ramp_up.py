"""The model of a ramp-up, held against its algebra."""

import numpy as np
import pymc as pm

from ifonly.models.ramp_up import SHARES, ramp_up

TRUTH = {"traffic": [0.1, 0.2, 0.3, 0.4], "base": [1.0, 0.0, -1.0, -1.5], "effect": 0.5}


def test_each_density_is_the_algebra() -> None:
    model = pm.do(ramp_up(), {n: np.asarray(v) for n, v in TRUTH.items()})
    observed = pm.observe(model, {"day": np.array([2]), "t": np.array([1]), "y": np.array([0])})
    terms = [observed[n] for n in ("day", "t", "y")]
    found = observed.compile_logp(sum=False, vars=terms, mode="FAST_COMPILE")({})
    won = 1 / (1 + np.exp(1.0 - 0.5))
    np.testing.assert_allclose(np.ravel(found), np.log([0.3, SHARES[2], 1 - won]), rtol=1e-9)
