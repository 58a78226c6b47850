"""A model's log-density as machine code for nutpie, kept on disk for the next process.

Most of a fit's time goes into compiling. What is compiled here depends on the model alone, the data
being arguments, and goes under the graph's `digest` into the folder in which PyTensor keeps its own
machine code: numba's cache, which knows its version and the processor, and writes whole files.

Where it is known how wide the posterior is, and in which directions, chains walk in a *frame*:
coordinates in which it is as wide in all of them, and uncorrelated.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as replaced
from importlib.metadata import version
from math import prod
from typing import Any

import numba
import numpy as np
import pandas as pd
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numba.core import cgutils, types
from numba.extending import intrinsic, overload
from numpy.typing import NDArray
from pymc.initial_point import make_initial_point_fn
from pymc.pytensorf import compile as compile_with_pymc
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.replace import clone_replace
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import graph_inputs
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.tensor import TensorVariable

from .digest import digest

__all__ = ["compiled_density", "framed"]

# What nutpie calls, and what its return values mean there: 0 all is well, above 0 a point to step
# back from (3: the gradient is not finite, 4: the density is not).
SOURCE = """
def density(dim, point, gradient, value, data):
    try:
        words = carray(data, (WORDS,), np.uintp)
        at = placed(carray(point, (dim,)), {centre}, {root})
        found, steep = graph(at{arguments})
        value[0] = found[()]
        slope = turned(steep, {root})
        for k in range(dim):
            gradient[k] = slope[k]
            if not np.isfinite(slope[k]):
                return 3
        if not np.isfinite(value[0]):
            return 4
    except Exception:
        return 1
    return 0
"""
EXPANSION = """
def expansion(dim, length, point, values, data):
    try:
        words = carray(data, (WORDS,), np.uintp)
        at = placed(carray(point, (dim,)), {centre}, {root})
        (found,) = graph(at{arguments})
        for k in range(length):
            values[k] = found[k]
    except Exception:
        return -2
    return 0
"""
NUMBERS = types.CPointer(types.float64)
DENSITY_TYPE = types.int64(types.uint64, NUMBERS, NUMBERS, NUMBERS, types.voidptr)
EXPANSION_TYPE = types.int64(types.uint64, types.uint64, NUMBERS, NUMBERS, types.voidptr)
# The names of a frame's data.
CENTRE, ROOT = "centre of the frame", "root of the frame"
# What else decides which machine code a graph becomes.
FLAGS = ("floatX", "optimizer", "optimizer_including", "optimizer_excluding", "numba__fastmath")


def compiled_density(model: pm.Model, keep: Sequence[str]) -> Any:
    """Return what `nutpie.sample` takes, with the same meaning as `nutpie.compile_pymc_model`.

    Parameters
    ----------
    model : pm.Model
        With its data observed as shared variables, whose names ``with_data`` of the result takes.
    keep : sequence of str
        The variables that draws have.

    Returns
    -------
    nutpie.compile_pymc.CompiledPyMCModel
    """
    from nutpie.compile_pymc import CompiledPyMCModel, make_user_data

    initial = make_initial_point_fn(model=model, jitter_rvs=set(model.free_RVs))
    point = initial(0)
    values = {v.name: v for v in model.value_vars}
    kept = dict(zip(keep, model.replace_rvs_by_values([model[n] for n in keep]), strict=True))
    density = model.logp()
    outputs = [density, *kept.values()]
    shared = [v for v in graph_inputs(outputs) if isinstance(v, SharedVariable)]
    no_frame = [pytensor.shared(np.zeros(s), name=n) for n, s in ((CENTRE, 0), (ROOT, (0, 0)))]
    keys = {v: f"data{k}" for k, v in enumerate([*shared, *no_frame])}
    data = {key: np.array(v.get_value(), order="C") for v, key in keys.items()}
    user_data = make_user_data(keys, data)
    shapes = _shapes(kept, values, point)
    graph = _Graph(model, values, {n: np.shape(v) for n, v in point.items()}, shared)
    return CompiledPyMCModel(
        dims=dict(model.named_vars_to_dims),
        compiled_logp_func=graph.callback(SOURCE, DENSITY_TYPE, [density], graph.with_gradient),
        compiled_expand_func=graph.callback(
            EXPANSION, EXPANSION_TYPE, list(kept.values()), graph.in_one_vector
        ),
        initial_point_func=_flat(initial, list(values)),
        shared_data=data,
        shared_var_keys=keys,
        user_data=user_data,
        n_expanded=sum(prod(s) for s in shapes),
        shape_info=(list(kept), None, shapes),
        logp_func=None,
        expand_func=None,
        reparameterized_names=[],
        _n_dim=graph.length,
        _shapes=dict(zip(kept, shapes, strict=True)),
        _coords=_coords(model, point),
    )


def framed(density: Any, centre: NDArray[np.float64], root: NDArray[np.float64]) -> Any:
    """Return a density over :math:`z`, where the model's vector is ``centre + root @ z``.

    Parameters
    ----------
    density : nutpie.compile_pymc.CompiledPyMCModel
        As `compiled_density` returns it.
    centre : array of shape (d,)
    root : array of shape (d, d)

    Returns
    -------
    nutpie.compile_pymc.CompiledPyMCModel
        Its chains begin at draws of the standard normal distribution.
    """
    inside = density.with_data(**{CENTRE: centre, ROOT: root})

    def start(seed: int) -> NDArray[np.float64]:
        return np.random.default_rng(seed).standard_normal(len(centre))

    return replaced(inside, initial_point_func=start)


@numba.njit
def _placed(z: Any, centre: Any, root: Any) -> Any:
    """Return the model's vector at `z` in the frame, if there is one."""
    if centre.size == 0:
        return z
    at = centre.copy()
    for i in range(len(at)):
        for j in range(len(at)):
            at[i] += root[i, j] * z[j]
    return at


@numba.njit
def _turned(slope: Any, root: Any) -> Any:
    """Return a slope in the frame, if there is one."""
    if root.size == 0:
        return slope
    turned = np.zeros(len(slope))
    for i in range(len(slope)):
        for j in range(len(slope)):
            turned[j] += root[i, j] * slope[i]
    return turned


class _Graph:
    """The free values of a model as slices of one vector, and its data as arguments."""

    def __init__(
        self,
        model: pm.Model,
        values: Mapping[str, TensorVariable],
        shapes: Mapping[str, tuple[int, ...]],
        shared: Sequence[SharedVariable],
    ) -> None:
        self.model, self.values, self.shapes, self.shared = model, values, shapes, shared
        self.length = sum(prod(shapes[n]) for n in values)

    def callback(
        self,
        source: str,
        signature: Any,
        outputs: list[TensorVariable],
        finish: Callable[[list[TensorVariable]], list[TensorVariable]],
    ) -> Any:
        """Return what `finish` makes of `outputs` as a C function, from disk where it is there."""
        name = digest([*self.values.values(), *self.shared], outputs)
        context = {
            "finish": finish.__name__,
            "code": [source, *(f.py_func.__code__.co_code for f in (_placed, _turned))],
            "shapes": [self.shapes[n] for n in self.values],
            "bounds": self.model.check_bounds,
            "flags": {f: getattr(pytensor.config, f) for f in FLAGS},
            "versions": {p: version(p) for p in ("pymc", "pytensor")},
        }
        key = digest([], [pt.as_tensor(np.frombuffer(f"{name} {context}".encode(), dtype="u1"))])
        failed: list[Exception] = []

        def graph(at: Any, *data: Any) -> Any:
            raise NotImplementedError

        # Numba asks for this only where its cache has nothing.
        @overload(graph)
        def _(at: Any, *data: Any) -> Any:
            try:
                function = self.compiled(finish(outputs))
            except Exception as error:
                failed.append(error)
                raise

            def call(at: Any, *data: Any) -> Any:
                return function(at, *data)

            return call

        cached = name is not None and pytensor.config.numba__cache
        function = compile_numba_function_src(
            source.format(**self._arguments()),
            source.split()[1].partition("(")[0],
            {
                "__name__": __name__,  # numba imports it with what it loads
                "np": np,
                "carray": numba.carray,
                "pointer": _pointer,
                "graph": graph,
                "placed": _placed,
                "turned": _turned,
                "WORDS": sum(2 + n for _, n in self._data()),
            },
            cache_key=key if cached else None,
        )
        try:
            return numba.cfunc(signature, cache=cached)(function)
        except Exception:
            if failed:
                raise failed[0] from None
            raise

    def _data(self) -> list[tuple[str, int]]:
        """Return the types and numbers of dimensions of the data, the frame's last."""
        return [*((v.dtype, v.ndim) for v in self.shared), ("float64", 1), ("float64", 2)]

    def _arguments(self) -> dict[str, str]:
        """Return how the C function reads its data: addresses, then sizes, then shapes."""
        data = self._data()
        read, at = [], 2 * len(data)
        for k, (dtype, ndim) in enumerate(data):
            shape = "".join(f"words[{at + j}], " for j in range(ndim))
            read.append(f"carray(pointer(words[{k}]), ({shape}), np.dtype('{dtype}'))")
            at += ndim
        *given, centre, root = read
        return {"arguments": "".join(f", {r}" for r in given), "centre": centre, "root": root}

    def with_gradient(self, outputs: list[TensorVariable]) -> list[TensorVariable]:
        """Return the density and its gradient."""
        rewrites = ["canonicalize", "stabilize"]
        if not self.model.check_bounds:
            rewrites.append("local_remove_check_parameter")
        density = rewrite_graph(outputs[0], include=rewrites)
        slopes = pt.grad(density, list(self.values.values()))
        return [density, pt.concatenate([s.ravel() for s in slopes])]

    def in_one_vector(self, outputs: list[TensorVariable]) -> list[TensorVariable]:
        """Return all values, one after the other."""
        return [pt.concatenate([v.ravel().astype("float64") for v in outputs])]

    def compiled(self, outputs: list[TensorVariable]) -> Any:
        """Return the numba function of the vector and the data."""
        vector = pt.vector("point", dtype="float64", shape=(self.length,))
        replace: dict[Any, Any] = {v: v.type(name=v.name) for v in self.shared}
        data, start = list(replace.values()), 0
        for name, value in self.values.items():
            size = prod(self.shapes[name])
            part = vector[start : start + size].reshape(self.shapes[name])
            replace[value] = part.astype(value.dtype)
            start += size
        with self.model:
            function = compile_with_pymc(
                [vector, *data],
                clone_replace(outputs, replace, rebuild_strict=False),
                mode="NUMBA",
                on_unused_input="ignore",
            )
        return function.vm.jit_fn


@intrinsic
def _pointer(typing_context: Any, address: Any) -> Any:
    """Return an address as a pointer, in numba."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


def _shapes(
    kept: Mapping[str, TensorVariable],
    values: Mapping[str, TensorVariable],
    point: Mapping[str, NDArray[Any]],
) -> list[tuple[int, ...]]:
    """Return the shapes of the variables kept."""
    function = pytensor.function(
        list(values.values()),
        [v.shape for v in kept.values()],
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    return [tuple(map(int, s)) for s in function(*(point[n] for n in values))]


def _flat(
    initial: Callable[[int], Mapping[str, NDArray[Any]]], names: Sequence[str]
) -> Callable[[int], NDArray[np.float64]]:
    """Return the function from a seed to where a chain begins; its random stream is one."""
    lock = threading.Lock()

    def start(seed: int) -> NDArray[np.float64]:
        with lock:
            point = initial(seed)
        return np.concatenate([np.ravel(point[n]).astype(np.float64) for n in names])

    return start


def _coords(model: pm.Model, point: Mapping[str, NDArray[Any]]) -> dict[str, pd.Index]:
    coords = {
        name: pd.Index(range(int(model.dim_lengths[name].eval())) if labels is None else labels)
        for name, labels in model.coords.items()
    }
    elements = [
        ".".join([name, *map(str, index)])
        for name, value in point.items()
        for index in np.ndindex(np.shape(value))
    ]
    return coords | {"unconstrained_parameter": pd.Index(elements)}
