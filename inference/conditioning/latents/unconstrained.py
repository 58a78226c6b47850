"""A model's log-density over one flat, unbounded vector, and the way back to its variables."""

from __future__ import annotations

import copy
import ctypes
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.graph.replace import vectorize_graph

from ...symbolic.evaluate import in_python
from ..compiled.density import compiled_density, compiled_values, framed

__all__ = ["Unconstrained"]

Floats = NDArray[np.float64]
# What the C functions of `density` return where a point has no density, or no finite slope.
NOT_FINITE = (3, 4)
# Numbers of data, times points, from which the density alone is compiled: it saves 15 s of 20 for
# each thousand million, and takes 10 to 20 s to compile, once a machine.
WORTH_COMPILING = 1e9


class Unconstrained:
    """A model's log-density, compiled once for all values of its shared data.

    Parameters
    ----------
    model : pm.Model
        With continuous free variables only.
    names : sequence of str
        The variables that `variables` gives back.
    cores : int, optional
        Threads that evaluate many points; by default as many as the machine has cores.

    Attributes
    ----------
    start : array of shape (d,)
        The model's own initial point.
    compiled : nutpie.compile_pymc.CompiledPyMCModel
        What nutpie takes, with the data.
    """

    def __init__(self, model: pm.Model, names: Sequence[str], cores: int | None = None) -> None:
        self.names = tuple(names)
        self.cores = cores or os.cpu_count() or 1
        point = model.initial_point(0)
        self._shapes = {v.name: np.shape(point[v.name]) for v in model.value_vars}
        self.start = np.concatenate([np.ravel(point[n]) for n in self._shapes]).astype(float)
        self.compiled = compiled_density(model, names)
        self._call = _callable(self.compiled.compiled_logp_func)
        self._alone: list[Any] = []  # what `values` has compiled, for these and for other data
        self._model = model
        self._kept = model.replace_rvs_by_values([model[n] for n in names])
        self._back = in_python(model.value_vars, self._kept)
        self._back_of_many: list[Any] = []
        self._types = [v.dtype for v in model.value_vars]

    def with_data(self, values: Mapping[str, NDArray[Any]]) -> Unconstrained:
        """Return the density with other values of shared data; nothing is compiled.

        Parameters
        ----------
        values : mapping of str to array
            By the shared variable's name; what the density does not read is left out.
        """
        read = {v.name for v in self.compiled.shared_var_keys}
        other = copy.copy(self)
        other.compiled = self.compiled.with_data(**{n: v for n, v in values.items() if n in read})
        return other

    def framed(self, centre: Floats, root: Floats, starts: Floats) -> Any:
        """Return what nutpie takes, in the frame with that centre and that root of a covariance.

        Parameters
        ----------
        centre : Floats
        root : Floats
        starts : Floats
        """
        return framed(self.compiled, centre, root, starts)

    def __call__(self, x: Floats) -> tuple[float, Floats]:
        """Return the log-density at `x` and its gradient; NaN where there is none."""
        x = np.ascontiguousarray(x, dtype=float)
        value, slope = np.full(1, np.nan), np.full(len(x), np.nan)
        data = self.compiled.user_data
        code = self._call(len(x), *(a.ctypes.data for a in (x, slope, value)), data.ctypes.data)
        if code and code not in NOT_FINITE:
            value[0] = np.nan
        return float(value[0]), slope

    def value(self, x: Floats) -> float:
        """Return the log-density at `x`."""
        return self(x)[0]

    def many(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the log-density at each of `points`, and the gradients, with all cores."""
        found = self._each(self, points)
        return np.array([v for v, _ in found]), np.array([s for _, s in found])

    def values(self, points: Floats) -> Floats:
        """Return the log-density at each of `points`, with all cores, without the gradients."""
        data = {
            v.name: self.compiled.shared_data[k] for v, k in self.compiled.shared_var_keys.items()
        }
        alone = None
        if sum(map(np.size, data.values())) * len(points) >= WORTH_COMPILING:
            if not self._alone:
                self._alone.append(compiled_values(self._model))
            [alone] = self._alone
        return np.array(self._each(alone.at(data) if alone else self.value, points))

    def _each(self, function: Callable[[Floats], Any], points: Floats) -> list[Any]:
        with ThreadPoolExecutor(self.cores) as threads:
            return list(threads.map(function, points))

    def variables(self, x: Floats) -> dict[str, NDArray[Any]]:
        """Return the model's variables at `x`."""
        return dict(zip(self.names, self._back(*self._parts(x)), strict=True))

    def variables_of_many(self, points: Floats) -> dict[str, NDArray[Any]]:
        """Return the model's variables at each of `points`, of shape (point, ...)."""
        if not self._back_of_many:
            values = self._model.value_vars
            many = [v.type.clone(shape=(None, *v.type.shape))() for v in values]
            kept = vectorize_graph(self._kept, dict(zip(values, many, strict=True)))
            self._back_of_many.append(in_python(many, kept))
        found = self._back_of_many[0](*self._parts(points))
        found = [
            v if v.ndim > k.ndim else np.broadcast_to(v, (len(points), *v.shape))
            for v, k in zip(found, self._kept, strict=True)
        ]
        return dict(zip(self.names, found, strict=True))

    def _parts(self, x: Floats) -> list[NDArray[Any]]:
        ends = np.cumsum([prod(s) for s in self._shapes.values()])
        parts = zip(
            np.split(x, ends[:-1], axis=-1), self._shapes.values(), self._types, strict=True
        )
        return [p.reshape((*x.shape[:-1], *s)).astype(t) for p, s, t in parts]

    def label(self, index: int) -> str:
        """Return which variable an element of the vector belongs to."""
        for name, shape in self._shapes.items():
            if index < prod(shape):
                place = ", ".join(str(int(k)) for k in np.unravel_index(index, shape))
                return f"{name}[{place}]" if place else str(name)
            index -= prod(shape)
        raise IndexError(index)


def _callable(function: Any) -> Any:
    """Return a compiled C function as one that takes a size and addresses, and leaves the GIL."""
    kind = [ctypes.c_int64, ctypes.c_uint64, *[ctypes.c_void_p] * 4]
    return ctypes.CFUNCTYPE(*kind)(function.address)
