"""Chains that run longer, in smaller steps, where short ones have not converged.

Of few parameters a density costs microseconds, and what a second run takes is small beside an
answer that cannot be trusted: along a thin, bent ridge, as a hidden confounder leaves it, chains
with usual steps diverge and hang. Only some of the draws are kept, so that there are as many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import xarray as xr

from ..posterior.diagnostics import LEAST_ESS, diagnose
from .job import Job

__all__ = ["thinned", "thorough"]

# Steps are accepted that often; of so many draws one is kept, while there are that few units.
ACCEPTED, THIN, UNITS = 0.99, 5, 2_000


def thorough(job: Job, draw: Callable[[Job], xr.DataTree]) -> xr.DataTree:
    """Return what `draw` gives, from a longer run where the first has not converged.

    Parameters
    ----------
    job : Job
        Of fewer draws than convergence takes nothing is asked.
    draw : callable
        Samples.
    """
    found = draw(job)
    if job.chains * job.draws < 2 * LEAST_ESS or diagnose(found).converged:
        return found
    thin = int(np.clip(THIN * UNITS // max(len(job.evidence), 1), 1, THIN))
    accept = max(job.target_accept, ACCEPTED)
    longer = replace(job, draws=thin * job.draws, tune=2 * job.tune, target_accept=accept)
    return thinned(draw(longer), thin)


def thinned(idata: xr.DataTree, step: int) -> xr.DataTree:
    """Return the last of each `step` draws; what diverged between them is counted with it.

    Parameters
    ----------
    idata : xarray.DataTree
    step : int
    """
    found = idata.copy()
    for name in ("posterior", "sample_stats"):
        if name not in idata.children:
            continue
        group = idata[name].to_dataset()
        kept = group.isel(draw=slice(step - 1, None, step))
        kept = kept.assign_coords(draw=np.arange(kept.sizes["draw"]))
        if "diverging" in group:
            flags = group["diverging"].transpose("chain", "draw").to_numpy()
            some = flags.reshape(len(flags), -1, step).any(axis=-1)
            kept = kept.assign(diverging=(("chain", "draw"), some))
        found[name] = xr.DataTree(kept)
    return found
