"""A model's log-density over one flat, unbounded vector, and the way back to its variables."""

from __future__ import annotations

import copy
import ctypes
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import NDArray
from pytensor.graph.replace import vectorize_graph

from ...engine.threads import free_cores
from ...symbolic.evaluate import in_python
from ..compiled.density import compiled_density, compiled_values, framed
from .pieces import Piece, summed

__all__ = ["Unconstrained"]

Floats = NDArray[np.float64]
Values = Mapping[str, NDArray[Any]]
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
        Threads that evaluate many points; by default as many as this process has cores.

    Attributes
    ----------
    start : array of shape (d,)
        The model's own initial point.
    compiled : nutpie.compile_pymc.CompiledPyMCModel
        What nutpie takes, with the data.
    """

    def __init__(self, model: pm.Model, names: Sequence[str], cores: int | None = None) -> None:
        self.names = tuple(names)
        self.cores = cores or free_cores()
        point = model.initial_point(0)
        self._shapes = {v.name: np.shape(point[v.name]) for v in model.value_vars}
        self.start = np.concatenate([np.ravel(point[n]) for n in self._shapes]).astype(float)
        self.compiled = compiled_density(model, names)
        self._pieces = [self.compiled]
        self._call = _callable(self.compiled.compiled_logp_func)
        self._alone: list[Any] = []  # what `values` has compiled, for these and for other data
        self._model = model
        self._kept = model.replace_rvs_by_values([model[n] for n in names])
        self._back = in_python(model.value_vars, self._kept)
        self._back_of_many: list[Any] = []
        self._types = [v.dtype for v in model.value_vars]

    def with_data(self, values: Values, pieces: Sequence[Values] = ()) -> Unconstrained:
        """Return the density with other values of shared data; nothing is compiled.

        Parameters
        ----------
        values : mapping of str to array
            By the shared variable's name; what the density does not read is left out.
        pieces : sequence of mapping of str to array, optional
            The same with no units, and then with some units each, where these are independent.
        """
        read = {v.name for v in self.compiled.shared_var_keys}
        whole, *parts = (
            self.compiled.with_data(**{n: v for n, v in data.items() if n in read})
            for data in (values, *pieces)
        )
        other = copy.copy(self)
        other.compiled, other._pieces = whole, parts or [whole]
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
        [value], [slope] = self.many(np.asarray(x, dtype=float)[None])
        return float(value), slope

    def value(self, x: Floats) -> float:
        """Return the log-density at `x`."""
        return self(x)[0]

    def many(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the log-density at each of `points`, and the gradients, with all cores."""
        found = summed([self._with_slopes(p.user_data) for p in self._pieces], points, self.cores)
        return found[:, 0], found[:, 1:]

    def values(self, points: Floats) -> Floats:
        """Return the log-density at each of `points`, with all cores, without the gradients."""
        size = sum(map(np.size, self.compiled.shared_data.values()))
        if size * len(points) < WORTH_COMPILING:
            return self.many(points)[0]
        if not self._alone:
            self._alone.append(compiled_values(self._model))
        [alone] = self._alone
        if alone is None:
            return self.many(points)[0]
        keys = self.compiled.shared_var_keys
        data = [{v.name: p.shared_data[k] for v, k in keys.items()} for p in self._pieces]
        return summed([alone.at(d) for d in data], points, self.cores)

    def _with_slopes(self, data: NDArray[Any]) -> Piece:
        """Return the function to log-densities, and the gradient beside each, with that data."""

        def density(points: Floats) -> Floats:
            points = np.ascontiguousarray(points, dtype=float)
            found, size = np.full((len(points), 1 + points.shape[1]), np.nan), points.shape[1]
            for x, (value, slope) in zip(points, ((f[:1], f[1:]) for f in found), strict=True):
                code = self._call(size, *(a.ctypes.data for a in (x, slope, value, data)))
                if code and code not in NOT_FINITE:
                    value[0] = np.nan
            return found

        return density

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
