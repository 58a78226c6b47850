"""Where chains over discrete values begin: apart, so that a chain that is stuck shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.compile.mode import Mode

__all__ = ["apart"]

Start = dict[str, NDArray[Any]]
# Draws from the prior among which chains choose.
CANDIDATES = 100
# It runs that often, for which compiling would not pay.
MODE = Mode(linker="py", optimizer="fast_compile")


def apart(model: pm.Model, unit: str, chains: int, rng: np.random.Generator) -> list[Start] | None:
    """Return values of the discrete variables for each chain to begin at.

    Each unit of each chain takes the values of a draw from the prior that the data do not rule out
    for this unit, as unlike those of the chains before as there is.

    Parameters
    ----------
    model : pm.Model
    unit : str
    chains : int
    rng : numpy Generator

    Returns
    -------
    list of dict of str to array, or None
        None where no such values are found; PyMC's own beginning is then the best there is.
    """
    free = [v for v in model.free_RVs if np.dtype(v.dtype).kind in "iub"]
    drawn = pm.draw(free, CANDIDATES, random_seed=rng, mode=MODE)
    draws = {v.name: np.asarray(x) for v, x in zip(free, drawn, strict=True)}
    point = model.initial_point(0)
    density = pm.pytensorf.compile(
        model.value_vars,
        model.logp(sum=False, jacobian=False),
        mode=MODE,
        on_unused_input="ignore",
    )

    def terms(start: Start) -> list[NDArray[Any]]:
        return density(*((point | start)[v.name] for v in model.value_vars))

    rows = {n for n in draws if unit in (model.named_vars_to_dims.get(n) or ())}
    names = [v.name for v in model.basic_RVs]
    with_units = {n for n in names if unit in (model.named_vars_to_dims.get(n) or ())}
    found = [terms({n: v[k] for n, v in draws.items()}) for k in range(CANDIDATES)]
    whole = np.array([all(np.isfinite(t).all() for t in ts) for ts in found])
    if whole.any():  # no need to take units from different draws
        draws = {n: v[whole] for n, v in draws.items()}
        allowed = np.ones((int(whole.sum()), 1), bool)
        rows = set()
    else:
        allowed = np.array([_by_unit(ts, names, with_units) for ts in found])
    starts: list[Start] = []
    for _ in range(chains):
        start = _unlike(draws, rows, allowed, starts, rng)
        if not all(np.isfinite(t).all() for t in terms(start)):
            return None
        starts.append(start)
    return starts


def _by_unit(
    terms: list[NDArray[Any]], names: list[str], with_units: set[str]
) -> NDArray[np.bool_]:
    """Return for each unit whether all its terms of the log-density are finite."""
    finite = [
        np.isfinite(t).reshape(len(t), -1).all(axis=1)
        for n, t in zip(names, terms, strict=False)
        if n in with_units
    ]
    return np.logical_and.reduce(finite) if finite else np.ones(1, bool)


def _unlike(
    draws: Start,
    rows: set[str],
    allowed: NDArray[np.bool_],
    before: list[Start],
    rng: np.random.Generator,
) -> Start:
    """Return values of one chain, each unit's from an allowed draw unlike the chains before."""
    differ = np.zeros(allowed.shape)
    for name, values in draws.items():
        for start in before:
            off = values != start[name]
            per = off.reshape(*allowed.shape, -1) if name in rows else off.reshape(len(off), 1, -1)
            differ += per.sum(axis=-1)
    score = np.where(allowed, differ + 0.5 * rng.random(allowed.shape), -np.inf)
    best = score.argmax(axis=0)
    one = score.sum(axis=1).argmax() if len(best) > 1 else best[0]
    return {n: v[best, np.arange(len(best))] if n in rows else v[one] for n, v in draws.items()}
