"""What units lack, drawn for each draw of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.feeds import generator
from ...scm.equations import Equations
from ...scm.evidence import Evidence
from .integrated import Without
from .moved import joint_of
from .nodes import Nodes
from .recovery import recovered
from .simulated import simulated

__all__ = ["lacking", "recover"]

Arrays = dict[str, NDArray[Any]]


def lacking(equations: Equations, evidence: Evidence) -> tuple[str, ...]:
    """Return the mechanisms of which some unit lacks the value, parents first.

    Parameters
    ----------
    equations : Equations
    evidence : Evidence
    """
    seen = set(evidence.columns) - set(evidence.missing)
    return tuple(n for n in equations.mechanisms if n not in seen)


def recover(
    integrated: Without, nodes: Nodes, drawn: Mapping[str, NDArray[Any]], count: int
) -> Arrays:
    """Return draws of what the units lack, one for each draw of the parameters.

    Parameters
    ----------
    integrated : Without
    nodes : Nodes
    drawn : mapping of str to array of shape (draw, ...)
        The parameters.
    count : int
        How many draws there are.

    Returns
    -------
    dict of str to array of shape (draw, unit, ...)
    """
    equations, evidence = integrated.equations, nodes.evidence
    known = {n: drawn[n] for n in equations.parameters}
    rows = [{n: v[k] for n, v in known.items()} for k in range(count)] if known else [{}] * count
    found = {
        n: np.empty((count, len(evidence)), str(equations[n].expression.dtype))
        for n in integrated.latents
    }
    for k, (part, grid) in enumerate(zip(integrated.parts, nodes.grids, strict=True)):
        rng = generator(nodes.seed, f"latents of block {k}")
        values, _ = recovered(joint_of(part, nodes), grid, nodes.count, rows, rng)
        for name, value in values.items():
            found[name][:, nodes.blocks[part.index].rows] = value
    for exact in integrated.exact:
        rng = generator(nodes.seed, f"normal latents of block {exact.index}")
        drawn_here = exact.drawer(nodes.columns[exact.index], known, count, rng)
        for name, value in drawn_here.items():
            found[name][:, nodes.blocks[exact.index].rows] = value
    for name in lacking(equations, evidence):
        found[name] = _completed(name, nodes, known, found, count, equations.unit)
    return found


def _completed(
    name: str, nodes: Nodes, known: Mapping[str, Any], found: Arrays, count: int, unit: str
) -> NDArray[Any]:
    """Return a mechanism with what is seen, and where nothing tells of it by its equation."""
    values = found.get(name)
    inferred = [b.rows for b in nodes.blocks if name in b.latents]
    if any(name in b.partly or name not in (*b.latents, *b.seen) for b in nodes.blocks):
        # Not the stream of the noise that queries draw: that must not depend on this value.
        seed = nodes.seed + 1
        drawn = {**known, **{n: v for n, v in found.items() if n != name}}
        fresh = simulated(nodes.model, nodes.evidence, unit, drawn, [name], count, seed)[name]
        if values is not None and inferred:
            rows = np.concatenate(inferred)
            fresh[:, rows] = values[:, rows]
        values = fresh
    assert values is not None
    for block in nodes.blocks:
        if name in block.seen:
            rows, seen = block.rows, nodes.evidence.columns[name]
            gaps = nodes.evidence.gaps[name][rows]
            values[:, rows] = np.where(gaps, values[:, rows], seen[rows])
    return values
