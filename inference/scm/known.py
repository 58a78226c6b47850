"""What follows from known numbers: the value of an expression all of whose variables are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.pytensorf import rvs_in_graph
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ..symbolic.evaluate import in_python
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
    values: Mapping[str, Any]
    units: int

    def evaluated(
        self,
        *expressions: TensorVariable | None,
        lengths: Sequence[TensorVariable] = (),
        kept: bool = False,
    ) -> list[NDArray[Any] | None]:
        """Return the number of each expression, None where it reads a variable that is unknown.

        Parameters
        ----------
        *expressions : TensorVariable or None
        lengths : sequence of TensorVariable
            Further ones, of which only the shapes of variables matter.
        kept : bool
            Whether the function is kept, for the very same expressions of other numbers.
        """
        key = (expressions, tuple(lengths), self._shapes, self.units)
        told, read, function = (
            self.equations.once(key, lambda: self._function(expressions, lengths))
            if kept
            else self._function(expressions, lengths)
        )
        numbers = function(*(np.asarray(self.values[n], self._dtype(n)) for n in read))
        numbers.reverse()
        return [numbers.pop() if known else None for known in told]

    def _function(
        self, expressions: Sequence[TensorVariable | None], lengths: Sequence[TensorVariable]
    ) -> tuple[list[bool], list[str], Callable[..., list[NDArray[Any]]]]:
        """Return which expressions follow, what they read, and the function to their numbers."""
        symbols = {
            n: pt.TensorType(self._dtype(n), np.shape(v))(name=n) for n, v in self.values.items()
        }
        known = replace(self, values=symbols)
        graphs = [None if e is None else known.following(e) for e in expressions]
        graphs += [known.following(e, shape_only=True) for e in lengths]
        found = [g for g in graphs if g is not None]
        behind = set(ancestors(found))
        read = [n for n, symbol in symbols.items() if symbol in behind]
        function = in_python([symbols[n] for n in read], found) if found else lambda *_: []
        return [g is not None for g in graphs], read, function

    @cached_property
    def _shapes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        return tuple((n, np.shape(v)) for n, v in self.values.items())

    def _dtype(self, name: str) -> str:
        return str(self.equations[name].expression.dtype)

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
            value = self.values[equation.name]
            if isinstance(value, TensorVariable):
                return value
            return pt.constant(np.asarray(value, dtype=equation.expression.dtype))
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
