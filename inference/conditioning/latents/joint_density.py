"""The log-density of what is seen and what is latent of each unit, given the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pymc.logprob.utils import CheckParameterValue
from pymc.pytensorf import constant_fold
from pytensor.graph.basic import clone
from pytensor.graph.replace import clone_replace, graph_replace, vectorize_graph
from pytensor.graph.rewriting.utils import rewrite_graph
from pytensor.graph.traversal import ancestors, graph_inputs
from pytensor.scalar.math import Softplus
from pytensor.tensor import TensorVariable
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import Elemwise

from ...errors import ModelError
from ...scm.equations import Equations
from ..compiled.mode import EXACT, MODE
from ..compiled.rewrite import changed
from ..compiled.softplus import written
from .blocks import Block

__all__ = ["JointDensity", "UnitDensity", "at_nodes", "share_of"]


def share_of(name: str) -> str:
    """Return the name of the column that is 1 where a value of `name` is there, and 0 else."""
    return f"share of {name}"


class UnitDensity:
    """What the units of one block say of parameters and latents.

    Parameters
    ----------
    equations : Equations
    block : Block
    columns : mapping of str to TensorVariable
        The values of what is seen, and of the model's unit data, for the block's units.

    Attributes
    ----------
    latents : mapping of str to TensorVariable
        What stands for each latent, of shape (unit,) of the block.
    """

    def __init__(
        self, equations: Equations, block: Block, columns: Mapping[str, TensorVariable]
    ) -> None:
        self.equations, self.block = equations, block
        self.latents = {n: self._symbol(n) for n in block.latents}
        self._values: dict[str, TensorVariable] = {**columns, **self.latents}

    def _symbol(self, name: str) -> TensorVariable:
        rv = self.equations[name].expression
        if rv.ndim != 1 or rv.owner.op.ndim_supp:
            raise ModelError(
                f"the latent {name!r} has more than one value per unit, which cannot be integrated "
                "out; condition with method='nuts'"
            )
        return pt.tensor(f"latent:{name}", dtype=rv.dtype, shape=(None,))

    def terms(self, reached: bool) -> list[TensorVariable]:
        """Return the log-densities, of shape (unit,), of what the latents reach, or of the rest."""
        names = [*self.block.latents, *self.block.seen]
        return [self._term(n) for n in names if (n in self.reached) == reached]

    @cached_property
    def reached(self) -> tuple[str, ...]:
        """The latents, and what is seen that depends on one."""
        found = self.equations.descendants(self.block.latents)
        return tuple(n for n in (*self.block.latents, *self.block.seen) if n in found)

    def _term(self, name: str) -> TensorVariable:
        rv = self.equations[name].expression
        [there] = self.substituted([rv])
        value = self.value(name)
        # A density that PyMC derives, such as that of a censored variable, would hold clones of
        # what is random above it.
        above = set(ancestors([there]))
        held = {e.symbol: e.symbol.type() for e in self.equations.values() if e.symbol in above}
        [there] = graph_replace([there], held, strict=False)
        density = bounded_once(without_checks(pm.logp(with_constants(there), value)))
        if name in self.reached:  # once a node, not once a unit
            density = quick(density)
        [density] = graph_replace([density], {v: s for s, v in held.items()}, strict=False)
        if name in self.block.partly:
            self._check_leaf(name, rv)
            density = pt.switch(pt.gt(self._values[share_of(name)], 0), density, 0.0)
        if density.ndim > 1:
            density = density.sum(axis=tuple(range(1, density.ndim)))
        return density

    def _check_leaf(self, name: str, rv: TensorVariable) -> None:
        """Raise a ModelError unless values that are missing can be left out of the density."""
        others = {*self.block.seen, *self.block.latents} - {name}
        if rv.owner.op.ndim_supp or others & self.equations.descendants([name]):
            raise ModelError(
                f"{name!r} is missing in part of some units, and its other values, or other "
                "variables, depend on that part, which cannot be integrated out; condition with "
                "method='nuts'"
            )

    def value(self, name: str) -> TensorVariable:
        """Return what stands for a variable: a column, a latent, or its own symbol."""
        if name not in self._values:
            equation = self.equations[name]
            if equation.kind == "deterministic":
                [self._values[name]] = self.substituted([equation.expression])
            elif equation.kind == "data":  # without units
                self._values[name] = equation.expression
            else:  # a parameter
                self._values[name] = equation.symbol
        return self._values[name]

    def substituted(self, expressions: Sequence[TensorVariable]) -> list[TensorVariable]:
        """Return expressions of the model in terms of columns, latents and parameters."""
        names = {e.symbol: n for n, e in self.equations.items()}
        read = {v for v in ancestors(expressions, blockers=list(names)) if v in names}
        replaced = {v: self.value(names[v]) for v in read}
        return graph_replace(
            expressions, {v: new for v, new in replaced.items() if new is not v}, strict=False
        )


def with_constants(rv: TensorVariable) -> TensorVariable:
    """Return `rv` with what it reads that is constant as constants, by which PyMC knows a bound.

    A bound at infinity that it does not know has slopes that are not finite.
    """
    read = constant_fold(rv.owner.inputs, raise_not_constant=False)
    inputs = [
        old.type.filter_variable(new) if isinstance(new, np.ndarray) else old
        for old, new in zip(rv.owner.inputs, read, strict=True)
    ]
    return rv.owner.clone_with_new_inputs(inputs).outputs[rv.owner.outputs.index(rv)]


def without_checks(density: TensorVariable) -> TensorVariable:
    """Return `density` without its checks, which are about all units at once."""
    return changed([density], _without_check)[0]


def bounded_once(density: TensorVariable) -> TensorVariable:
    """Return `density` with what holds of a censored value at its bound computed at the bound.

    PyMC computes it at all values: ``switch(x == c, f(x), g)`` is ``switch(x == c, f(c), g)``.
    """
    return changed([density], _at_the_bound)[0]


def quick(density: TensorVariable) -> TensorVariable:
    """Return `density` with the costly functions of a binary outcome taken once, and quickly.

    Both branches of a switch are computed: ``switch(c, f(x), f(y))`` is ``f(switch(c, x, y))``.
    """
    # First in the form that keeps its accuracy: log(1 - sigmoid(x)) as -softplus(x).
    _, [density] = clone(list(graph_inputs([density])), [density], copy_inputs=False)
    density = rewrite_graph(density, include=("canonicalize", "stabilize"))
    return changed(changed([density], _with_one_branch), _with_quick_softplus)[0]


def _without_check(variable: TensorVariable) -> TensorVariable | None:
    node = variable.owner
    return node.inputs[0] if node and isinstance(node.op, CheckParameterValue) else None


def _at_the_bound(variable: TensorVariable) -> TensorVariable | None:
    if variable.owner is None or variable.owner.op != pt.switch:
        return None
    which, there, elsewhere = variable.owner.inputs
    if which.owner is None or which.owner.op != pt.eq:
        return None
    value, bound = which.owner.inputs
    if all(value.type.broadcastable) or not all(bound.type.broadcastable):
        return None
    if value not in set(ancestors([there])):
        return None
    there = clone_replace(there, {value: bound.astype(value.dtype)}, rebuild_strict=False)
    while there.owner and isinstance(there.owner.op, Alloc):  # the switch broadcasts it
        there = there.owner.inputs[0]
    return pt.switch(which, there, elsewhere)


def _with_one_branch(variable: TensorVariable) -> TensorVariable | None:
    if variable.owner is None or variable.owner.op != pt.switch:
        return None
    which, *branches = variable.owner.inputs
    one, other = (branch.owner for branch in branches)
    if one is None or other is None or one.op != other.op:
        return None
    if not isinstance(one.op, Elemwise) or len(one.inputs) != 1:
        return None
    return one.op(pt.switch(which, one.inputs[0], other.inputs[0]))


def _with_quick_softplus(variable: TensorVariable) -> TensorVariable | None:
    node = variable.owner
    if node is None or not isinstance(node.op, Elemwise):
        return None
    return written(*node.inputs) if isinstance(node.op.scalar_op, Softplus) else None


class JointDensity:
    """The log-density of a block's units at given values of its latents, in numbers.

    Parameters
    ----------
    equations : Equations
    block : Block
    columns : mapping of str to array
        What is seen of the block's units, and the unit data; only their types matter here.
    """

    def __init__(
        self, equations: Equations, block: Block, columns: Mapping[str, NDArray[Any]]
    ) -> None:
        seen = {
            n: pt.tensor(n, dtype=v.dtype, shape=(None, *v.shape[1:])) for n, v in columns.items()
        }
        density = UnitDensity(equations, block, seen)
        self.names, self._latents, self._columns = equations.parameters, block.latents, tuple(seen)
        symbols = {n: equations[n].symbol for n in self.names}
        given = {n: s.type(name=n) for n, s in symbols.items()}
        points = {
            n: pt.tensor(n, dtype=s.dtype, shape=(None, None)) for n, s in density.latents.items()
        }
        joint = at_nodes(density, points)
        [joint] = graph_replace([joint], {s: given[n] for n, s in symbols.items()}, strict=False)
        inputs = [*seen.values(), *given.values(), *points.values()]
        with pytensor.config.change_flags(**EXACT):
            self._function = pytensor.function(inputs, joint, mode=MODE, on_unused_input="ignore")
        self._function.trust_input = True

    def __call__(
        self,
        columns: Mapping[str, NDArray[Any]],
        parameters: Mapping[str, NDArray[Any]],
        points: Mapping[str, NDArray[Any]],
    ) -> NDArray[np.float64]:
        """Return the log-density, of shape (node, unit), at `points` of that shape."""
        seen = [columns[n] for n in self._columns]
        given = [np.asarray(parameters[n]) for n in self.names]
        return self._function(*seen, *given, *(points[n] for n in self._latents))


def at_nodes(density: UnitDensity, points: Mapping[str, TensorVariable]) -> TensorVariable:
    """Return the log-density of what the latents reach, of shape (node, unit), at `points`.

    Parameters
    ----------
    density : UnitDensity
    points : mapping of str to TensorVariable
    """
    joint = sum(density.terms(reached=True), start=pt.zeros(()))
    # Else what the model itself gives with axes, a vector parameter say, would be repeated by node.
    above = set(ancestors([joint]))
    held = {e.symbol: e.symbol.type() for e in density.equations.values() if e.symbol in above}
    [joint] = graph_replace([joint], held, strict=False)
    replace = {symbol: points[name] for name, symbol in density.latents.items()}
    [joint] = vectorize_graph([joint], replace)
    [joint] = graph_replace([joint], {v: s for s, v in held.items()}, strict=False)
    return pt.switch(pt.isnan(joint), -np.inf, joint)
