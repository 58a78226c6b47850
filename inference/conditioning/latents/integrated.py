"""A model in which each unit's latents are integrated out, compiled once for all data of a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pymc.initial_point import make_initial_point_fn

from ...engine.feeds import generator
from ...errors import ModelError
from ...scm.equations import Equations
from ...scm.evidence import Evidence
from .blocks import Block, blocks
from .grid import MOST_VALUES, Axis, Grid, axes
from .independence import check_apart
from .joint_density import JointDensity, share_of
from .linear_gaussian import Conditional, Drawer
from .marginal import Integral, column_name, marginal
from .nodes import Nodes
from .pieces import IN_CACHE, cut
from .unconstrained import Unconstrained

__all__ = ["Integrated", "Part", "Pattern", "Without", "integrated", "patterns", "without_latents"]

Pattern = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
# Values of the latents at which units are looked at, whether they depend on each other: of few
# units with discrete latents many draws are alike.
LOOKS, FEW_LOOKS, MANY_UNITS = 20, 2, 1_000


@dataclass(frozen=True, eq=False)
class Part:
    """What is compiled for one block with latents, the block of that index."""

    index: int
    joint: JointDensity
    integral: Integral
    axes: tuple[Axis, ...]


@dataclass(frozen=True, eq=False)
class Exact:
    """The latents of the block of that index, which are normal given what is seen."""

    index: int
    latents: tuple[str, ...]
    drawer: Drawer


@dataclass(frozen=True, eq=False)
class Without:
    """A model without its latents, and what draws them again; `Nodes` say where the nodes are.

    Attributes
    ----------
    equations : Equations
        Of the model that it was made from.
    patterns : tuple of Pattern
        What is seen, what is latent, and what is seen in part in each block. It serves all data
        with these.
    model : pm.Model
        Its free variables are the parameters.
    parts : tuple of Part
        One a block whose latents are summed over nodes.
    exact : tuple of Exact
        One a block whose latents are integrated out exactly.
    apart : bool
        Whether units are known to be independent given the parameters.
    """

    equations: Equations
    patterns: tuple[Pattern, ...]
    model: pm.Model
    parts: tuple[Part, ...]
    exact: tuple[Exact, ...]
    apart: bool

    @property
    def latents(self) -> tuple[str, ...]:
        """What is integrated out of some unit, parents first."""
        found = {a.name for p in self.parts for a in p.axes}
        found.update(*(e.latents for e in self.exact))
        return tuple(n for n in self.equations.mechanisms if n in found)

    @property
    def lines(self) -> int:
        """The greatest number of continuous latents of one unit that are summed over nodes."""
        return max((sum(a.values is None for a in p.axes) for p in self.parts), default=0)

    def takes(self, evidence: Evidence) -> bool:
        """Return whether `evidence` has values of the same variables, missing in the same ways."""
        return self.patterns == patterns(self.equations, evidence)

    def nodes(self, model: pm.Model, evidence: Evidence, count: int, seed: int) -> Nodes:
        """Return nodes about zero, with spread one, for the units of `evidence`.

        Parameters
        ----------
        model : pm.Model
            With those units.
        evidence : Evidence
            With these `patterns`.
        count : int
            Nodes along each continuous latent.
        seed : int
        """
        found = blocks(self.equations, evidence)
        columns = tuple(_columns(self.equations, evidence, block) for block in found)
        grids = tuple(Grid.standard(p.axes, len(found[p.index].rows)) for p in self.parts)
        return Nodes(model, evidence, seed, count, tuple(found), columns, grids)

    def model_at(self, nodes: Nodes) -> pm.Model:
        """Return `model` as other samplers take it: with the data and the nodes in it."""
        unit, exact = self.equations.unit, bool(self.exact)
        model, _, shared = marginal(nodes.model, nodes.blocks, nodes.columns, unit, exact)
        for name, value in self._values(nodes).items():
            shared[name].set_value(value)
        return model

    def _values(self, nodes: Nodes) -> dict[str, NDArray[Any]]:
        values = {
            column_name(n, k): v
            for k, columns in enumerate(nodes.columns)
            for n, v in columns.items()
            if nodes.blocks[k].seen
        }
        for part, grid in zip(self.parts, nodes.grids, strict=True):
            values |= part.integral.named(*grid.quadrature(nodes.count))
        return values


@dataclass(frozen=True, eq=False)
class Integrated(Without):
    """A model without its latents, with the density of its parameters.

    Attributes
    ----------
    density : Unconstrained
        Of `model`, without data.
    """

    density: Unconstrained

    def at(self, nodes: Nodes) -> Unconstrained:
        """Return the density of the parameters given the data of `nodes`, summed over these."""
        values = self._values(nodes)
        pieces = cut(values, self._along(nodes)) if self.apart else ()
        return self.density.with_data(values, pieces)

    def _along(self, nodes: Nodes) -> list[dict[str, int]]:
        """Return the axis of units of the values of each block."""
        found = [
            {column_name(n, k): 0 for n in columns if block.seen}
            for k, (block, columns) in enumerate(zip(nodes.blocks, nodes.columns, strict=True))
        ]
        for part in self.parts:
            named = (*part.integral.points.values(), part.integral.weights)
            found[part.index] |= dict.fromkeys(named, 1)
        return [axes for axes in found if axes]


def patterns(equations: Equations, evidence: Evidence) -> tuple[Pattern, ...]:
    """Return what is seen and what is latent in each block of units.

    Parameters
    ----------
    equations : Equations
    evidence : Evidence
    """
    return tuple((b.seen, b.latents, b.partly) for b in blocks(equations, evidence))


def without_latents(
    model: pm.Model,
    evidence: Evidence,
    unit: str,
    seed: int,
    most: int = MOST_VALUES,
    exact: bool = True,
) -> Without:
    """Return the model without its latents.

    Parameters
    ----------
    model : pm.Model
        With the evidence's units; what is observed in it is not looked at.
    evidence : Evidence
    unit : str
    seed : int
        Of the values at which units are looked at, whether they are independent.
    most : int
        Values that a unit's discrete latents may take together.
    exact : bool
        Whether latents of linear-Gaussian units are integrated out in closed form, not summed.

    Raises
    ------
    ModelError
        If there are latents that cannot be integrated out.
    """
    equations = Equations(model, unit)
    found = blocks(equations, evidence)
    columns = [_columns(equations, evidence, block) for block in found]
    alone, integrals, _ = marginal(model, found, columns, unit, exact)
    scales = [
        tuple(map(Axis, block.latents))
        if isinstance(integral, Conditional)
        else axes(equations, block, most)
        for block, integral in zip(found, integrals, strict=True)
    ]
    apart = any(integrals) or len(evidence) > IN_CACHE
    if apart:
        # At values that are not zero: a coefficient of zero hides what it multiplies.
        moved = {v for v in alone.free_RVs if np.dtype(v.dtype).kind == "f"}
        start = make_initial_point_fn(model=alone, jitter_rvs=moved, return_transformed=False)(seed)
        try:
            _check_apart(equations, found, columns, scales, start, seed)
        except ModelError:
            if any(integrals):
                raise
            apart = False  # which needs no integral, and stays in one piece
    parts = tuple(
        Part(k, JointDensity(equations, block, columns[k]), integral, scales[k])
        for k, (block, integral) in enumerate(zip(found, integrals, strict=True))
        if isinstance(integral, Integral)
    )
    normal = tuple(
        Exact(k, block.latents, Drawer(equations, block, columns[k]))
        for k, (block, integral) in enumerate(zip(found, integrals, strict=True))
        if isinstance(integral, Conditional)
    )
    return Without(equations, patterns(equations, evidence), alone, parts, normal, apart)


def integrated(
    model: pm.Model,
    evidence: Evidence,
    unit: str,
    names: Sequence[str],
    seed: int,
    cores: int | None = None,
    exact: bool = True,
) -> Integrated:
    """Return the model without its latents, compiled.

    Parameters
    ----------
    model, evidence, unit, seed, exact
        As for `without_latents`.
    names : sequence of str
        Parameters, and what is computed from them alone, that draws are to have.
    cores : int, optional
        As for `Unconstrained`.

    Raises
    ------
    ModelError
        If there are latents that cannot be integrated out.
    """
    found = without_latents(model, evidence, unit, seed, exact=exact)
    density = Unconstrained(found.model, names, cores)
    return Integrated(**vars(found), density=density)


def _check_apart(
    equations: Equations,
    found: Sequence[Block],
    columns: Sequence[Mapping[str, NDArray[Any]]],
    scales: Sequence[tuple[Axis, ...]],
    parameters: Mapping[str, NDArray[Any]],
    seed: int,
) -> None:
    """Raise a ModelError unless units are independent given the parameters."""
    rng = generator(seed, "whether units are apart")
    for block, given, axis in zip(found, columns, scales, strict=True):
        looks: list[Mapping[str, NDArray[Any]]] = [{}]
        if block.latents and block.seen:
            grid, units = Grid.standard(axis, len(block.rows)), len(block.rows)
            looks = []
            for _ in range(FEW_LOOKS if units > MANY_UNITS else LOOKS):
                scatter = rng.standard_normal((1, units, len(grid.lines)))
                choice = rng.integers(len(grid.choices), size=units)
                looks.append({n: v[0] for n, v in grid.points(scatter, choice)[0].items()})
        check_apart(equations, block, given, parameters, looks)


def _columns(equations: Equations, evidence: Evidence, block: Block) -> Mapping[str, NDArray[Any]]:
    """Return what is seen of a block's units, and the unit data."""
    names = (*block.seen, *(n for n in equations.unit_data if n in evidence.columns))
    columns = {
        n: np.asarray(evidence.columns[n][block.rows], dtype=equations[n].expression.dtype)
        for n in names
    }
    shares = {share_of(n): 1.0 - evidence.gaps[n][block.rows] for n in block.partly}
    return columns | shares
