"""A question of a model whose columns are labels, with draws by hand."""

import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr

from ifonly.inference import ATE, Posterior

RNG = np.random.default_rng(2)
PLANS = ["basic", "pro", "team"]
FRAME = pd.DataFrame({"region": RNG.choice(["north", "south"], 90), "plan": RNG.choice(PLANS, 90)})
FRAME["spent"] = FRAME["plan"].map({"basic": 0.0, "pro": 2.0, "team": 5.0}) + RNG.normal(size=90)
QUERY = ATE("spent", do={"plan": "pro"}, versus={"plan": "basic"})


def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1), "plan_": PLANS, "region_": ["north", "south"]}) as made:
        base = pm.Normal("base", dims="region_")
        gain = pm.Normal("gain", dims="plan_")
        region = pm.Categorical("region", [0.5, 0.5], dims="unit")
        lean = np.array([[0.6, 0.3, 0.1], [0.2, 0.4, 0.4]])
        plan = pm.Categorical("plan", pm.math.constant(lean)[region], dims="unit")
        pm.Normal("spent", base[region] + gain[plan], 1.0, dims="unit")
    return made


def posterior() -> Posterior:
    rng = np.random.default_rng(1)
    draws = xr.Dataset(
        {
            "gain": (("chain", "draw", "plan_"), rng.normal([0.0, 2.0, 5.0], 0.1, (4, 250, 3))),
            "base": (("chain", "draw", "region_"), rng.normal(0.0, 0.1, (4, 250, 2))),
        }
    )
    return Posterior.from_idata(model(), draws, FRAME, seed=1)
