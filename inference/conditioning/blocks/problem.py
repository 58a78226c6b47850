"""One block as its solvers see it: its equations in numbers, without a compiler."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.compile.mode import Mode
from pytensor.graph.basic import Variable
from pytensor.graph.replace import vectorize_graph
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.op import RandomVariable

from ...scm.equations import Equations
from ...scm.evidence import Evidence
from ...symbolic.evaluate import folded
from ...symbolic.replace import substituted
from .factorise import Block

__all__ = ["Problem", "Scales", "Solution"]

Floats = NDArray[np.float64]
Columns = Mapping[str, TensorVariable]
# Each function runs a few times on whole columns: compiling it would take longer.
PLAIN = Mode(linker="py", optimizer=None)


@dataclass(frozen=True, eq=False)
class Problem:
    """A block of a posterior.

    Attributes
    ----------
    model : pm.Model
        With the evidence's units.
    equations : Equations
        The model's.
    evidence : Evidence
    block : Block
    chains : int
        Into how many chains the draws are divided, where a solver runs chains.
    tune : int
        Steps of each chain that are thrown away.
    """

    model: pm.Model
    equations: Equations
    evidence: Evidence
    block: Block
    chains: int = 4
    tune: int = 1000

    def reads(self, expression: Variable) -> frozenset[str]:
        """Return the random variables and data that an expression reads, through Deterministics."""
        found: set[str] = set()
        todo = {
            self._named[v]
            for v in ancestors([expression], blockers=list(self._named))
            if v in self._named
        }
        while todo:
            equation = self.equations[todo.pop()]
            if equation.kind == "deterministic":
                todo |= equation.parents
            else:
                found.add(equation.name)
        return frozenset(found)

    @cached_property
    def _named(self) -> Mapping[Variable, str]:
        return {e.symbol: n for n, e in self.equations.items()}

    @cached_property
    def definitions(self) -> Mapping[Variable, Variable]:
        """What the symbol of each Deterministic stands for."""
        return {
            e.symbol: e.expression for e in self.equations.values() if e.kind == "deterministic"
        }

    def parameters_of(self, name: str) -> list[TensorVariable]:
        """Return the parameters of a random variable's distribution."""
        node = self.equations[name].expression.owner
        if isinstance(node.op, RandomVariable):
            return list(node.op.dist_params(node))
        # Made of others (Truncated, Mixture, ...): whatever it reads.
        return [v for v in node.inputs if isinstance(v, TensorVariable)]

    def function(
        self,
        symbols: Sequence[TensorVariable],
        expressions: Sequence[TensorVariable],
        free: Iterable[str] = (),
    ) -> Callable[..., list[NDArray[Any]]]:
        """Return the numbers of expressions as a function of those of symbols, the data put in.

        Of the very same expressions it is built once, also for other data of the same shapes.

        Parameters
        ----------
        symbols : sequence of TensorVariable
        expressions : sequence of TensorVariable
        free : iterable of str
            As `with_data` takes it.
        """
        free = tuple(free)
        return self.built(
            (tuple(symbols), tuple(expressions), free),
            lambda columns: (symbols, self.with_data(expressions, free, columns)),
        )

    def built(
        self, key: Hashable, make: Callable[[Columns], tuple[Sequence[Any], Sequence[Any]]]
    ) -> Callable[..., list[NDArray[Any]]]:
        """Return a function with the data put in; what is built serves other data too.

        Parameters
        ----------
        key : hashable
            Says what it is.
        make : callable
            Maps the symbols of the columns to inputs and outputs.
        """
        data = {
            n: np.asarray(v, self.equations[n].expression.dtype)
            for n, v in self.evidence.columns.items()
        }
        shapes = tuple((n, v.shape) for n, v in data.items())

        def build() -> tuple[Callable[..., list[NDArray[Any]]], list[str]]:
            columns = {n: pt.TensorType(v.dtype, v.shape)(name=n) for n, v in data.items()}
            inputs, outputs = make(columns)
            found = set(ancestors(outputs))
            read = [n for n, column in columns.items() if column in found]
            inputs = [*inputs, *(columns[n] for n in read)]
            mode: Any = {"mode": PLAIN, "on_unused_input": "ignore"}
            return pytensor.function(inputs, list(outputs), **mode), read

        function, read = self.equations.once((key, shapes), build)
        columns = [data[n] for n in read]
        return lambda *values: function(*values, *columns)

    def with_data(
        self,
        expressions: Sequence[TensorVariable],
        free: Iterable[str] = (),
        columns: Columns | None = None,
    ) -> list[TensorVariable]:
        """Return expressions in terms of the symbols of `free` alone, the data put in.

        Parameters
        ----------
        expressions : sequence of TensorVariable
        free : iterable of str
            What stays a symbol.
        columns : mapping of str to TensorVariable, optional
            What stands for the data; by default their numbers.

        Returns
        -------
        list of TensorVariable
        """
        kept = set(free)
        length = self.equations.dim_lengths[self.equations.unit]
        replace = {length: pt.constant(np.array(len(self.evidence), dtype=length.dtype))}
        for name, equation in self.equations.items():  # parents first
            if name in kept:
                replace[equation.symbol] = equation.symbol  # and what is beneath it is left alone
            elif columns is not None and name in columns:
                replace[equation.symbol] = columns[name]
            elif name in self.evidence.columns:
                values = np.asarray(self.evidence.columns[name], equation.expression.dtype)
                replace[equation.symbol] = pt.constant(values)
            elif equation.kind == "data":
                replace[equation.symbol] = equation.expression
            elif equation.kind == "deterministic":
                [replace[equation.symbol]] = substituted([equation.expression], replace)
        return substituted(expressions, replace)

    def spelled(self, expressions: Sequence[TensorVariable]) -> list[TensorVariable]:
        """Return expressions with every Deterministic written out."""
        replace: dict[TensorVariable, TensorVariable] = {}
        for equation in self.equations.values():  # parents first
            replace[equation.symbol] = equation.symbol  # what is beneath it is left alone
            if equation.kind == "deterministic":
                [replace[equation.symbol]] = substituted([equation.expression], replace)
        return substituted(expressions, replace)

    def has_units(self, expression: Variable) -> bool:
        """Return whether an expression reads anything with the unit dimension."""
        return any(self.equations.has_units(n) for n in self.reads(expression))

    def known(self, expression: TensorVariable, shape: tuple[int, ...]) -> Floats:
        """Return the numbers of an expression that reads no unknown, as one column.

        Parameters
        ----------
        expression : TensorVariable
        shape : tuple of int
        """
        if self.reads(expression):
            [value] = self.function([], [expression])()
        else:  # the same for all data
            key = ("known", expression)
            [value] = self.equations.once(key, self.function([], [expression]))
        return np.broadcast_to(np.asarray(value, float), shape).ravel()

    def seen_values(self, name: str) -> Floats:
        """Return a seen mechanism's values, as one column."""
        return np.asarray(self.evidence.columns[name], float).ravel()

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of an unknown without the unit dimension."""
        if name not in self._shapes:
            dims, equations = self.equations[name].dims, self.equations
            if len(dims) == self.model[name].ndim and all(map(equations.named, dims)):
                found = tuple(map(equations.length, dims))
            else:
                found = tuple(int(n) for n in self.model[name].shape.eval(mode=PLAIN))
            self._shapes[name] = found
        return self._shapes[name]

    @cached_property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        return {}


@dataclass(frozen=True, eq=False)
class Solution:
    """Draws of the unknowns of a block.

    Attributes
    ----------
    values : mapping of str to array of shape (draw, ...)
    khat : float
        The Pareto shape of the importance weights' tail; 0 where there are none.
    chained : bool
        Whether the draws are those of Markov chains, one after another; else they are independent.
    """

    values: Mapping[str, NDArray[Any]]
    khat: float = 0.0
    chained: bool = False


@dataclass(frozen=True, eq=False)
class Scales:
    """Scalar unknowns on an unbounded scale, their prior, and what is computed from them.

    Attributes
    ----------
    names : tuple of str
    """

    names: tuple[str, ...]
    _function: Any
    _dimensions: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, problem: Problem, names: Sequence[str], expressions: Sequence[TensorVariable]
    ) -> Scales:
        """Return the scales called `names`, and with them some expressions of them.

        Parameters
        ----------
        problem : Problem
        names : sequence of str
            Parents first.
        expressions : sequence of TensorVariable
            Read no other unknown.
        """
        function = problem.built(
            ("scales", tuple(names), tuple(expressions)),
            lambda columns: _scales(problem, names, expressions, columns),
        )
        return cls(tuple(names), function, tuple(v.ndim for v in expressions))

    def at(self, points: Floats) -> tuple[Floats, dict[str, Floats], list[Floats]]:
        """Return log prior, values and expressions at points of shape (..., scale).

        Returns
        -------
        log_density : array of shape (...)
            Of the prior on the unbounded scale.
        values : dict of str to array of shape (...)
        expressions : list of array
            With the axes of the points in front.
        """
        lead, k = points.shape[:-1], len(self.names)
        count = int(np.prod(lead))
        log_density, *rest = self._function(*np.moveaxis(points, -1, 0).reshape(k, count))
        alone = zip(rest[k:], self._dimensions, strict=True)
        found = [
            v if v.ndim > d else np.broadcast_to(v, (count, *v.shape))
            for v, d in ((np.asarray(v, float), d) for v, d in alone)
        ]
        return (
            np.broadcast_to(log_density, count).reshape(lead),
            {n: v.reshape(lead) for n, v in zip(self.names, rest[:k], strict=True)},
            [v.reshape(*lead, *v.shape[1:]) for v in found],
        )


def _scales(
    problem: Problem,
    names: Sequence[str],
    expressions: Sequence[TensorVariable],
    columns: Columns,
) -> tuple[list[TensorVariable], list[TensorVariable]]:
    """Return scales on an unbounded scale, with points in front, and what `Scales` says of them."""
    flat = [pt.scalar(f"{n}_flat", dtype="float64") for n in names]
    values: dict[TensorVariable, TensorVariable] = {}
    log_density = pt.zeros(())
    for x, name in zip(flat, names, strict=True):
        [rv] = problem.with_data([problem.equations[name].expression], names, columns)
        [rv] = substituted([rv], values)
        transform = problem.model.rvs_to_transforms[problem.model[name]]
        value = x
        if transform is not None:
            value = transform.backward(x, *rv.owner.inputs)
            log_density += transform.log_jac_det(x, *rv.owner.inputs)
        log_density += pm.logp(rv, value)
        values[problem.equations[name].symbol] = value
    outputs = substituted(problem.with_data(expressions, names, columns), values)
    scalars = [log_density, *values.values(), *outputs]
    many = [pt.vector(f"{n}_many", dtype="float64") for n in names]
    if names:
        scalars = vectorize_graph(scalars, dict(zip(flat, many, strict=True)))
    return many, folded(scalars, [*many, *columns.values()])
