"""A model's log-density over one flat, unbounded vector, and the way back to its variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pymc.blocking import DictToArrayBijection, RaveledVars

__all__ = ["Unconstrained"]

Floats = NDArray[np.float64]


class Unconstrained:
    """A model's log-density, compiled once.

    Parameters
    ----------
    model : pm.Model
        With continuous free variables only.
    names : sequence of str
        The variables that `variables` gives back.
    """

    def __init__(self, model: pm.Model, names: Sequence[str]) -> None:
        start = DictToArrayBijection.map(model.initial_point(0))
        self._info = start.point_map_info
        self.start = np.asarray(start.data, dtype=float)
        self.names = tuple(names)
        self._density = model.logp_dlogp_function(ravel_inputs=True, mode="NUMBA")
        self._model = model
        self._kept: dict[str, Any] = {}
        free = {v.name: v for v in model.unobserved_value_vars}
        self._back = self._compiled([free[n] for n in names])

    def _compiled(self, outputs: Any) -> Any:
        inputs = self._model.value_vars
        return self._model.compile_fn(
            outputs, inputs=inputs, mode="NUMBA", on_unused_input="ignore"
        )

    def __call__(self, x: Floats) -> tuple[float, Floats]:
        """Return the log-density at `x` and its gradient."""
        value, slope = self._density(x)
        return float(value), np.asarray(slope)

    def value(self, x: Floats) -> float:
        """Return the log-density at `x`, without the gradient's cost."""
        if "value" not in self._kept:
            self._kept["value"] = self._compiled(self._model.logp())
        return float(self._kept["value"](self._point(x)))

    def variables(self, x: Floats) -> dict[str, NDArray[Any]]:
        """Return the model's variables at `x`."""
        return dict(zip(self.names, self._back(self._point(x)), strict=True))

    def _point(self, x: Floats) -> dict[str, NDArray[Any]]:
        return DictToArrayBijection.rmap(RaveledVars(np.asarray(x), self._info))

    def order(self, other: Unconstrained) -> NDArray[np.int64]:
        """Return where in the vector of `other` each element of this one's stands.

        Two models of the same variables may have them in another order.
        """
        starts, start = {}, 0
        for name, _, size, _ in other._info:
            starts[name] = start
            start += size
        return np.concatenate([starts[name] + np.arange(size) for name, _, size, _ in self._info])

    def label(self, index: int) -> str:
        """Return which variable an element of the vector belongs to."""
        for name, shape, size, _ in self._info:
            if index < size:
                place = ", ".join(str(int(k)) for k in np.unravel_index(index, shape))
                return f"{name}[{place}]" if place else str(name)
            index -= size
        raise IndexError(index)
