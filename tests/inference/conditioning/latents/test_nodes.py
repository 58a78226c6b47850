"""Nodes hold the units, their blocks and grids together, and are replaced as a whole."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.conditioning.latents.blocks import blocks
from ifonly.inference.conditioning.latents.grid import Axis, Grid
from ifonly.inference.conditioning.latents.nodes import Nodes
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence


def test_nodes_are_a_value() -> None:
    with pm.Model(coords={"unit": range(3)}) as model:
        pm.Normal("x", pm.Normal("u", dims="unit"), 1.0, dims="unit")
    equations = Equations(model)
    evidence = read_evidence(equations, {"x": np.zeros(3)})
    found = tuple(blocks(equations, evidence))
    grid = Grid.standard((Axis("u"),), 3)
    nodes = Nodes(model, evidence, 1, 5, found, ({"x": np.zeros(3)},), (grid,))
    more = replace(nodes, count=11)
    assert (nodes.count, more.count) == (5, 11)
    assert more.grids is nodes.grids
    assert nodes != more, "equal only to itself"
    with pytest.raises(FrozenInstanceError):
        nodes.count = 7  # type: ignore[misc]
