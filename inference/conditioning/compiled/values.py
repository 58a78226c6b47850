"""A log-density without its slopes, for many points: what the data alone say is computed once."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import graph_inputs, toposort
from pytensor.tensor import TensorType
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle

from ...symbolic.evaluate import in_python
from .callbacks import Callbacks
from .frame import CENTRE, ROOT

__all__ = ["Values", "of_data"]

Floats = NDArray[np.float64]


class Values:
    """The log-density of a model, compiled once for all values of its shared data.

    Parameters
    ----------
    model : pm.Model
        As for `compiled_density`.
    """

    def __init__(self, model: pm.Model) -> None:
        point = model.initial_point(0)
        values = {v.name: v for v in model.value_vars}
        density = model.logp()
        made = of_data(density)
        stand_in = {v: _shared(f"made of data {k}", v) for k, v in enumerate(made)}
        self._data = [v for v in graph_inputs([density]) if isinstance(v, SharedVariable)]
        inputs = {v: v.type(name=v.name) for v in self._data}
        self._make = in_python(list(inputs.values()), graph_replace(made, inputs, strict=False))
        if stand_in:
            [density] = graph_replace([density], stand_in, strict=False)
        read = [v for v in graph_inputs([density]) if isinstance(v, SharedVariable)]
        no_frame = [_shared(CENTRE, np.zeros(0)), _shared(ROOT, np.zeros((0, 0)))]
        self._keys = {v: f"data{k}" for k, v in enumerate([*read, *no_frame])}
        shapes = {n: np.shape(v) for n, v in point.items()}
        self._stand_in = list(stand_in.values())
        self._compiled = Callbacks(model, values, shapes, read).value(density)

    def at(self, data: Mapping[str, NDArray[Any]]) -> Callable[[Floats], Floats]:
        """Return the log-density, of many points, with that data; it holds no lock as it runs.

        Parameters
        ----------
        data : mapping of str to array
            By the shared variable's name, all of them.
        """
        from nutpie.compile_pymc import make_user_data

        made = self._make(*(np.asarray(data[v.name], v.dtype) for v in self._data))
        known = dict(data) | {v.name: m for v, m in zip(self._stand_in, made, strict=True)}
        known |= {CENTRE: np.zeros(0), ROOT: np.zeros((0, 0))}
        held = {k: np.array(known[v.name], v.dtype, order="C") for v, k in self._keys.items()}
        words = make_user_data(self._keys, held)
        kind = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_uint64] * 2, *[ctypes.c_void_p] * 3)
        call = kind(self._compiled.address)

        # It names `held`, whose memory `words` points into, so that it lives as long.
        def density(points: Floats) -> Floats:
            points = np.ascontiguousarray(points, dtype=float)
            found = np.full(len(points), np.nan)
            if held is not None:
                call(*points.shape, *(a.ctypes.data for a in (points, found, words)))
            return found

        return density


def of_data(density: Variable) -> list[Any]:
    """Return what is computed of shared data alone on the way to `density`, the last of it.

    Parameters
    ----------
    density : TensorVariable
        Its other inputs are the free values.
    """
    nodes = list(toposort([density]))
    from_data: set[Any] = {
        v for v in graph_inputs([density]) if isinstance(v, SharedVariable | Constant)
    }
    for node in nodes:
        # One that repeats a value is refused outside of compiled code where it is of length 1.
        if all(v in from_data for v in node.inputs) and not isinstance(node.op, Alloc):
            from_data.update(node.outputs)
    found: dict[Any, None] = {}
    for node in nodes:
        for v in node.inputs if node.outputs[0] not in from_data else ():
            while v.owner and isinstance(v.owner.op, DimShuffle):  # a view, which costs nothing
                v = v.owner.inputs[0]
            if v in from_data and v.owner:
                found[v] = None
    return [v for v in found if isinstance(v.type, TensorType)]


def _shared(name: str, like: Any) -> Any:
    if isinstance(like, np.ndarray):
        return pytensor.shared(like, name=name)
    empty = np.zeros([n or 0 for n in like.type.shape], like.dtype)
    return pytensor.shared(empty, name=name, shape=like.type.shape)
