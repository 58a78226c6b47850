"""A model's log-density over one flat vector as a C function, kept on disk for the next process.

What is compiled depends on the model alone, the data being arguments, and goes under the graph's
`digest` into the folder in which PyTensor keeps its own machine code: numba's cache, which knows
its version and the processor, and writes whole files.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from math import prod
from typing import Any

import numba
import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numba.core import cgutils, types
from numba.extending import intrinsic, overload
from pymc.pytensorf import compile as compile_with_pymc
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.replace import clone_replace
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch import numba_funcify
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Split

from ...symbolic.digest import digest
from .mode import EXACT, MODE, UNFUSED, UNLIFTED
from .quick import SOURCE as SOURCE_OF_QUICK
from .quick import quick_instead, softplus_instead
from .rewrite import changed

__all__ = ["Callbacks"]

# What nutpie calls, and what its return values mean there: 0 all is well, above 0 a point to step
# back from (3: the gradient is not finite, 4: the density is not).
SOURCE = """
def density(dim, point, gradient, value, data):
    try:
        words = carray(data, (WORDS,), np.uintp)
        at = placed(carray(point, (dim,)), {centre}, {root})
        found, steep = read(at, words)
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
        (found,) = read(at, words)
        for k in range(length):
            values[k] = found[k]
    except Exception:
        return -2
    return 0
"""
VALUE = """
def value(count, dim, points, found, data):
    words = carray(data, (WORDS,), np.uintp)
    given = carray(points, (count, dim))
    for k in range(count):
        try:
            (density,) = read(given[k], words)
            found[k] = density[()]
        except Exception:
            found[k] = np.nan
    return 0
"""
# Python puts more than thirty arguments into a list first, which numba undoes only where nothing is
# tried: so this is a function of its own.
READ = """
def read(at, words):
    return graph({arguments})
"""
NUMBERS = types.CPointer(types.float64)
DENSITY_TYPE = types.int64(types.uint64, NUMBERS, NUMBERS, NUMBERS, types.voidptr)
VALUE_TYPE = types.int64(types.uint64, types.uint64, NUMBERS, NUMBERS, types.voidptr)
EXPANSION_TYPE = types.int64(types.uint64, types.uint64, NUMBERS, NUMBERS, types.voidptr)
# What else decides which machine code a graph becomes.
FLAGS = ("floatX", "optimizer", "optimizer_including", "optimizer_excluding")


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


class Callbacks:
    """What is compiled of a model: its free values are slices of one vector, its data arguments.

    Parameters
    ----------
    model : pm.Model
    values : mapping of str to TensorVariable
        The free values.
    shapes : mapping of str to tuple of int
        Theirs.
    shared : sequence of SharedVariable
        The data. Those of the frame, its centre and its root, follow them.
    """

    def __init__(
        self,
        model: pm.Model,
        values: Mapping[str, TensorVariable],
        shapes: Mapping[str, tuple[int, ...]],
        shared: Sequence[SharedVariable],
    ) -> None:
        self.model, self.values, self.shapes, self.shared = model, values, shapes, shared
        self.length = sum(prod(shapes[n]) for n in values)

    def density(self, value: TensorVariable) -> Any:
        """Return the C function of the log-density `value` and its gradient."""
        return self._callback(SOURCE, DENSITY_TYPE, [value], self.with_gradient)

    def value(self, value: TensorVariable) -> Any:
        """Return the C function of the log-density `value` alone, at many points."""
        made_with = f"{VALUE}# {SOURCE_OF_QUICK}\n"
        mode = MODE.excluding(UNFUSED)
        return self._callback(made_with, VALUE_TYPE, [value], self.by_quick_loops, mode)

    def expansion(self, kept: Sequence[TensorVariable]) -> Any:
        """Return the C function of the variables `kept`, one after the other."""
        return self._callback(EXPANSION, EXPANSION_TYPE, list(kept), self.in_one_vector)

    def _key(
        self,
        source: str,
        outputs: list[TensorVariable],
        finish: Callable[[list[TensorVariable]], list[TensorVariable]],
    ) -> str | None:
        """Return what the compiled function is called on disk; None where it is not kept."""
        name = digest([*self.values.values(), *self.shared], outputs)
        if name is None or not pytensor.config.numba__cache:
            return None
        context = {
            # With the module, which numba imports when it loads what is kept on disk.
            "code": [__name__, source, READ, *_code(finish, _placed.py_func, _turned.py_func)],
            "exact": [UNLIFTED, EXACT],
            "shapes": [self.shapes[n] for n in self.values],
            "bounds": self.model.check_bounds,
            "flags": {f: getattr(pytensor.config, f) for f in FLAGS},
            "versions": {p: version(p) for p in ("pymc", "pytensor")},
        }
        return digest([], [pt.as_tensor(np.frombuffer(f"{name} {context}".encode(), dtype="u1"))])

    def _callback(
        self,
        source: str,
        signature: Any,
        outputs: list[TensorVariable],
        finish: Callable[[list[TensorVariable]], list[TensorVariable]],
        mode: Any = MODE,
    ) -> Any:
        """Return what `finish` makes of `outputs` as a C function, from disk where it is there."""
        key = self._key(source, outputs, finish)
        failed: list[Exception] = []

        def graph(*values: Any) -> Any:
            raise NotImplementedError

        # Numba asks for this only where its cache has nothing.
        @overload(graph, strict=False)
        def _(*values: Any) -> Any:
            try:
                return self.compiled(finish(outputs), mode)
            except Exception as error:
                failed.append(error)
                raise

        arguments = self._arguments()
        names = {"np": np, "carray": numba.carray, "pointer": _pointer, "graph": graph}
        read = compile_numba_function_src(READ.format(**arguments), "read", names)
        function = compile_numba_function_src(
            source.format(**arguments),
            source.split()[1].partition("(")[0],
            {
                "__name__": __name__,  # numba imports it with what it loads
                "np": np,
                "carray": numba.carray,
                "pointer": _pointer,
                "read": numba.njit(read),
                "placed": _placed,
                "turned": _turned,
                "WORDS": sum(2 + n for _, n in self._data()),
            },
            cache_key=key,
        )
        try:
            with _no_collection(), pytensor.config.change_flags(**EXACT):
                return numba.cfunc(signature, cache=key is not None)(function)
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
        return {"arguments": ", ".join(["at", *given]), "centre": centre, "root": root}

    def with_gradient(self, outputs: list[TensorVariable]) -> list[TensorVariable]:
        """Return the density and its gradient."""
        density = self._stable(outputs[0])
        slopes = changed(pt.grad(density, list(self.values.values())), _sliced)
        return [density, pt.concatenate([s.ravel() for s in slopes])]

    def by_quick_loops(self, outputs: list[TensorVariable]) -> list[TensorVariable]:
        """Return the density with its exponentials and logarithms taken several at a time."""
        density = self._stable(*changed(outputs, softplus_instead))
        return changed([density], quick_instead)

    def _stable(self, density: TensorVariable) -> TensorVariable:
        rewrites = ["canonicalize", "stabilize"]
        if not self.model.check_bounds:
            rewrites.append("local_remove_check_parameter")
        return rewrite_graph(density, include=rewrites, exclude=[UNLIFTED])

    def in_one_vector(self, outputs: list[TensorVariable]) -> list[TensorVariable]:
        """Return all values, one after the other."""
        return [pt.concatenate([v.ravel().astype("float64") for v in outputs])]

    def compiled(self, outputs: list[TensorVariable], mode: Any = MODE) -> Any:
        """Return the numba function of the vector and the data.

        Parameters
        ----------
        outputs : list of TensorVariable
        mode : Mode
            PyTensor's.
        """
        vector = pt.vector("point", dtype="float64", shape=(self.length,))
        replace: dict[Any, Any] = {v: v.type(name=v.name) for v in self.shared}
        data, start = list(replace.values()), 0
        for name, value in self.values.items():
            shape = self.shapes[name]
            stop = start + prod(shape)
            part = vector[start:stop].reshape(shape) if shape else vector[start]
            replace[value] = part.astype(value.dtype)
            start = stop
        with self.model:
            function = compile_with_pymc(
                [vector, *data],
                clone_replace(outputs, replace, rebuild_strict=False),
                mode=mode,
                on_unused_input="ignore",
            )
        # One level less than function.vm.jit_fn has: numba compiles each level as a whole.
        return numba_funcify(function.maker.fgraph).py_func


def _sliced(variable: TensorVariable) -> TensorVariable | None:
    """Return a part of a split as a slice, which takes a tenth of the compiling."""
    node = variable.owner
    if node is None or not isinstance(node.op, Split):
        return None
    whole, sizes = node.inputs
    part = node.outputs.index(variable)
    stop = sizes[: part + 1].sum()
    return whole[(slice(None),) * node.op.axis + (slice(stop - sizes[part], stop),)]


def _code(*functions: Any) -> list[tuple[Any, ...]]:
    """Return what changes when what a function does changes."""
    return [(f.__name__, f.__code__.co_code, f.__code__.co_names) for f in functions]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python from looking for garbage, which among a compiler's objects takes seconds."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@intrinsic
def _pointer(typing_context: Any, address: Any) -> Any:
    """Return an address as a pointer, in numba."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate
