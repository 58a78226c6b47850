"""Parameters that a fit dropped, solved for from the Deterministic that it kept."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import DataError, Posterior


def groups_of(noncentred):
    with pm.Model(coords={"group": ["a", "b", "c"]}) as model:
        scale = pm.HalfNormal("scale", 1.0)
        offset = pm.Normal("offset", 0.0, 1.0, dims="group")
        effect = pm.Deterministic("effect", noncentred(offset, scale), dims="group")
        pm.Normal("y", effect[np.arange(6) % 3], 1.0, observed=np.arange(6.0))
    return model


def test_a_dropped_offset_is_solved_for():
    rng = np.random.default_rng(2)
    scale, offset = rng.uniform(0.5, 2, (2, 5)), rng.normal(size=(2, 5, 3))
    fit = xr.Dataset(
        {
            "scale": (("chain", "draw"), scale),
            "effect": (("chain", "draw", "group"), 0.3 + offset * scale[..., None]),
        }
    )
    model = groups_of(lambda o, s: 0.3 + o * s)
    found = Posterior.from_idata(model, fit, seed=1).idata["posterior"]["offset"]
    np.testing.assert_allclose(found, offset, rtol=1e-9)
    with pytest.raises(DataError, match="no draws of the model's parameter 'offset'"):
        Posterior.from_idata(groups_of(lambda o, s: o**2 * s), fit, seed=1)
