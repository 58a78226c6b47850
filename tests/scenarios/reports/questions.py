"""A question of a small model with draws by hand, so that its page has an algebra."""

import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr

from ifonly.inference import ATE, Posterior

RNG = np.random.default_rng(0)
Z = RNG.normal(size=60)
T = (RNG.uniform(size=60) < 0.5 + 0.2 * np.sign(Z)).astype(int)
FRAME = pd.DataFrame({"z": Z, "t": T, "y": 1.5 * T + Z + RNG.normal(size=60)})
QUERY = ATE("y", do={"t": 1}, versus={"t": 0})


def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as made:
        gain = pm.Normal("gain")
        z = pm.Normal("z", dims="unit")
        t = pm.Bernoulli("t", logit_p=z, dims="unit")
        k = pm.Poisson("k", pm.math.exp(0.1 * t), dims="unit")
        pm.Normal("y", (1.0 + 0.2 * z) * gain * t + z + 0.0 * k, 1.0, dims="unit")
    return made


def posterior() -> Posterior:
    gain = np.random.default_rng(1).normal(1.5, 0.1, (4, 250))
    draws = xr.Dataset({"gain": (("chain", "draw"), gain)})
    frame = FRAME.assign(k=1)
    return Posterior.from_idata(model(), draws, frame, seed=1)
