"""Where the posterior of the parameters is, and how many nodes are enough there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ...engine.feeds import generator
from .integrated import Integrated
from .moved import about_prior, error, refined, widened
from .nodes import Nodes
from .optimum import climb, curvature, root_of_inverse
from .unconstrained import Unconstrained

__all__ = ["Place", "located", "placed"]

Floats = NDArray[np.float64]
# Steps of the first climb and of the longest, and how many climbs there are; a climb that gains
# less than CLOSE in the log-density has arrived.
FIRST_STEPS, MANY_STEPS, MOST_CLIMBS, CLOSE = 5, 80, 40, 1e-3
# The log-density's error, as a standard deviation over draws, that is too small to matter. It is
# looked at for a few draws, somewhat wider than the posterior, so that its tails are served too.
SMALL_ERROR, DRAWS, WIDER = 0.02, 16, 1.5
# No more nodes of a unit, and of all units together, are tried.
MOST_NODES, MOST_IN_ALL = 240, 1_000_000


@dataclass(frozen=True, eq=False)
class Place:
    """Where the posterior of the parameters is, on the unconstrained scale.

    Attributes
    ----------
    mode : array of shape (d,)
    root : array of shape (d, d)
        Of the covariance there.
    flat : array of shape (d, flat)
        Directions in which nothing pins the parameters down, or the log-density rises for ever.
    nodes : Nodes
        Those that serve there.
    """

    mode: Floats
    root: Floats
    flat: Floats
    nodes: Nodes

    @property
    def is_mode(self) -> bool:
        """Whether the log-density falls off in every direction."""
        return not self.flat.shape[1]


def placed(
    integrated: Integrated, nodes: Nodes, near: Place | None = None, more: bool = True
) -> Place:
    """Return where the posterior is, with nodes that serve all likely parameters.

    Parameters
    ----------
    integrated : Integrated
    nodes : Nodes
        To begin with.
    near : Place, optional
        Where to start; by default at the model's initial point.
    more : bool
        Whether there may be more nodes than there are.
    """
    place = located(integrated, nodes, near)
    if not place.is_mode:
        return place
    place = _widened(integrated, place)
    return enough_nodes(integrated, place) if more else place


def located(integrated: Integrated, nodes: Nodes, near: Place | None = None) -> Place:
    """Return where the posterior is, with the nodes there.

    Nodes that stand still let the climb run off to where the integral is wrong, and high. So
    it stops, moves the nodes, and goes on from where the integral is right.

    Parameters
    ----------
    integrated : Integrated
    nodes : Nodes
        To begin with.
    near : Place, optional
        Where to start; by default at the model's initial point.
    """
    density = integrated.density
    at, root = (density.start, None) if near is None else (near.mode, near.root)
    nodes = about_prior(integrated, nodes, density.variables(at))
    density = integrated.at(nodes)
    height, steps = density.value(at), FIRST_STEPS
    for _ in range(MOST_CLIMBS):
        ahead = climb(density, at, root, steps)
        nodes = refined(integrated, nodes, density.variables(ahead))
        density = integrated.at(nodes)
        reached = density.value(ahead)
        if not reached >= height:  # a point beyond the density's domain gives NaN
            nodes = refined(integrated, nodes, density.variables(at))
            density = integrated.at(nodes)
            steps = max(steps // 2, 1)
            continue
        settled, at, height = reached - height < CLOSE, ahead, reached
        if settled and root is not None:
            break
        if settled or steps >= MANY_STEPS:
            root, flat = root_of_inverse(curvature(density, at, root))
            if not (place := Place(at, root, flat, nodes)).is_mode:
                return place
        steps = min(2 * steps, MANY_STEPS)
    root, flat = root_of_inverse(curvature(density, at, root))
    return Place(at, root, flat, nodes)


def enough_nodes(integrated: Integrated, place: Place) -> Place:
    """Return where the posterior is with as many nodes as it takes, from where it is with fewer."""
    most = min(MOST_NODES, MOST_IN_ALL // len(place.nodes.evidence))
    while place.is_mode and (more := 2 * place.nodes.count + 1) ** integrated.lines <= most:
        off = error(integrated, place.nodes, around(integrated.density, place))
        if not len(off) or not np.std(off) >= SMALL_ERROR:
            break
        place = located(integrated, replace(place.nodes, count=more), place)
        place = _widened(integrated, place)
    return place


def _widened(integrated: Integrated, place: Place) -> Place:
    draws = around(integrated.density, place)
    return replace(place, nodes=widened(integrated, place.nodes, draws))


def around(density: Unconstrained, place: Place) -> dict[str, NDArray[Any]]:
    """Return a few draws of the parameters from a wider normal distribution at the mode."""
    rng = generator(place.nodes.seed, "whether nodes are enough")
    # A Latin hypercube: however few, they go far out in every direction.
    order = rng.permuted(np.tile(np.arange(DRAWS), (len(place.mode), 1)), axis=1).T
    z = ndtri((order + 0.5) / DRAWS)
    return density.variables_of_many(place.mode + WIDER * z @ place.root.T)
