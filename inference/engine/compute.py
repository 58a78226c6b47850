"""From the symbolic graph to numbers: compile once, run in bounded batches of draws."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pytensor.graph.basic import equal_computations
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from .feeds import Numbers, feed, is_drawn
from .graph_inputs import Input
from .threads import in_order, threads
from .vectorized import Axis, Backend, vectorized
from .workload import HELD, heavy, nanoseconds

__all__ = ["Backend", "Batch", "Computer", "default_backend"]

# Values a batch holds per variable: on numba, what stays in a core's cache; on JAX, what keeps a
# device busy; in Python what stays in a cache, too.
BATCH = {"numba": 2**16, "jax": 2**22, "python": HELD}
# Values per variable that all batches under way hold together, where one alone holds fewer.
UNDER_WAY = 2**22

MOST_GRAPHS = 64


@cache
def default_backend() -> Backend:
    """Return ``"jax"`` where JAX has a GPU, else ``"numba"``."""
    from .backend import gpus

    return "jax" if gpus() else "numba"


@dataclass(eq=False)
class _Compiled:
    inputs: tuple[TensorVariable, ...]
    outputs: tuple[TensorVariable, ...]
    axes: Mapping[str, Axis]
    backend: str
    function: Callable[..., Any]
    narrow: bool
    runs: int = 0
    # Nanoseconds of a run in Python, by the numbers of draws, values and settings.
    work: dict[tuple[int, int, int], float] = field(default_factory=dict)

    @cached_property
    def heavy(self) -> float:
        """From how many nanoseconds in Python on it is worth compiling."""
        return heavy(self.outputs)

    def is_of(self, outputs: Sequence[TensorVariable], symbols: Sequence[TensorVariable]) -> bool:
        """Return whether it computes these outputs: these very ones, or others just like them."""
        if len(self.outputs) != len(outputs) or len(self.inputs) != len(symbols):
            return False
        same = zip((*self.inputs, *self.outputs), (*symbols, *outputs), strict=True)
        if all(own is other for own, other in same):
            return True
        return [(s.name, s.type) for s in self.inputs] == [
            (s.name, s.type) for s in symbols
        ] and equal_computations(
            list(self.outputs), list(outputs), list(self.inputs), list(symbols)
        )


class Batch(NamedTuple):
    """What the outputs are for some draws, and some settings.

    Attributes
    ----------
    draws, settings : slice
    values : list of array of shape (draw, ...) or (setting, draw, ...)
        One an output. An axis is of length 1 where nothing differs along it.
    """

    draws: slice
    settings: slice
    values: list[NDArray[Any]]


@dataclass(eq=False)
class Computer:
    """Compiles graphs, keeps what it compiled, and runs it over draws.

    Attributes
    ----------
    graphs : dict
        The last graphs, for data of one kind, under what says what they are.
    """

    graphs: dict[Hashable, Any] = field(default_factory=dict)
    _compiled: list[_Compiled] = field(default_factory=list)

    def keep(self, key: Hashable, graph: Any) -> None:
        """Keep a graph for who asks for it again; of many, the first one is let go.

        Parameters
        ----------
        key : hashable
            Says what it is.
        graph : object
        """
        self.graphs[key] = graph
        if len(self.graphs) > MOST_GRAPHS:
            del self.graphs[next(iter(self.graphs))]

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
    ) -> Iterator[Batch]:
        """Yield, batch by batch, the outputs with the draws in front.

        Where inputs are of several settings, these come before the draws. All settings have the
        same noise, and what does not depend on them is computed once.

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
        alike = _settings(inputs)
        inputs = [i for i in inputs if i.symbol in used]
        settings = _settings(inputs)
        axes = {str(i.symbol.name): a for i in inputs if (a := _axis(i, numbers))}
        compiled = self._function(outputs, inputs, axes, backend)
        compiled.runs += 1
        several, step = _sizes(BATCH[backend], size, max(settings, 1), compiled.narrow)
        step = min(numbers.draws, step)
        pieces = _pieces(inputs, numbers, seed, (max(settings, 1), several, step, backend))

        def run(piece: _Piece) -> Batch:
            draws, some, given = piece
            with np.errstate(all="ignore"):  # as compiled code does
                results = [np.asarray(r) for r in compiled.function(*given)]
            if settings:
                results = [r[: some.stop - some.start, : draws.stop - draws.start] for r in results]
            else:
                results = [r[: draws.stop - draws.start] for r in results]
            if alike and not settings:  # nothing here depends on the settings
                some, results = slice(0, alike), [r[None] for r in results]
            return Batch(draws, some, results)

        together = UNDER_WAY // max(several * step * (1 if compiled.narrow else size), 1)
        yield from in_order(run, pieces, min(threads(), together) if backend == "numba" else 1)

    def _function(
        self,
        outputs: Sequence[TensorVariable],
        inputs: Sequence[Input],
        axes: Mapping[str, Axis],
        backend: Backend,
    ) -> _Compiled:
        known = self._known(outputs, inputs, axes, backend)
        if known is None:
            symbols = tuple(i.symbol for i in inputs)
            compiled = vectorized(outputs, symbols, axes, backend)
            known = _Compiled(symbols, tuple(outputs), axes, backend, *compiled)
            self._compiled.append(known)
        return known

    def _known(
        self,
        outputs: Sequence[TensorVariable],
        inputs: Sequence[Input],
        axes: Mapping[str, Axis],
        backend: Backend,
    ) -> _Compiled | None:
        symbols = tuple(i.symbol for i in inputs)
        for known in self._compiled:
            if known.backend == backend and known.axes == axes and known.is_of(outputs, symbols):
                return known
        return None

    def lightest(
        self,
        backend: Backend,
        outputs: Sequence[TensorVariable],
        inputs: Sequence[Input],
        numbers: Numbers,
        size: int,
    ) -> Backend:
        """Return the backend, but ``"python"`` instead of numba where compiling would take longer.

        What is asked again and again is compiled once all its runs in Python would have paid for
        it: by their estimates and not by a clock, so that the same questions get the same bits.

        Parameters
        ----------
        backend : {"numba", "jax"}
            What there is for graphs that are worth it.
        outputs, inputs, numbers, size
            As `batches` takes them.
        """
        if backend != "numba":
            return backend
        used = set(ancestors(outputs))
        inputs = [i for i in inputs if i.symbol in used]
        axes = {str(i.symbol.name): a for i in inputs if (a := _axis(i, numbers))}
        if self._known(outputs, inputs, axes, "numba"):
            return "numba"
        before = self._known(outputs, inputs, axes, "python")
        if before is None:
            once = _work(outputs, inputs, numbers, size)
            return "python" if once <= heavy(outputs) else "numba"
        key = (numbers.draws, size, max(_settings(inputs), 1))
        if key not in before.work:
            before.work[key] = _work(outputs, inputs, numbers, size)
        work = (1 + before.runs) * before.work[key]
        return "python" if work <= before.heavy else "numba"


type _Piece = tuple[slice, slice, list[NDArray[Any]]]


def _pieces(
    inputs: Sequence[Input], numbers: Numbers, seed: int, sizes: tuple[int, int, int, Backend]
) -> Iterator[_Piece]:
    """Yield draws, settings and the numbers of all inputs; noise is drawn piece by piece."""
    settings, several, step, backend = sizes
    feeds = [feed(i, numbers, seed) for i in inputs]
    for start in range(0, numbers.draws, step):
        draws = slice(start, min(start + step, numbers.draws))
        # JAX compiles anew for each shape, so that its last batch is filled up.
        pad = step - (draws.stop - start) if backend == "jax" else 0
        arguments = [take(start, draws.stop, pad) for take in feeds]
        for first in range(0, settings, several):
            some = slice(first, min(first + several, settings))
            given = [
                _some(a, some, several) if i.several else a
                for i, a in zip(inputs, arguments, strict=True)
            ]
            yield draws, some, given


def _axis(item: Input, numbers: Numbers) -> Axis | None:
    """Return along what an input's numbers differ."""
    if item.several:
        return "setting"
    return "draw" if is_drawn(item, numbers) else None


def _sizes(held: int, size: int, settings: int, narrow: bool) -> tuple[int, int]:
    """Return how many settings, and how many draws, are computed at once.

    Parameters
    ----------
    held : int
        Values of one variable.
    size : int
        Values of one draw of it.
    settings : int
    narrow : bool
        Whether nothing has a value for each draw and each unit.
    """
    most = max(1, held // max(size, 1))
    several = -(-settings // -(-settings // most))  # in equal parts
    return several, max(1, held // several if narrow else most // several)


def _some(values: NDArray[Any], some: slice, count: int) -> NDArray[Any]:
    """Return some settings, the last as often as it takes to have so many."""
    found = values[some]
    lacking = count - len(found)
    return np.concatenate([found, found[-1:].repeat(lacking, axis=0)]) if lacking else found


def _work(
    outputs: Sequence[TensorVariable], inputs: Sequence[Input], numbers: Numbers, size: int
) -> float:
    """Return about how many nanoseconds one run in Python takes."""
    return nanoseconds(
        outputs,
        [i.symbol for i in inputs if is_drawn(i, numbers)],
        draws=numbers.draws,
        units=size,
        varied=[i.symbol for i in inputs if i.several],
        settings=max(_settings(inputs), 1),
    )


def _settings(inputs: Sequence[Input]) -> int:
    """Return how many settings inputs are of; 0 where none is of several."""
    return max((len(i.number) for i in inputs if i.several and i.number is not None), default=0)
