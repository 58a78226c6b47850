"""Where the nodes are that latents are summed over, and for which units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pymc as pm
from numpy.typing import NDArray

from ...scm.evidence import Evidence
from .blocks import Block
from .grid import Grid

__all__ = ["Nodes"]


@dataclass(frozen=True, eq=False)
class Nodes:
    """Units and the nodes of their latents; `Integrated.nodes` makes one.

    Attributes
    ----------
    model : pm.Model
        With the evidence's units.
    evidence : Evidence
    seed : int
        Of what is simulated to place nodes, and of the latents that are drawn.
    count : int
        Nodes along each continuous latent.
    blocks : tuple of Block
    columns : tuple of mapping of str to array
        What is seen of the units of each block.
    grids : tuple of Grid
        One a block with latents, in the order of ``Integrated.parts``.
    """

    model: pm.Model
    evidence: Evidence
    seed: int
    count: int
    blocks: tuple[Block, ...]
    columns: tuple[Mapping[str, NDArray[Any]], ...]
    grids: tuple[Grid, ...]
