"""Each unit's own latents, drawn given what is seen of the unit and one draw of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grid import Grid

__all__ = ["recovered"]

Floats = NDArray[np.float64]
Joint = Callable[[Mapping[str, NDArray[Any]], Mapping[str, NDArray[Any]]], Floats]
# Steps of the independence sampler. Its error shrinks with each by the share of proposals that are
# refused (Mengersen and Tweedie, 1996, doi:10.1214/aos/1033066201): at 10 %, to one in a million.
STEPS = 6
# More rounds of as many follow where so many are refused that more than UNMIXED of it is left, as
# where a unit's latent has two narrow modes.
UNMIXED, MOST_ROUNDS = 1e-3, 20
# Proposals are wider than the density that they stand in for, so that no tail is missed.
WIDER = 1.1


def recovered(
    joint: Joint,
    grid: Grid,
    nodes: int,
    parameters: Iterable[Mapping[str, NDArray[Any]]],
    rng: np.random.Generator,
) -> tuple[dict[str, NDArray[Any]], float]:
    """Return draws of a block's latents, one for each draw of the parameters.

    Discrete latents alone are drawn exactly. Continuous ones are drawn by an independence sampler
    whose proposals have the moments that quadrature finds for the unit and the draw.

    Parameters
    ----------
    joint : callable
        Returns the log-density, of shape (node, unit), at parameters and at values of latents.
    grid : Grid
        Where to integrate.
    nodes : int
        Along each line.
    parameters : iterable of mappings of str to array
        One a draw.
    rng : numpy Generator

    Returns
    -------
    dict of str to array of shape (draw, unit)
    float
        The share of proposals that were taken.
    """
    values, weights = grid.quadrature(nodes)
    kept: dict[str, list[NDArray[Any]]] = {a.name: [] for a in grid.axes}
    taken, last = [], None
    for known in parameters:
        if known is not last:  # parameters that are known are one mapping for all draws
            near, mass = grid.moved(nodes, joint(known, values) + weights)
            below, last = _below(mass), known
        choice = _chosen(below, rng)
        if grid.lines:
            found, share = _stepped(joint, known, near, choice, rng)
            taken.append(share)
        else:
            found, _ = near.points(np.zeros((1, 0)), choice)
            found = {n: v[0] for n, v in found.items()}
        for name, value in found.items():
            kept[name].append(value)
    shares = float(np.mean(taken)) if taken else 1.0
    return {n: np.stack(v) for n, v in kept.items()}, shares


def _below(mass: Floats) -> Floats:
    """Return the cumulated probability, up to a constant, of each unit's choices."""
    top = mass.max(axis=0)
    return np.exp(mass - np.where(np.isfinite(top), top, 0.0)).cumsum(axis=0)


def _chosen(below: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return each unit's choice of its discrete latents."""
    if len(below) == 1:
        return np.zeros(below.shape[1], dtype=np.int64)
    choice = (below <= rng.random(below.shape[1]) * below[-1]).sum(axis=0)
    return np.minimum(choice, len(below) - 1)


def _stepped(
    joint: Joint,
    known: Mapping[str, NDArray[Any]],
    near: Grid,
    choice: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[dict[str, NDArray[Any]], float]:
    """Return where each unit's sampler ends, and the share of its proposals that it took."""
    units = len(choice)
    moves, steps = 0, -1  # the first proposal is where the sampler begins
    best = np.full(units, -np.inf)
    kept: dict[str, NDArray[Any]] = {}
    for _ in range(MOST_ROUNDS):
        x = WIDER * rng.standard_normal((STEPS, units, len(near.lines)))
        values, volume = near.points(x, choice)
        # The proposal's density, up to a constant: in x it is normal, and the volume is that of dx.
        ratio = joint(known, values) + volume + 0.5 * (x**2).sum(-1) / WIDER**2
        ratio = np.where(np.isnan(ratio), -np.inf, ratio)
        chance = np.log(rng.random((STEPS, units)))
        at = np.full(units, -1)
        if not kept:
            at, best = np.zeros(units, dtype=np.int64), ratio[0]
        for step in range(0 if kept else 1, STEPS):
            move = chance[step] < ratio[step] - best
            at, best = np.where(move, step, at), np.where(move, ratio[step], best)
            moves += int(move.sum())
        here = (at, np.arange(units))
        kept = {n: np.where(at < 0, kept.get(n, v[0]), v[here]) for n, v in values.items()}
        steps += STEPS
        if (1 - moves / (steps * units)) ** steps <= UNMIXED:
            break
    return kept, moves / (steps * units)
