"""Nodes moved to where latents are likely: nodes in, nodes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from .grid import Grid
from .integrated import Part, Without
from .nodes import Nodes
from .simulated import simulated

__all__ = ["about_prior", "error", "joint_of", "refined", "widened"]

Floats = NDArray[np.float64]
Values = Mapping[str, NDArray[Any]]
PRIOR_DRAWS = 64
ROUNDS = 3
CHECKED = 20  # draws at which quadrature is checked


def about_prior(integrated: Without, nodes: Nodes, parameters: Values) -> Nodes:
    """Return the nodes near where the parameters alone would have the latents.

    Parameters
    ----------
    integrated : Without
    nodes : Nodes
    parameters : mapping of str to array
    """
    names = integrated.latents
    if not integrated.parts:
        return nodes
    drawn = {
        n: np.broadcast_to(parameters[n], (PRIOR_DRAWS, *np.shape(parameters[n])))
        for n in integrated.equations.parameters
    }
    unit = integrated.equations.unit
    draws = simulated(nodes.model, nodes.evidence, unit, drawn, names, PRIOR_DRAWS, nodes.seed)

    def about(part: Part, grid: Grid) -> Grid:
        rows = nodes.blocks[part.index].rows
        return grid.around({a.name: draws[a.name][:, rows] for a in part.axes})

    return refined(integrated, _moved(integrated, nodes, about), parameters)


def refined(integrated: Without, nodes: Nodes, parameters: Values) -> Nodes:
    """Return the nodes where parameters and data together have the latents.

    Parameters
    ----------
    integrated : Without
    nodes : Nodes
    parameters : mapping of str to array
    """

    def closer(part: Part, grid: Grid) -> Grid:
        joint = joint_of(part, nodes)
        for _ in range(ROUNDS):
            values, weights = grid.quadrature(nodes.count)
            grid, _ = grid.moved(nodes.count, joint(parameters, values) + weights)
        return grid

    return _moved(integrated, nodes, closer)


def widened(integrated: Without, nodes: Nodes, drawn: Values) -> Nodes:
    """Return the nodes where any of several parameters has the latents.

    Parameters
    ----------
    integrated : Without
    nodes : Nodes
    drawn : mapping of str to array of shape (draw, ...)
    """
    count = len(next(iter(drawn.values())))
    rows = [{n: v[k] for n, v in drawn.items()} for k in range(count)]

    def wider(part: Part, grid: Grid) -> Grid:
        joint = joint_of(part, nodes)
        values, weights = grid.quadrature(nodes.count)
        near = [grid.moved(nodes.count, joint(row, values) + weights)[0] for row in rows]
        return Grid.mixed(near)

    return _moved(integrated, nodes, wider)


def error(integrated: Without, nodes: Nodes, drawn: Values) -> Floats:
    """Return how far quadrature is off in the log-density, at some draws of the parameters.

    Parameters
    ----------
    integrated : Without
    nodes : Nodes
    drawn : mapping of str to array of shape (draw, ...)

    Returns
    -------
    array of shape (some draws,)
        Empty where no continuous latent is integrated out.
    """
    pairs = zip(integrated.parts, nodes.grids, strict=True)
    parts = [(joint_of(p, nodes), grid) for p, grid in pairs if grid.lines]
    if not parts:
        return np.zeros(0)
    count = len(next(iter(drawn.values())))
    off = []
    for k in np.unique(np.linspace(0, count - 1, CHECKED).astype(int)):
        known = {n: drawn[n][k] for n in integrated.equations.parameters}
        fine, coarse = (
            sum(_total(joint, grid, known, many) for joint, grid in parts)
            for many in (2 * nodes.count + 1, nodes.count)
        )
        off.append(fine - coarse)
    return np.array(off)


def joint_of(part: Part, nodes: Nodes) -> Callable[[Values, Values], Floats]:
    """Return the joint density of a block's units, at parameters and at values of latents.

    Parameters
    ----------
    part : Part
    nodes : Nodes
    """
    return partial(part.joint, nodes.columns[part.index])


def _moved(integrated: Without, nodes: Nodes, move: Callable[[Part, Grid], Grid]) -> Nodes:
    pairs = zip(integrated.parts, nodes.grids, strict=True)
    return replace(nodes, grids=tuple(move(part, grid) for part, grid in pairs))


def _total(
    joint: Callable[[Values, Values], Floats], grid: Grid, parameters: Values, count: int
) -> float:
    values, weights = grid.quadrature(count)
    return float(logsumexp(joint(parameters, values) + weights, axis=0).sum())
