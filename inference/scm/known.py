"""What follows from known numbers: the value of an expression all of whose variables are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.pytensorf import rvs_in_graph
from pytensor.graph.basic import Constant
from pytensor.graph.replace import graph_replace
from pytensor.tensor import TensorVariable

from ..symbolic.evaluate import evaluated
from .equations import Equation, Equations

__all__ = ["Known"]


@dataclass(frozen=True, eq=False)
class Known:
    """Numbers known of a model's variables.

    Attributes
    ----------
    equations : Equations
    values : mapping of str to ndarray
        The known variables, in core shape.
    units : int
        How many units they are of; the model itself may have another number.
    """

    equations: Equations
    values: Mapping[str, NDArray[Any]]
    units: int

    def evaluated(self, *expressions: TensorVariable | None) -> list[NDArray[Any] | None]:
        """Return the number of each expression, None where it reads a variable that is unknown."""
        graphs = [None if e is None else self.following(e) for e in expressions]
        open_graphs = [g for g in graphs if g is not None and not isinstance(g, Constant)]
        numbers = evaluated(open_graphs)
        numbers.reverse()
        return [
            None if g is None else np.asarray(g.data if isinstance(g, Constant) else numbers.pop())
            for g in graphs
        ]

    def following(
        self, expression: TensorVariable, *, shape_only: bool = False
    ) -> TensorVariable | None:
        """Return `expression` in terms of known numbers, or None.

        Where only its shape matters, zeros stand for what is unknown.

        Parameters
        ----------
        expression : TensorVariable
        shape_only : bool
        """
        length = self.equations.dim_lengths[self.equations.unit]
        replace = {length: pt.constant(np.array(self.units, dtype=length.dtype))}
        for symbol, name in self.equations.read_by([expression]).items():
            number = self._number(self.equations[name], shape_only)
            if number is None:
                return None
            replace[symbol] = number
        if expression in replace:
            return replace[expression]
        [graph] = graph_replace([expression], replace, strict=False)
        return None if rvs_in_graph([graph]) else graph

    def _number(self, equation: Equation, shape_only: bool) -> TensorVariable | None:
        if equation.name in self.values:
            return pt.constant(
                np.asarray(self.values[equation.name], dtype=equation.expression.dtype)
            )
        if equation.kind == "data":
            return equation.expression
        if equation.kind == "deterministic":
            return self.following(equation.expression, shape_only=shape_only)
        return self._zeros(equation) if shape_only and equation.kind == "random" else None

    def _zeros(self, equation: Equation) -> TensorVariable | None:
        shape = []
        for axis, length in enumerate(equation.expression.type.shape):
            dim = equation.dims[axis] if equation.dims else None
            if dim == self.equations.unit:
                shape.append(self.units)
            elif length is None and dim is None:
                return None
            else:
                shape.append(self.equations.dim_lengths[dim] if length is None else length)
        return pt.zeros(shape, dtype=equation.expression.dtype)
