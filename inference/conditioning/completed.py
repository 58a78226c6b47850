"""A posterior that was saved with some of its blocks: the others are computed when read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..errors import DataError, QueryError
from ..inputs.arrays import shown
from ..inputs.scalars import checked_choice, checked_probability, positive_whole
from ..posterior.lazy_draws import Drawn
from ..posterior.parts import Blocks
from ..posterior.posterior import Posterior
from .blocks.auto import left_for_later
from .job import Job
from .methods import rest
from .samplers import SAMPLERS

__all__ = ["completed"]


def completed(posterior: Posterior) -> Posterior:
    """Return a loaded posterior that computes the blocks that it lacks, as they are first read.

    The draws are those of conditioning on all at once, since each block has a random stream of its
    own, and the file says with what seed and options it was conditioned.

    Parameters
    ----------
    posterior : Posterior
        Of ``Posterior.load``. One that lacks nothing, or was not computed by blocks, is returned
        as it is.

    Returns
    -------
    Posterior

    Raises
    ------
    QueryError
        If it is no posterior.
    DataError
        If its file does not say how it was conditioned.

    Examples
    --------
    >>> import pymc as pm
    >>> from ifonly.inference import condition
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     x = pm.Normal("x", pm.Normal("a"), 1, dims="unit")
    ...     y = pm.Normal("y", pm.Normal("b") * x, 1, dims="unit")
    >>> posterior = condition(model, {"x": [1.0, 2.0], "y": [0.0, 3.0]}, seed=1)
    >>> completed(posterior) is posterior  # nothing is lacking
    True
    """
    if not isinstance(posterior, Posterior):
        raise QueryError(f"completed takes a Posterior, not {shown(posterior)}")
    state, options = posterior.state, posterior.idata.attrs.get("options")
    there = {n for part in posterior.blocks.now for n in part.unknowns}
    if not there or options is None:
        return posterior
    chains, draws = state.chains
    job = Job(
        state.model,
        state.equations,
        state.evidence,
        state.unit,
        seed=state.seed,
        draws=draws,
        chains=chains,
        progress=False,
        **_kept(options),
    )
    later, parts = left_for_later(job, rest, there)
    if not later:
        return posterior
    known = {n: state.drawn[n] for n in there if n in state.drawn}
    return replace(
        posterior,
        state=replace(state, drawn=Drawn(known, later)),
        blocks=Blocks(posterior.blocks.now, parts),
    )


def _kept(options: str) -> dict[str, Any]:
    """Return the options that a file keeps: whoever changes one can seal it again."""
    found = json.loads(options)
    try:
        nodes, sampler = found["nodes"], found["sampler"]
        if sampler is not None:
            checked_choice("sampler", sampler, SAMPLERS)
        return {
            "tune": positive_whole("tune", found["tune"]),
            "sampler": sampler,
            "target_accept": checked_probability("target_accept", found["target_accept"]),
            "nodes": None if nodes is None else positive_whole("nodes", nodes),
        }
    except (KeyError, QueryError) as error:
        raise DataError(
            f"the posterior's file is damaged: it does not say how it was conditioned ({error}); "
            "condition anew"
        ) from None
