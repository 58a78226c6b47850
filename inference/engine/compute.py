"""From the symbolic graph to numbers: compile once, run in bounded batches of draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from zlib import crc32

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.pytensorf import constant_fold
from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.basic import Constant, equal_computations
from pytensor.graph.replace import vectorize_graph
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.sharedvar import TensorSharedVariable

from ..errors import ModelError, QueryError
from ..families.form import LAWS
from ..families.special import jax_mode
from ..symbolic.evaluate import STABLE
from .graph_inputs import Input
from .workload import LIGHT, nanoseconds

__all__ = ["Backend", "Computer", "Numbers", "default_backend", "generator", "lightest"]
__all__ += ["noise_width"]

Backend = Literal["numba", "jax", "python"]

# Values a batch holds per variable: on numba, what stays in a core's cache; on JAX, what keeps a
# device busy.
BATCH = {"numba": 2**16, "jax": 2**22, "python": 2**16}


@cache
def default_backend() -> Backend:
    """Return ``"jax"`` where JAX has a GPU, else ``"numba"``."""
    from .backend import gpus

    return "jax" if gpus() else "numba"


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one variable: the same for one seed in whatever query.

    Parameters
    ----------
    seed : int
    name : str
        Of the variable, or of another use of random numbers.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(crc32(name.encode()),))
    return np.random.Generator(np.random.PCG64(sequence))


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers behind the inputs of a graph.

    Attributes
    ----------
    draws : int
        How many draws of the posterior there are; 1 where the parameters are known.
    fixed : mapping of str to ndarray
        Values that are the same in all draws, in core shape: the evidence.
    drawn : mapping of str to ndarray
        Values of shape (draws, ...): parameters and latents.
    noise : mapping of str to ndarray
        Known noise, in core shape.
    shape : callable
        The numeric batch shape of a variable by name.
    """

    draws: int
    fixed: Mapping[str, NDArray[Any]]
    drawn: Mapping[str, NDArray[Any]]
    noise: Mapping[str, NDArray[Any]]
    shape: Callable[[str], tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class _Compiled:
    inputs: tuple[TensorVariable, ...]
    outputs: tuple[TensorVariable, ...]
    batched: frozenset[str]
    backend: str
    function: Callable[..., Any]
    narrow: bool


@dataclass(eq=False)
class Computer:
    """Compiles graphs, keeps what it compiled, and runs it over draws."""

    _compiled: list[_Compiled] = field(default_factory=list)

    @property
    def compilations(self) -> int:
        """How many functions have been compiled so far."""
        return len(self._compiled)

    def batches(
        self,
        outputs: Sequence[TensorVariable],
        inputs: Sequence[Input],
        numbers: Numbers,
        *,
        seed: int,
        backend: Backend,
        size: int,
    ) -> Iterator[tuple[slice, list[NDArray[Any]]]]:
        """Yield, for each batch of draws, its slice and the outputs with the draws in front.

        Parameters
        ----------
        outputs : sequence of TensorVariable
            In core shape.
        inputs : sequence of Input
            All that `outputs` may read.
        numbers : Numbers
        seed : int
            Of the noise to be drawn.
        backend : {"numba", "jax", "python"}
        size : int
            Values that one draw of one variable has: the number of units.
        """
        used = set(ancestors(outputs))
        inputs = [i for i in inputs if i.symbol in used]
        batched = frozenset(f"{i.role}:{i.name}" for i in inputs if _is_drawn(i, numbers))
        compiled = self._function(outputs, inputs, batched, backend)
        step = BATCH[backend] if compiled.narrow else BATCH[backend] // max(size, 1)
        step = min(numbers.draws, max(1, step))
        feeds = [_feed(i, numbers, seed) for i in inputs]
        for start in range(0, numbers.draws, step):
            stop = min(start + step, numbers.draws)
            # JAX compiles anew for each shape, so that its last batch is filled up.
            pad = step - (stop - start) if backend == "jax" else 0
            arguments = [feed(start, stop, pad) for feed in feeds]
            with np.errstate(all="ignore"):  # as compiled code does
                results = compiled.function(*arguments)
            yield (
                slice(start, stop),
                [np.asarray(r)[: stop - start] if r.ndim else np.asarray(r) for r in results],
            )

    def _function(
        self,
        outputs: Sequence[TensorVariable],
        inputs: Sequence[Input],
        batched: frozenset[str],
        backend: Backend,
    ) -> _Compiled:
        symbols = tuple(i.symbol for i in inputs)
        for known in self._compiled:
            if (
                known.backend == backend
                and known.batched == batched
                and [(s.name, s.type) for s in known.inputs] == [(s.name, s.type) for s in symbols]
                and len(known.outputs) == len(outputs)
                and equal_computations(
                    list(known.outputs), list(outputs), list(known.inputs), list(symbols)
                )
            ):
                return known
        compiled = compile_over_draws(outputs, symbols, batched, backend)
        self._compiled.append(_Compiled(symbols, tuple(outputs), batched, backend, *compiled))
        return self._compiled[-1]


def lightest(
    backend: Backend,
    outputs: Sequence[TensorVariable],
    inputs: Sequence[Input],
    numbers: Numbers,
    size: int,
    times: int = 1,
) -> Backend:
    """Return the backend, but ``"python"`` instead of numba where compiling would take longer.

    Parameters
    ----------
    backend : {"numba", "jax"}
        What there is for graphs that are worth it.
    outputs, inputs, numbers, size
        As `Computer.batches` takes them.
    times : int
        How often the function is run.
    """
    if backend != "numba":
        return backend
    drawn = [i.symbol for i in inputs if _is_drawn(i, numbers)]
    work = nanoseconds(outputs, drawn, draws=numbers.draws, units=size)
    return "python" if work * times <= LIGHT else "numba"


def _is_drawn(item: Input, numbers: Numbers) -> bool:
    """Return whether an input's numbers differ from draw to draw."""
    return item.role == "draws" or (item.role == "value" and item.variable in numbers.drawn)


def compile_over_draws(
    outputs: Sequence[TensorVariable],
    symbols: Sequence[TensorVariable],
    batched: frozenset[str],
    backend: Backend,
) -> tuple[Callable[..., Any], bool]:
    """Return the compiled function of `outputs`, with a leading axis of draws on all of them.

    And whether it is narrow: nothing in it has a value for each draw and each unit.

    Parameters
    ----------
    outputs, symbols : sequence of TensorVariable
        The graph and its inputs, in core shape.
    batched : frozenset of str
        Names of the inputs that have an axis of draws.
    backend : {"numba", "jax", "python"}

    Raises
    ------
    ModelError
        If something in the graph does not run on `backend`.
    """
    replace = {
        s: pt.TensorType(dtype=s.dtype, shape=(None, *s.type.shape))(name=s.name)
        for s in symbols
        if s.name in batched
    }
    vectorized = vectorize_graph(list(outputs), replace) if replace else list(outputs)
    # An output that no draw reaches is one for all draws.
    vectorized = [
        v if v.ndim > o.ndim else pt.shape_padleft(v)
        for v, o in zip(vectorized, outputs, strict=True)
    ]
    arguments = [replace.get(s, s) for s in symbols]
    # Numba's fast-math reorders sums, by which a zero shift would no longer be exactly zero.
    with pytensor.config.change_flags(numba__fastmath=False):
        try:
            function = pytensor.function(arguments, vectorized, mode=_mode(backend))
        except NotImplementedError as error:
            raise ModelError(f"the model does not run on {backend}: {error}") from None
    function.trust_input = True
    narrow = not any(
        None in v.type.shape[:1] and any(n != 1 for n in v.type.shape[1:])
        for v in ancestors(vectorized)
        if isinstance(v, TensorVariable)
    )
    return function, narrow


def _mode(backend: Backend) -> Mode:
    """Return PyTensor's mode, in which ``a + (b - c)`` stays itself: exactly `a` where b is c."""
    modes = {"python": lambda: STABLE, "numba": lambda: get_mode("NUMBA"), "jax": jax_mode}
    return modes[backend]().excluding("local_add_canonizer")


def _feed(item: Input, numbers: Numbers, seed: int) -> Callable[[int, int, int], NDArray[Any]]:
    """Return the function from a range of draws (and padding) to the numbers of one input."""
    if item.role == "draws":
        assert item.form is not None
        stream = generator(seed, item.name)
        shape = numbers.shape(item.variable) + noise_width(item.width, item.name)
        law = LAWS[item.form.law]

        def draw(start: int, stop: int, pad: int) -> NDArray[Any]:
            fresh = law.sample(stream, (stop - start, *shape))
            return np.concatenate([fresh, fresh[:1].repeat(pad, axis=0)]) if pad else fresh

        return draw
    if item.role == "value" and item.variable in numbers.drawn:
        drawn = numbers.drawn[item.variable].astype(item.symbol.dtype, copy=False)

        def take(start: int, stop: int, pad: int) -> NDArray[Any]:
            part = drawn[start:stop]
            return np.concatenate([part, part[:1].repeat(pad, axis=0)]) if pad else part

        return take
    source = {"value": numbers.fixed, "noise": numbers.noise}.get(item.role)
    fixed = item.number if source is None else source[item.variable]
    constant = np.asarray(fixed, dtype=item.symbol.dtype, order="C")
    return lambda start, stop, pad: constant


def noise_width(width: TensorVariable | None, name: str) -> tuple[int, ...]:
    """Return the length of the noise's trailing axis as a number; empty where it has none.

    Parameters
    ----------
    width : TensorVariable or None
    name : str
        Of the variable, for the error.

    Raises
    ------
    QueryError
        If it is no number that the model fixes.
    """
    if width is None:
        return ()
    [number] = constant_fold([width], raise_not_constant=False)
    if not isinstance(number, int | np.integer | np.ndarray):
        leaves = [v for v in ancestors([width]) if v.owner is None]
        if all(isinstance(v, Constant | TensorSharedVariable) for v in leaves):
            # The length of a named dimension, which PyMC holds as a shared number.
            number = pytensor.function([], width, mode=Mode(linker="py", optimizer=None))()
    if not isinstance(number, int | np.integer | np.ndarray):
        raise QueryError(
            f"the number of categories (or axes) of {name!r} is not fixed by the model; "
            "write its parameter vector with a fixed length"
        )
    return (int(number),)
