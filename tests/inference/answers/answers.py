"""Answers made by hand, one of each shape."""

import numpy as np
import xarray as xr


def answer(query="ATE", outcome="y", chains=True, **dims):
    rng = np.random.default_rng(1)
    lead = (2, 200) if chains else ()
    shape = (*lead, *(len(v) for v in dims.values()))
    names = (*(("chain", "draw") if chains else ()), *dims)
    coords = {n: list(v) for n, v in dims.items()}
    if chains:
        coords |= {"chain": [0, 1], "draw": range(200)}
    made = xr.DataArray(rng.normal(1.0, 1.0, shape), dims=names, coords=coords, name=outcome)
    made.attrs = {
        "estimand": "mean over all units of Y_i(do) - Y_i(versus)",
        "query": query,
        "outcome": outcome,
        "rung": 3,
        "problems": "",
        "bfmi": float("nan"),
        "seed": 2**62,
        "coupling": "{}",
    }
    return made
