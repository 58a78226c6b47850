"""What the graph of a query gives: batch by batch, for all doses that it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..engine.compute import Backend
from ..engine.crossworld import CrossWorld
from ..engine.graph_inputs import Input
from ..engine.reduce import Sink
from ..engine.state import State
from ..errors import QueryError
from .numbers import check_faults

__all__ = ["Asked", "Part", "inputs_of", "read_by"]


class Part(NamedTuple):
    """What one dose gives: values, mean Monte Carlo variance, what keeps its own noise, is read."""

    values: NDArray[Any]
    variance: NDArray[Any] | None
    moved: frozenset[str]
    backend: Backend
    read: frozenset[str]


@dataclass(frozen=True, eq=False)
class Asked:
    """The graph of a query in a state of knowledge.

    Attributes
    ----------
    state : State
    cross : CrossWorld
    value : TensorVariable
        The functional, in core shape.
    variance : TensorVariable or None
        Its Monte Carlo variance.
    summary : bool
        Whether only the mean and the standard deviation over draws are wanted.
    """

    state: State
    cross: CrossWorld
    value: TensorVariable
    variance: TensorVariable | None
    summary: bool

    @property
    def outputs(self) -> list[TensorVariable]:
        """What is computed: the functional, its variance, and what must not be."""
        spread = [] if self.variance is None else [self.variance]
        return [self.value, *spread, *(flag for _, flag in self.cross.faults)]

    def parts(
        self, inputs: Sequence[Input], seed: int, backend: Backend, doses: int, *, free: bool
    ) -> list[Part]:
        """Return what each dose gives.

        Parameters
        ----------
        inputs : sequence of Input
            As `inputs_of` returns them.
        seed : int
            Of the noise to be drawn: the same for all doses.
        backend : {"numba", "jax", "python"}
        doses : int
        free : bool
            Whether the query has functions of the user's, which may give wrong lengths.
        """
        state, faults = self.state, len(self.cross.faults)
        varied = any(i.several for i in inputs)
        sinks = [_Dose(state.draws, self.summary) for _ in range(doses if varied else 1)]
        batches = state.computer.batches(
            self.outputs, inputs, state.numbers(), seed=seed, backend=backend, size=state.units
        )
        for where, settings, results in _run(batches, state.units) if free else batches:
            values, flags = results[: len(results) - faults], results[len(results) - faults :]
            check_faults(self.cross, flags)
            for k, sink in enumerate(sinks[settings]):
                sink.take(where, [v[min(k, len(v) - 1)] for v in values] if varied else values)
        moved = frozenset(self.cross.moved)
        read = read_by(self.cross)
        parts = [Part(s.sink.result(), s.variance, moved, backend, read) for s in sinks]
        return parts if varied else parts * doses


class _Dose:
    """Gathers what one dose gives."""

    def __init__(self, draws: int, summary: bool) -> None:
        self.sink = Sink(draws, summary)
        self._spread: list[NDArray[Any]] = []

    def take(self, where: slice, values: Sequence[NDArray[Any]]) -> None:
        """Take the functional, and perhaps its variance, for a range of draws."""
        self.sink.take(where, values[0])
        for spread in values[1:]:
            length = where.stop - where.start
            self._spread.append(np.broadcast_to(spread, (length, *spread.shape[1:])))

    @property
    def variance(self) -> NDArray[Any] | None:
        """The mean over draws of the Monte Carlo variance."""
        return np.concatenate(self._spread).mean(axis=0) if self._spread else None


def read_by(cross: CrossWorld) -> frozenset[str]:
    """Return the variables whose values a graph reads."""
    return frozenset(i.variable for i in cross.inputs.values() if i.role == "value")


def inputs_of(cross: CrossWorld, numbers: Sequence[Mapping[Any, NDArray[Any]]]) -> list[Input]:
    """Return the inputs of a graph that serves several doses, with the numbers of all of them.

    Parameters
    ----------
    cross : CrossWorld
        Of one of the doses.
    numbers : sequence of mapping of Acting to array
        What each dose brings into the graph.

    Returns
    -------
    list of Input
        Numbers that differ between doses have these on a leading axis.
    """
    first = numbers[0]
    differ = {k for k, n in first.items() if any(not np.array_equal(n, o[k]) for o in numbers)}
    return [
        replace(i, number=np.stack([n[i.key] for n in numbers]), several=True)
        if i.role == "number" and i.key in differ
        else i
        for i in cross.inputs.values()
    ]


def _run[T](batches: Iterator[T], units: int) -> Iterator[T]:
    """Yield the batches; lengths that a user's function gets wrong show only as they are made."""
    try:
        yield from batches
    except (ValueError, TypeError) as error:
        if isinstance(error, np.linalg.LinAlgError):
            raise
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise QueryError(
            f"a policy or a `where` of the query gives a wrong number of values ({reason}); each "
            f"gives one for each of the {units} units"
        ) from error
