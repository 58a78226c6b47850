"""Parameters that a fit leaves out, from what it keeps: ``b = offset * scale`` gives the offset.

Interfaces to PyMC write effects of groups in this non-centred way and drop the offsets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.replace import vectorize_graph

from ..scm.equations import Equation, Equations
from ..symbolic.evaluate import evaluated

__all__ = ["backsolved"]


def backsolved(
    equations: Equations,
    name: str,
    drawn: Mapping[str, NDArray[Any]],
    computed: Mapping[str, NDArray[Any]],
) -> NDArray[np.float64] | None:
    """Return the draws of a variable from those of a Deterministic that is affine in it.

    Parameters
    ----------
    equations : Equations
    name : str
        The variable that has no draws.
    drawn : mapping of str to array of shape (draws, ...)
        The random variables that have.
    computed : mapping of str to array of shape (draws, ...)
        The Deterministics.

    Returns
    -------
    array of shape (draws, ...) or None
        None where no Deterministic says it: element by element, and the other way round again.
    """
    for other, values in computed.items():
        equation = equations[other]
        rest = equation.parents - {name}
        if name not in equation.parents or not rest <= set(drawn):
            continue
        found = _solved(equations, equation, name, values, {n: drawn[n] for n in rest})
        if found is not None:
            return found
    return None


def _solved(
    equations: Equations,
    equation: Equation,
    name: str,
    values: NDArray[Any],
    known: Mapping[str, NDArray[Any]],
) -> NDArray[np.float64] | None:
    shape = values.shape
    if len(shape) - 1 != equations[name].expression.ndim:
        return None
    held = {n: pt.TensorType(v.dtype, v.shape)() for n, v in {**known, name: values}.items()}
    batched = {equations[n].symbol: symbol for n, symbol in held.items()}
    lengths = {
        equations.dim_lengths[d]: pt.constant(equations.length(d))
        for d in equations.dim_lengths
        if equations.named(d)
    }
    graph = vectorize_graph(equation.expression, batched | lengths)

    def at(candidate: NDArray[Any]) -> NDArray[Any]:
        numbers = {held[n]: v for n, v in known.items()} | {held[name]: candidate}
        return evaluated([graph], numbers)[0]

    start = at(np.zeros(shape))
    slope = at(np.ones(shape)) - start
    if start.shape != shape or not np.all(slope):
        return None
    found = (values - start) / slope
    return found if np.allclose(at(found), values, rtol=1e-8, atol=1e-10) else None
