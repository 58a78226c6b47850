"""A model with its latents integrated out: Model in, new Model out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.model.fgraph import model_from_fgraph, model_potential
from pytensor.compile.builders import OpFromGraph
from pytensor.tensor import TensorVariable

from ...scm.equations import Equations
from ...scm.evidence import Evidence
from .blocks import Block
from .joint_density import UnitDensity, at_nodes

__all__ = ["Columns", "Integral", "marginal", "shared_columns"]

Columns = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Integral:
    """The sum over the latents of one block, at nodes that can be moved.

    Attributes
    ----------
    points : mapping of str to shared variable of shape (node, unit)
        The value of each latent at each node.
    weights : shared variable of shape (node, unit)
        The logarithm of each node's weight.
    """

    points: Mapping[str, Any]
    weights: Any

    def move(self, points: Mapping[str, NDArray[Any]], weights: NDArray[np.float64]) -> None:
        """Put the nodes elsewhere."""
        for name, symbol in self.points.items():
            symbol.set_value(np.asarray(points[name], dtype=symbol.dtype))
        self.weights.set_value(weights)


def shared_columns(equations: Equations, evidence: Evidence, block: Block, label: int) -> Columns:
    """Return what is seen of a block's units, and the unit data, as shared variables."""
    found = {}
    for name in (*block.seen, *(n for n in equations.unit_data if n in evidence.columns)):
        values = evidence.columns[name][block.rows]
        values = np.asarray(values, dtype=equations[name].expression.dtype)
        shape = (None, *values.shape[1:])
        found[name] = pytensor.shared(values, name=f"{name} of block {label}", shape=shape)
    return found


def marginal(
    model: pm.Model, parts: Sequence[tuple[Block, Columns]], unit: str = "unit"
) -> tuple[pm.Model, list[Integral | None]]:
    """Return the model of the parameters alone, given what is seen of the units.

    Parameters
    ----------
    model : pm.Model
        Left as it is.
    parts : sequence of (Block, columns)
        The units, and their values.
    unit : str

    Returns
    -------
    pm.Model
        With the same parameters, and one Potential a block: the log-likelihood of what is seen.
    list of Integral or None
        One a block; None where it has no latent.
    """
    equations = Equations(model, unit)
    fgraph = equations.fgraph
    integrals: list[Integral | None] = []
    potentials = []
    for k, (block, columns) in enumerate(parts):
        if not block.seen:  # units of which nothing is seen say nothing
            integrals.append(None)
            continue
        density = UnitDensity(equations, block, columns)
        integral, total = _integrated(density, k) if block.latents else (None, pt.zeros(()))
        length = columns[block.seen[0]].shape[:1]
        for term in density.terms(reached=False):
            total = total + pt.broadcast_to(term, length).sum()
        integrals.append(integral)
        potentials.append(model_potential(total, f"log_likelihood_{k}"))
    for index in reversed(range(len(fgraph.outputs))):
        if equations.has_units(fgraph.outputs[index].owner.op.name):
            fgraph.remove_output(index)
    for potential in potentials:
        fgraph.add_output(potential, import_missing=True)
    return model_from_fgraph(fgraph, mutate_fgraph=True), integrals


def _integrated(density: UnitDensity, label: int) -> tuple[Integral, TensorVariable]:
    points = {
        n: _shared(f"{n} at the nodes of block {label}", s.dtype)
        for n, s in density.latents.items()
    }
    weights = _shared(f"weights of block {label}", "float64")
    return Integral(points, weights), log_sum_exp(at_nodes(density, points) + weights).sum()


def _shared(name: str, dtype: str) -> Any:
    return pytensor.shared(np.zeros((1, 1), dtype=dtype), name=name, shape=(None, None))


def log_sum_exp(values: TensorVariable) -> TensorVariable:
    """Return the logarithm of the sum of exponentials over the first axis.

    Its slope is written with its value, which PyTensor's own would compute a second time.
    """
    terms, total, weight = values.type(), pt.vector(), pt.vector()
    slope = OpFromGraph([terms, total, weight], [pt.exp(terms - total) * weight], inline=True)
    summed = OpFromGraph([terms], [pt.logsumexp(terms, axis=0)], inline=True, pullback=slope)
    return summed(values)
