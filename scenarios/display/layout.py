"""Where the nodes of a graph go: in layers, causes above effects, with few crossings.

The method is that of Sugiyama, Tagawa and Toda (1981), doi:10.1109/TSMC.1981.4308636: assign
layers, put a bend where an edge passes a layer, order each layer to cross few edges, then place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

__all__ = ["Bend", "Layout", "lay_out"]

# Over the layers, down and up; the places settle later than the order.
SWEEPS, STEPS = 24, 80


@dataclass(frozen=True)
class Bend:
    """Where the edge from `cause` to `effect` passes a layer."""

    cause: str
    effect: str
    layer: int


Place = str | Bend


@dataclass(frozen=True)
class Layout:
    """Where everything goes.

    Attributes
    ----------
    layers : tuple of tuples
        The places of each layer from left to right, from the top layer down.
    x : mapping of place to float
        The middle of each place.
    chains : mapping of edge to tuple of places
        What each edge passes, from cause to effect.
    """

    layers: tuple[tuple[Place, ...], ...]
    x: Mapping[Place, float]
    chains: Mapping[tuple[str, str], tuple[Place, ...]]


def lay_out(graph: nx.DiGraph, width: Mapping[str, float], gap: float) -> Layout:
    """Return a layout in which no two places of a layer overlap.

    Parameters
    ----------
    graph : networkx.DiGraph
        Without cycles.
    width : mapping of node to float
    gap : float
        Free space between neighbours, in the unit of the widths.

    Returns
    -------
    Layout
    """
    level = _levels(graph)
    chains = {
        (a, b): (a, *(Bend(a, b, k) for k in range(level[a] + 1, level[b])), b)
        for a, b in graph.edges
    }
    rows: list[list[Place]] = [[] for _ in range(max(level.values(), default=0) + 1)]
    for node in graph:
        rows[level[node]].append(node)
    for chain in chains.values():
        for place in chain[1:-1]:
            assert isinstance(place, Bend)
            rows[place.layer].append(place)
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    rows = _ordered(rows, links)
    widths: dict[Place, float] = {p: 0.0 for row in rows for p in row}
    widths.update(width)
    return Layout(tuple(map(tuple, rows)), _placed(rows, links, widths, gap), chains)


def _levels(graph: nx.DiGraph) -> dict[str, int]:
    """Return a layer per node: below all causes, and a cause of few close above its effects."""
    level: dict[str, int] = {}
    for node in nx.topological_sort(graph):
        level[node] = 1 + max((level[p] for p in graph.predecessors(node)), default=-1)
    for node in reversed(list(nx.topological_sort(graph))):
        effects = [level[s] for s in graph.successors(node)]
        if effects and not graph.in_degree(node):
            level[node] = min(effects) - 1
    return level


def _ordered(rows: list[list[Place]], links: list[tuple[Place, Place]]) -> list[list[Place]]:
    """Return the rows in an order that crosses few links."""
    above: dict[Place, list[Place]] = {p: [] for row in rows for p in row}
    below: dict[Place, list[Place]] = {p: [] for row in rows for p in row}
    for a, b in links:
        below[a].append(b)
        above[b].append(a)
    best, fewest = rows, _crossings(rows, links)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        rows = [list(row) for row in rows]
        for k in range(len(rows)) if down else reversed(range(len(rows))):
            near = above if down else below
            at = {p: i for row in rows for i, p in enumerate(row)}
            _sort_by_neighbours(rows[k], near, at)
        rows = _exchanged(rows, links)
        if (now := _crossings(rows, links)) < fewest:
            best, fewest = rows, now
    return best


def _sort_by_neighbours(
    row: list[Place], near: Mapping[Place, list[Place]], at: Mapping[Place, int]
) -> None:
    def middle(place: Place) -> float:
        where = [at[p] for p in near[place]]
        return float(np.mean(where)) if where else float(at[place])

    row.sort(key=middle)


def _exchanged(rows: list[list[Place]], links: list[tuple[Place, Place]]) -> list[list[Place]]:
    """Return the rows with neighbours exchanged wherever that saves crossings."""
    rows = [list(row) for row in rows]
    fewest = _crossings(rows, links)
    for row in rows:
        for i in range(len(row) - 1):
            row[i], row[i + 1] = row[i + 1], row[i]
            now = _crossings(rows, links)
            if now < fewest:
                fewest = now
            else:
                row[i], row[i + 1] = row[i + 1], row[i]
    return rows


def _crossings(rows: list[list[Place]], links: list[tuple[Place, Place]]) -> int:
    at = {p: (k, i) for k, row in enumerate(rows) for i, p in enumerate(row)}
    spans: dict[int, list[tuple[int, int]]] = {}
    for a, b in links:
        spans.setdefault(at[a][0], []).append((at[a][1], at[b][1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for span in spans.values()
        for i, a in enumerate(span)
        for b in span[:i]
    )


def _placed(
    rows: list[list[Place]],
    links: list[tuple[Place, Place]],
    width: Mapping[Place, float],
    gap: float,
) -> dict[Place, float]:
    """Return the middle of each place: near its neighbours, none on another."""
    offsets = [_offsets(row, width, gap) for row in rows]
    x = {
        p: o - offset[-1] / 2
        for row, offset in zip(rows, offsets, strict=True)
        for p, o in zip(row, offset, strict=True)
    }
    near: dict[Place, list[Place]] = {p: [] for p in x}
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    for sweep in range(STEPS):
        order = range(len(rows)) if sweep % 2 == 0 else reversed(range(len(rows)))
        for k in order:
            row = rows[k]
            want = np.array([np.mean([x[q] for q in near[p]] or [x[p]]) for p in row])
            # An edge that bends is pulled straight harder than a node is pulled to its middle.
            pull = np.array([4.0 if isinstance(p, Bend) else 1.0 for p in row])
            placed = isotonic_regression(want - offsets[k], weights=pull).x + offsets[k]
            x.update(zip(row, map(float, placed), strict=True))
    return x


def _offsets(row: list[Place], width: Mapping[Place, float], gap: float) -> NDArray[np.float64]:
    steps = [(width[a] + width[b]) / 2 + gap for a, b in pairwise(row)]
    return np.concatenate([[0.0], np.cumsum(steps)])
