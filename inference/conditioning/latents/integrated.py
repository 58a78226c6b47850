"""A posterior in which each unit's latents are integrated out, and then recovered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from scipy.special import logsumexp

from ...engine.compute import generator
from ...engine.state import State
from ...scm.equations import Equations
from ...scm.evidence import Evidence
from .blocks import Block, blocks
from .grid import Grid, axes
from .independence import check_apart
from .joint_density import JointDensity
from .marginal import Integral, marginal, shared_columns
from .recovery import recovered

__all__ = ["Integrated"]

Floats = NDArray[np.float64]
PRIOR_DRAWS = 64
ROUNDS = 3
CHECKED = 20  # draws at which quadrature is checked


@dataclass(eq=False)
class Part:
    """A block with latents: their density, the integral in the model, and where its nodes are."""

    block: Block
    joint: JointDensity
    integral: Integral
    grid: Grid


class Integrated:
    """The model of the parameters alone, with the nodes placed where the data put the latents.

    Parameters
    ----------
    model : pm.Model
        With the evidence's units; what is observed in it is not looked at.
    evidence : Evidence
    unit : str
    nodes : int
        Along each continuous latent.
    seed : int

    Attributes
    ----------
    model : pm.Model
        Its free variables are the parameters; the nodes and the data in it are shared variables.
    """

    def __init__(
        self, model: pm.Model, evidence: Evidence, unit: str, nodes: int, seed: int
    ) -> None:
        self.equations = Equations(model, unit)
        self.sized, self.evidence, self.unit = model, evidence, unit
        self.nodes, self.seed = nodes, seed
        self.blocks = blocks(self.equations, evidence)
        self.columns = [
            shared_columns(self.equations, evidence, block, k)
            for k, block in enumerate(self.blocks)
        ]
        seen = list(zip(self.blocks, self.columns, strict=True))
        self.model, integrals = marginal(model, seen, unit)
        self.parts = [
            Part(
                block,
                JointDensity(self.equations, block, values),
                integral,
                Grid.standard(axes(self.equations, block), len(block.rows)),
            )
            for (block, values), integral in zip(seen, integrals, strict=True)
            if integral is not None
        ]

    def takes(self, evidence: Evidence) -> bool:
        """Return whether `evidence` has values of the same variables, missing in the same ways."""
        mine, theirs = self.blocks, blocks(self.equations, evidence)
        return [(b.seen, b.latents) for b in mine] == [(b.seen, b.latents) for b in theirs]

    def take(self, model: pm.Model, evidence: Evidence, nodes: int, seed: int) -> None:
        """Go over to other units, of which `takes` is true; nothing is compiled again.

        Parameters
        ----------
        model : pm.Model
            With those units.
        evidence : Evidence
        nodes : int
        seed : int
        """
        self.sized, self.evidence, self.nodes, self.seed = model, evidence, nodes, seed
        self.blocks = blocks(self.equations, evidence)
        for block, columns in zip(self.blocks, self.columns, strict=True):
            for name, column in columns.items():
                values = evidence.columns[name][block.rows]
                column.set_value(np.asarray(values, dtype=column.dtype))
        with_latents = [b for b in self.blocks if b.seen and b.latents]
        for part, block in zip(self.parts, with_latents, strict=True):
            part.block, part.grid = block, Grid.standard(part.grid.axes, len(block.rows))

    @property
    def latents(self) -> tuple[str, ...]:
        """What is integrated out of some unit."""
        found = {n for p in self.parts for n in p.block.latents}
        return tuple(n for n in self.equations.mechanisms if n in found)

    def check_apart(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        """Raise a ModelError unless units are independent given the parameters."""
        if not self.parts:
            return
        known = {n: parameters[n] for n in self.equations.parameters}
        rng = generator(self.seed, "whether units are apart")
        likely = {}
        for part in self.parts:
            scatter = rng.standard_normal((1, len(part.block.rows), len(part.grid.lines)))
            likely[id(part.block)] = part.grid.points(scatter)[0]
        for block in self.blocks:
            values = likely.get(id(block), {})
            latents = {n: values[n][0] for n in block.latents}
            check_apart(self.equations, self.evidence, block, known, latents)

    def about_prior(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        """Put the nodes where the parameters alone would have the latents."""
        names = self.latents
        if not names:
            return
        draws = self._simulated(names, parameters)
        for part in self.parts:
            part.grid = part.grid.around(
                {n: draws[n][:, part.block.rows] for n in part.block.latents}
            )
        self.refine(parameters)

    def refine(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        """Move the nodes to where parameters and data together have the latents."""
        for part in self.parts:
            for _ in range(ROUNDS):
                values, weights = part.grid.quadrature(self.nodes)
                joint = part.joint(parameters, values)
                part.grid, _ = part.grid.moved(self.nodes, joint + weights)
            part.integral.move(*part.grid.quadrature(self.nodes))

    def widen(self, drawn: Mapping[str, NDArray[Any]]) -> None:
        """Move the nodes to where any of several parameters has the latents.

        Parameters
        ----------
        drawn : mapping of str to array of shape (draw, ...)
        """
        count = len(next(iter(drawn.values())))
        rows = [{n: v[k] for n, v in drawn.items()} for k in range(count)]
        for part in self.parts:
            values, weights = part.grid.quadrature(self.nodes)
            near = [part.grid.moved(self.nodes, part.joint(r, values) + weights)[0] for r in rows]
            part.grid = Grid.mixed(near)
            part.integral.move(*part.grid.quadrature(self.nodes))

    def _simulated(self, names: Sequence[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return draws, of shape (draw, unit), of mechanisms given what causes them."""
        drawn = {
            n: np.broadcast_to(parameters[n], (PRIOR_DRAWS, *np.shape(parameters[n])))
            for n in self.equations.parameters
        }
        return simulated(self.sized, self.evidence, self.unit, drawn, names, self.seed)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Mechanisms of which some unit lacks the value."""
        seen = set(self.evidence.columns) - set(self.evidence.missing)
        return tuple(n for n in self.equations.mechanisms if n not in seen)

    def off(self, drawn: Mapping[str, NDArray[Any]]) -> Floats:
        """Return how far quadrature is off in the log-density, at some draws of the parameters.

        Parameters
        ----------
        drawn : mapping of str to array of shape (draw, ...)

        Returns
        -------
        array of shape (some draws,)
            Empty where no continuous latent is integrated out.
        """
        parts = [p for p in self.parts if p.grid.lines]
        if not parts:
            return np.zeros(0)
        count = len(next(iter(drawn.values())))
        off = []
        for k in np.unique(np.linspace(0, count - 1, CHECKED).astype(int)):
            known = {n: drawn[n][k] for n in self.equations.parameters}
            fine, coarse = (
                sum(self._total(p, known, nodes) for p in parts)
                for nodes in (2 * self.nodes + 1, self.nodes)
            )
            off.append(fine - coarse)
        return np.array(off)

    def _total(self, part: Part, parameters: Mapping[str, NDArray[Any]], nodes: int) -> float:
        values, weights = part.grid.quadrature(nodes)
        return float(logsumexp(part.joint(parameters, values) + weights, axis=0).sum())

    def recovery(self, drawn: Mapping[str, NDArray[Any]]) -> Callable[[], dict[str, Any]]:
        """Return what gives `recovered` for the units of now, whatever is taken before its call."""
        units = (self.sized, self.evidence, self.nodes, self.seed)
        grids = [part.grid for part in self.parts]

        def recover() -> dict[str, Any]:
            if self.evidence is not units[1]:
                self.take(*units)
                for part, grid in zip(self.parts, grids, strict=True):
                    part.grid = grid
            return self.recovered(drawn)

        return recover

    def recovered(self, drawn: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return draws of what the units lack, one for each draw of the parameters.

        Parameters
        ----------
        drawn : mapping of str to array of shape (draw, ...)
            The parameters.

        Returns
        -------
        dict of str to array of shape (draw, unit, ...)
        """
        known = {n: drawn[n] for n in self.equations.parameters}
        count = len(next(iter(known.values())))
        rows = [{n: v[k] for n, v in known.items()} for k in range(count)]
        found = {n: np.empty((count, len(self.evidence)), self._dtype(n)) for n in self.latents}
        for k, part in enumerate(self.parts):
            rng = generator(self.seed, f"latents of block {k}")
            values, _ = recovered(part.joint, part.grid, self.nodes, rows, rng)
            for name, value in values.items():
                found[name][:, part.block.rows] = value
        for name in self.lacking:  # parents first
            self._fill(name, known, found)
        return found

    def _dtype(self, name: str) -> str:
        return str(self.equations[name].expression.dtype)

    def _fill(self, name: str, known: Mapping[str, Any], found: dict[str, Any]) -> None:
        """Complete one mechanism by what is seen, and where nothing tells of it by its equation."""
        inferred = [b.rows for b in self.blocks if name in b.latents]
        bare = [b.rows for b in self.blocks if name not in (*b.latents, *b.seen)]
        if bare:
            # Not the stream of the noise that queries draw: that must not depend on this value.
            seed = self.seed + 1
            drawn = {**known, **{n: v for n, v in found.items() if n != name}}
            fresh = simulated(self.sized, self.evidence, self.unit, drawn, [name], seed)[name]
            if inferred:
                rows = np.concatenate(inferred)
                fresh[:, rows] = found[name][:, rows]
            found[name] = fresh
        for block in self.blocks:
            if name in block.seen:
                found[name][:, block.rows] = self.evidence.columns[name][block.rows]


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
    seen = {n: v for n, v in evidence.columns.items() if n not in {*names, *drawn}}
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
