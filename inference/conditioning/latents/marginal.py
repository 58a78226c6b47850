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

from ...errors import ModelError
from ...scm.equations import Equations
from ...scm.representation import starts_of, with_starts
from ..compiled.mode import SUMMED
from .blocks import Block
from .joint_density import UnitDensity, at_nodes
from .linear_gaussian import Conditional, conditional

__all__ = ["Columns", "Integral", "column_name", "marginal"]

Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Integral:
    """The sum over the latents of one block; its nodes are data of the model.

    Attributes
    ----------
    points : mapping of str to str
        The name of the shared variable, of shape (node, unit), that holds a latent's values.
    weights : str
        That of the logarithm of each node's weight, of shape (node, unit).
    """

    points: Mapping[str, str]
    weights: str

    def named(
        self, points: Mapping[str, NDArray[Any]], weights: NDArray[np.float64]
    ) -> dict[str, NDArray[Any]]:
        """Return the values of nodes by the name of the shared variable that holds them.

        Parameters
        ----------
        points : mapping of str to ndarray
        weights : ndarray
        """
        return {s: points[n] for n, s in self.points.items()} | {self.weights: weights}


def column_name(name: str, block: int) -> str:
    """Return the name of the shared variable that holds a column of one block.

    Parameters
    ----------
    name : str
    block : int
    """
    return f"{name} of block {block}"


def marginal(
    model: pm.Model,
    blocks: Sequence[Block],
    columns: Sequence[Columns],
    unit: str = "unit",
    exact: bool = True,
) -> tuple[pm.Model, list[Integral | Conditional | None], dict[str, Any]]:
    """Return the model of the parameters alone, given what is seen of the units.

    Parameters
    ----------
    model : pm.Model
        Left as it is.
    blocks : sequence of Block
    columns : sequence of mapping of str to array
        What is seen of the units of each block, and the unit data.
    unit : str
    exact : bool
        Whether latents of linear-Gaussian units are integrated out in closed form, not summed.

    Returns
    -------
    pm.Model
        With the same parameters, and one Potential a block: the log-likelihood of what is seen.
    list of Integral, Conditional or None
        One a block; a Conditional where the integral is exact, None where there is no latent.
    dict of str to shared variable
        The data and the nodes in the model, by name.

    Raises
    ------
    ModelError
        If a Potential reads what units have.
    """
    equations = Equations(model, unit)
    of_units = {n for n in equations if equations.has_units(n)}
    of_units |= {n for n in equations if equations.ancestors([n]) & set(equations.mechanisms)}
    if tied := [n for n in of_units if equations[n].kind == "potential"]:
        raise ModelError(
            f"the Potential {tied[0]!r} is about units, so their latents cannot be integrated out; "
            "condition with method='nuts'"
        )
    fgraph = equations.fgraph
    integrals: list[Integral | Conditional | None] = []
    potentials: list[TensorVariable] = []
    shared: dict[str, Any] = {}
    for k, (block, given) in enumerate(zip(blocks, columns, strict=True)):
        if not block.seen:  # units of which nothing is seen say nothing
            integrals.append(None)
            continue
        held = {n: _shared(column_name(n, k), v, v.shape[1:]) for n, v in given.items()}
        density = UnitDensity(equations, block, held)
        shared |= {s.name: s for s in held.values()}
        total = pt.zeros(())
        integrals.append(None)
        if (law := conditional(density) if exact else None) is not None:
            integrals[-1], total = law, law.integral(density).sum()
        elif block.latents:
            integrals[-1], nodes, total = _integrated(density, k)
            shared |= nodes
        length = held[block.seen[0]].shape[:1]
        for term in density.terms(reached=False):
            # A float32 that all units share, added up in single precision, is off in the 8th digit.
            total = total + pt.broadcast_to(term, length).sum(dtype="float64")
        potentials.append(model_potential(total, f"log_likelihood_{k}"))
    for index in reversed(range(len(fgraph.outputs))):
        if fgraph.outputs[index].owner.op.name in of_units:
            fgraph.remove_output(index)
    for potential in potentials:
        fgraph.add_output(potential, import_missing=True)
    parameters = with_starts(
        model_from_fgraph(fgraph, mutate_fgraph=True), starts_of(equations.model)
    )
    return with_starts(parameters, starts_of(model)), integrals, shared


def _integrated(
    density: UnitDensity, label: int
) -> tuple[Integral, dict[str, Any], TensorVariable]:
    nowhere = np.zeros((1, 1))
    points = {
        n: _shared(f"{n} at the nodes of block {label}", nowhere.astype(s.dtype), (None,))
        for n, s in density.latents.items()
    }
    weights = _shared(f"weights of block {label}", nowhere, (None,))
    shared = {s.name: s for s in (*points.values(), weights)}
    integral = Integral({n: s.name for n, s in points.items()}, weights.name)
    return integral, shared, log_sum_exp(at_nodes(density, points) + weights).sum()


def _shared(name: str, value: NDArray[Any], shape: tuple[int | None, ...]) -> Any:
    return pytensor.shared(value, name=name, shape=(None, *shape))


def log_sum_exp(values: TensorVariable) -> TensorVariable:
    """Return the logarithm of the sum of exponentials over the first axis.

    Its slope is written with its value, which PyTensor's own would compute a second time.
    """
    terms, total, weight = values.type(), pt.vector(), pt.vector()
    slope = OpFromGraph([terms, total, weight], [pt.exp(terms - total) * weight], inline=True)
    inside = [pt.logsumexp(terms, axis=0)]
    summed = OpFromGraph([terms], inside, inline=True, pullback=slope, name=SUMMED)
    return summed(values)
