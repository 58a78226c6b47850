"""A posterior in which each unit's latents are integrated out, and then recovered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray

from ..compute import generator
from ..equations import Equations
from ..evidence import Evidence
from ..state import State
from .blocks import Block, blocks
from .density import JointDensity
from .grid import Axis, Grid, axes
from .marginal import Columns, Integral, marginal, shared_columns
from .mode import climb, curvature, root_of_inverse
from .recovery import recovered
from .unconstrained import Unconstrained

__all__ = ["Integrated", "Place"]

Floats = NDArray[np.float64]
# Nodes along each continuous latent. With few units there is time for many.
NODES, MANY_NODES, FEW_UNITS = 7, 15, 5_000
# With more units than this the climb starts on a sample of that many.
SAMPLE = 4_000
PRIOR_DRAWS = 64
ROUNDS = 3


@dataclass(frozen=True, eq=False)
class Place:
    """Where the posterior of the parameters is, on the unconstrained scale.

    Attributes
    ----------
    mode : array of shape (d,)
    root : array of shape (d, d)
        Of the covariance there.
    flat : array of shape (d, flat)
        Directions in which nothing pins the parameters down.
    """

    mode: Floats
    root: Floats
    flat: Floats


@dataclass(eq=False)
class Part:
    """One block: its units, values, and what is computed from them."""

    block: Block
    columns: Columns
    axes: tuple[Axis, ...]
    integral: Integral | None = None
    joint: JointDensity | None = None
    grid: Grid | None = None


class Integrated:
    """The model of the parameters alone, with the nodes placed where the data put the latents.

    Parameters
    ----------
    model : pm.Model
        With the evidence's units, nothing observed.
    evidence : Evidence
    unit : str
    nodes : int, optional
        Along each continuous latent.
    seed : int

    Attributes
    ----------
    model : pm.Model
        Its free variables are the parameters; the nodes and the data in it are shared variables.
    """

    def __init__(
        self, model: pm.Model, evidence: Evidence, unit: str, nodes: int | None, seed: int
    ) -> None:
        self.equations = Equations(model, unit)
        self.sized, self.evidence, self.unit, self.seed = model, evidence, unit, seed
        few = len(evidence) <= FEW_UNITS
        self.nodes = nodes or (MANY_NODES if few else NODES)
        self.parts = [
            Part(block, shared_columns(self.equations, evidence, block, k), axes(self.equations, block))
            for k, block in enumerate(blocks(self.equations, evidence))
        ]
        self.model, integrals = marginal(model, [(p.block, p.columns) for p in self.parts], unit)
        for part, integral in zip(self.parts, integrals, strict=True):
            if integral is not None:
                part.integral = integral
                part.joint = JointDensity(self.equations, part.block, part.columns)

    @property
    def latents(self) -> tuple[str, ...]:
        """What is integrated out of some unit."""
        return tuple(n for n in self.equations.mechanisms if any(n in p.block.latents for p in self.parts))

    def locate(self, density: Unconstrained) -> Place:
        """Return where the posterior is, and leave the nodes there."""
        self._about_prior(density.variables(density.start))
        at = density.start
        root = None
        for _ in range(ROUNDS):
            at = climb(density, at, root)
            self._refine(density.variables(at))
            root, flat = root_of_inverse(curvature(density, at, root))
        return Place(at, root, flat)

    def _about_prior(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        """Put the nodes where the parameters alone would have the latents."""
        names = self.latents
        if not names:
            return
        draws = self._simulated(names, parameters)
        for part in self.parts:
            if part.integral is not None:
                here = {n: draws[n][:, part.block.rows] for n in part.block.latents}
                part.grid = Grid.around(part.axes, here)
        self._refine(parameters)

    def _refine(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        """Move the nodes to where parameters and data together have the latents."""
        for part in self.parts:
            if part.integral is not None:
                for _ in range(ROUNDS):
                    values, weights = part.grid.quadrature(self.nodes)
                    joint = part.joint(parameters, values)
                    part.grid, _ = part.grid.moved(self.nodes, joint + weights)
                part.integral.move(*part.grid.quadrature(self.nodes))

    def _simulated(self, names: Sequence[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return draws, of shape (draw, unit), of mechanisms given what causes them."""
        drawn = {
            n: np.broadcast_to(parameters[n], (PRIOR_DRAWS, *np.shape(parameters[n])))
            for n in self.equations.parameters
        }
        return simulated(self.sized, self.evidence, self.unit, drawn, names, self.seed)
    
    def recovered(self, parameters: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, Any]:
        """Return draws of every unit's latents, one for each draw of the parameters."""
        found = {}
        for name in self.latents:
            like = self.equations[name].expression.dtype
            found[name] = np.zeros((len(parameters), len(self.evidence)), dtype=like)
            if name in self.evidence.columns:
                found[name][:] = self.evidence.columns[name]
        for k, part in enumerate(self.parts):
            if part.joint is not None:
                rng = generator(self.seed, f"latents of block {k}")
                values, share = recovered(part.joint, part.grid, self.nodes, parameters, rng)
                for name, value in values.items():
                    found[name][:, part.block.rows] = value
        return found


def simulated(
    model: pm.Model,
    evidence: Evidence,
    unit: str,
    drawn: Mapping[str, NDArray[Any]],
    names: Sequence[str],
    seed: int,
) -> dict[str, NDArray[Any]]:
    """Return draws of mechanisms that the evidence lacks, from their own equations.

    Parameters
    ----------
    drawn : mapping of str to array of shape (draw, ...)
        The parameters, and the mechanisms that are known already.
    names : sequence of str
    """
    seen = {n: v for n, v in evidence.columns.items() if n not in names}
    known = Evidence(MappingProxyType(seen), evidence.labels)
    count = len(next(iter(drawn.values())))
    state = State(model, unit, known, drawn, (1, count), seed=seed)
    cross = state.cross_world({}, new=True)
    outputs = [cross.natural[n] for n in names]
    inputs = list(cross.inputs.values())
    found: dict[str, list[Any]] = {n: [] for n in names}
    for where, results in state.computer.batches(
        outputs, inputs, state.numbers(), seed=seed, backend="numba", size=len(evidence)
    ):
        for name, values in zip(names, results, strict=True):
            length = where.stop - where.start
            found[name].append(np.broadcast_to(values, (length, *values.shape[1:])))
    return {n: np.concatenate(v) for n, v in found.items()}
