"""Which latents stand behind which units: units alike in what is seen of them form a block."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...scm.equations import Equations
from ...scm.evidence import Evidence

__all__ = ["Block", "blocks"]


@dataclass(frozen=True, eq=False)
class Block:
    """Units of which the same mechanisms are seen.

    Attributes
    ----------
    rows : array of int
        Their positions.
    seen : tuple of str
        Mechanisms with a value in the evidence for these units, parents first.
    latents : tuple of str
        Mechanisms without one that something seen depends on, parents first. What nothing seen
        depends on says nothing about the parameters, and is left out.
    partly : tuple of str
        Those seen of which some unit lacks some of several values.
    """

    rows: NDArray[np.int64]
    seen: tuple[str, ...]
    latents: tuple[str, ...]
    partly: tuple[str, ...] = ()


def blocks(equations: Equations, evidence: Evidence) -> list[Block]:
    """Return the blocks into which what is seen divides the units.

    Parameters
    ----------
    equations : Equations
    evidence : Evidence

    Returns
    -------
    list of Block
        Their rows together are all units, each once; the order depends on the patterns alone.
    """
    lacking = [n for n in equations.mechanisms if n in evidence.gaps]
    flat = {n: evidence.gaps[n].reshape(len(evidence), -1) for n in lacking}
    none = {n: gaps.all(axis=1) for n, gaps in flat.items()}
    groups: dict[tuple[bool, ...], list[int]] = defaultdict(list)
    for row in range(len(evidence)):
        groups[tuple(bool(none[n][row]) for n in lacking)].append(row)
    found = []
    for pattern, rows in sorted(groups.items()):
        gone = {n for n, missing in zip(lacking, pattern, strict=True) if missing}
        seen = tuple(n for n in equations.mechanisms if n in evidence.columns and n not in gone)
        needed = equations.ancestors(seen)
        latents = tuple(n for n in equations.mechanisms if n in needed and n not in seen)
        partly = tuple(n for n in seen if n in flat and flat[n][rows].any())
        found.append(Block(np.array(rows), seen, latents, partly))
    return found
