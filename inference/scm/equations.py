"""A PyMC model read as a system of equations, over PyMC's own intermediate representation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.model.fgraph import (
    ModelDeterministic,
    ModelNamed,
    ModelPotential,
    ModelVar,
)
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import ancestors, walk
from pytensor.tensor import TensorVariable
from pytensor.tensor.shape import Shape, Shape_i

from ..errors import ModelError, unknown
from ..inputs.labels import are_counted
from ..symbolic.evaluate import length
from ..symbolic.replace import substituted
from .lengths import check_lengths
from .representation import cloned, represented

__all__ = ["Equation", "Equations", "check_model", "with_units"]

# What is worked out of equations serves other data too; of each model at most so much is kept.
MOST_KEPT = 500
# `chain` and `draw` are dimensions of every posterior; the others are no names in a file.
RESERVED = ("chain", "draw", "", ".", "..")

Kind = Literal["random", "deterministic", "data", "potential"]


@dataclass(frozen=True, eq=False)
class Equation:
    """One named variable of a model and what it is computed from.

    Attributes
    ----------
    name : str
    kind : {"random", "deterministic", "data", "potential"}
    dims : tuple of str
        Empty where the model names none. One without dims that has units gets names as in ArviZ.
    expression : TensorVariable
        The random variable, or the expression, in terms of the `symbol` of other equations.
    symbol : TensorVariable
        What stands for this variable in other equations.
    parents : frozenset of str
        The variables that the expression reads directly.
    """

    name: str
    kind: Kind
    dims: tuple[str, ...]
    expression: TensorVariable
    symbol: TensorVariable
    parents: frozenset[str]


class Equations(Mapping[str, Equation]):
    """The equations of a model by name, parents first.

    Parameters
    ----------
    model : pm.Model
        Read, never changed.
    unit : str
        Name of the unit dimension.
    needs_units : bool
        Whether the model must have it.

    Attributes
    ----------
    symbols : dict of Variable to str
        What stands for each variable in the equations of others.

    Raises
    ------
    ModelError
        If `model` is no PyMC model, has no unit dimension, or cannot be read.
    """

    def __init__(self, model: pm.Model, unit: str = "unit", *, needs_units: bool = True) -> None:
        if needs_units:
            check_model(model, unit)
        self.model = model
        self.unit = unit
        self.fgraph = fgraph = represented(model)
        self.dim_lengths = fgraph._dim_lengths
        self._equations: dict[str, Equation] = {}
        self.symbols: dict[Variable, str] = {}
        self._kept: dict[Hashable, Any] = {}
        for node in fgraph.toposort():
            if isinstance(node.op, ModelVar):
                equation = self._with_units(_read(node, self.symbols))
                _check_name(equation.name)
                _check_dims(equation, unit)
                self._equations[equation.name] = equation
                self.symbols[equation.symbol] = equation.name

    def __getitem__(self, name: str) -> Equation:
        return self._equations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._equations)

    def __len__(self) -> int:
        return len(self._equations)

    def once[T](self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is worked out of the equations, made when it is first asked for.

        Parameters
        ----------
        key : hashable
            Says what it is, and all that it depends on beside the equations.
        make : callable
        """
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = make()
        found: T = self._kept[key]
        return found

    def _with_units(self, equation: Equation) -> Equation:
        """Return the equation; what PyMC or its author registered without dims may have units."""
        expression = equation.expression
        if equation.kind != "deterministic" or equation.dims or not expression.ndim:
            return equation
        read = self.read_by([expression])
        if not any(self.has_units(name) for name in read.values()):
            return equation
        known = {s: pt.TensorType(s.dtype, self.shape_of(n))() for s, n in read.items()}
        [shaped] = substituted([expression], known)
        if shaped.type.shape[0] is not None:
            return equation
        others = [f"{equation.name}_dim_{k}" for k in range(1, expression.ndim)]
        return replace(equation, dims=(self.unit, *others))

    def shape_of(self, name: str, units: int | None = None) -> tuple[int | None, ...]:
        """Return the lengths of a variable's axes, None for what is unknown; `units` of the unit's.

        Parameters
        ----------
        name : str
        units : int, optional
        """
        equation = self[name]
        dims = equation.dims or (None,) * equation.expression.ndim
        pairs = zip(dims, equation.expression.type.shape, strict=True)
        return tuple(
            units if d == self.unit else self.length(d) if n is None and self.named(d) else n
            for d, n in pairs
        )

    def named(self, dim: str | None) -> bool:
        """Return whether the model has a dimension of that name."""
        return dim in self.model.dim_lengths

    def length(self, dim: str) -> int:
        """Return how long a dimension of the model is."""
        return length(self.model.dim_lengths[dim])

    def read_by(self, expressions: Iterable[Variable]) -> dict[Variable, str]:
        """Return the symbols that stand in `expressions`, and the variables they stand for."""
        found = ancestors(list(expressions), blockers=list(self.symbols))
        return {v: self.symbols[v] for v in found if v in self.symbols}

    def has_units(self, name: str) -> bool:
        """Return whether the variable has the unit dimension."""
        return self.unit in self[name].dims

    def _of_kind(self, kind: Kind, units: bool) -> tuple[str, ...]:
        return tuple(n for n, e in self.items() if e.kind == kind and self.has_units(n) == units)

    @cached_property
    def mechanisms(self) -> tuple[str, ...]:
        """Random variables with the unit dimension."""
        return self._of_kind("random", units=True)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Random variables without the unit dimension."""
        return self._of_kind("random", units=False)

    @cached_property
    def unit_data(self) -> tuple[str, ...]:
        """``pm.Data`` with the unit dimension: covariates that the model does not generate."""
        return self._of_kind("data", units=True)

    @cached_property
    def potentials(self) -> Mapping[str, frozenset[str]]:
        """Each ``pm.Potential`` that reads mechanisms, and which."""
        named = [n for n, e in self.items() if e.kind == "potential"]
        read = {n: self.causes(n, self.mechanisms) for n in named}
        return {n: mechanisms for n, mechanisms in read.items() if mechanisms}

    def descendants(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and every variable that depends on one of them."""
        reached = set(names)
        for name, equation in self.items():
            if equation.parents & reached:
                reached.add(name)
        return frozenset(reached)

    def ancestors(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and every variable that one of them depends on."""
        reached = set(names)
        for name in reversed(list(self)):
            if name in reached:
                reached |= self[name].parents
        return frozenset(reached)

    def causes(self, name: str, keep: Collection[str]) -> frozenset[str]:
        """Return the variables of `keep` that `name` reads, directly or through others.

        Parameters
        ----------
        name : str
        keep : collection of str
            Where a path back ends.

        Returns
        -------
        frozenset of str

        Examples
        --------
        >>> with pm.Model(coords={"unit": range(1)}) as model:
        ...     a = pm.Normal("a", dims="unit")
        ...     twice = pm.Deterministic("twice", 2 * a, dims="unit")
        ...     b = pm.Normal("b", twice, dims="unit")
        >>> sorted(Equations(model).causes("b", {"a", "b"}))
        ['a']
        """
        found: set[str] = set()
        todo = set(self[name].parents)
        while todo:
            parent = todo.pop()
            if parent in keep:
                found.add(parent)
            else:
                todo |= self[parent].parents
        return frozenset(found)

    def require(self, name: str, what: str, error: type[Exception]) -> Equation:
        """Return the equation of `name`, or raise `error` with the nearest name.

        Parameters
        ----------
        name : str
        what : str
            What names the variable, in words.
        error : type of Exception
        """
        if name not in self._equations:
            raise error(unknown(what, name, self._equations))
        return self._equations[name]


def _read(node, symbols: dict[Variable, str]) -> Equation:  # type: ignore[no-untyped-def]
    op = node.op
    kind: Kind = "random"
    if isinstance(op, ModelDeterministic):
        kind = "deterministic"
    elif isinstance(op, ModelNamed):
        kind = "data"
    elif isinstance(op, ModelPotential):
        kind = "potential"
    expression = node.inputs[0]
    start = expression.owner.inputs if kind == "random" else [expression]

    def back(variable: Variable) -> list[Variable] | None:
        stop = variable in symbols or variable.owner is None
        # How many values a variable has is no effect of it.
        stop = stop or isinstance(variable.owner.op, Shape | Shape_i)
        return None if stop else list(variable.owner.inputs)

    parents = frozenset(symbols[v] for v in walk(start, back) if v in symbols)
    return Equation(op.name, kind, tuple(op.dims), expression, node.outputs[0], parents)


def _check_name(name: str) -> None:
    """Raise a `ModelError` for a name that no answer and no file can have."""
    if name in RESERVED or "\0" in name:
        raise ModelError(
            f"the model has a variable named {name!r}; answers and files keep that name for "
            "themselves, or have none such: give it another"
        )


def _check_dims(equation: Equation, unit: str) -> None:
    if bad := [d for d in equation.dims if d is not None and ("/" in d or "\0" in d)]:
        raise ModelError(
            f"{equation.name!r} has the dimension {bad[0]!r}; files read '/' as a group and end a "
            "name at NUL: give it another name"
        )
    if equation.kind in ("random", "data") and unit in equation.dims[1:]:
        raise ModelError(
            f"{equation.name!r} has dimensions {equation.dims}; the unit dimension {unit!r} comes "
            "first: turn them round"
        )


def check_model(model: object, unit: str) -> None:
    """Raise a `ModelError` unless `model` is a PyMC model with the dimension `unit`.

    Parameters
    ----------
    model : object
    unit : str
    """
    if not isinstance(model, pm.Model):
        inner = "; give its own, model.backend.model" if hasattr(model, "backend") else ""
        raise ModelError(
            f"expected a pymc.Model, got {type(model).__module__}.{type(model).__name__}{inner}"
        )
    if not any(unit in (dims or ()) for dims in model.named_vars_to_dims.values()):
        dims = ", ".join(map(repr, model.coords)) or "none"
        raise ModelError(
            f"the model has no unit dimension: no variable carries {unit!r} (its dimensions: "
            f"{dims}); give each mechanism dims={unit!r}, or name yours with unit=..."
        )


def with_units(
    model: pm.Model,
    labels: np.ndarray,
    data: Mapping[str, np.ndarray] | None = None,
    unit: str = "unit",
) -> pm.Model:
    """Return the model with the unit dimension labelled by `labels`, and unit data replaced.

    Parameters
    ----------
    model : pm.Model
        Left as it is.
    labels : array of shape (unit,)
        The coordinate of the unit dimension.
    data : mapping of str to array of shape (unit, ...), optional
        New values of ``pm.Data`` variables.
    unit : str
        Name of the unit dimension.

    Returns
    -------
    pm.Model
        A new model.
    """
    check_model(model, unit)
    clone = cloned(model)
    data = data or {}
    held = {v.name for v in clone.data_vars if unit in (clone.named_vars_to_dims.get(v.name) or ())}
    for name, values in data.items():
        if name not in held:
            raise ModelError(unknown("values are given for", name, held))
        if np.ndim(values) == 0 or len(values) != len(labels):
            raise ModelError(
                f"the values given for {name!r} have shape {np.shape(values)}; there are "
                f"{len(labels)} units"
            )
    if held - set(data) and len(labels) != length(clone.dim_lengths[unit]):
        raise ModelError(
            f"the model's own data {sorted(held - set(data))} fix its number of units; "
            "give new values for them as columns"
        )
    for name, values in data.items():
        clone.named_vars[name].set_value(np.asarray(values, dtype=clone.named_vars[name].dtype))
    if isinstance(clone.dim_lengths[unit], SharedVariable):
        clone.dim_lengths[unit].set_value(len(labels))
    # Else it is as long as the data that PyMC took the length from.
    clone._coords = {**clone._coords, unit: _numbered(labels)}
    check_lengths(clone, unit, len(labels))
    return clone


def _numbered(labels: np.ndarray) -> Sequence[Any]:
    """Return labels as PyMC holds them; as a range, which is short, where they are one."""
    return range(len(labels)) if are_counted(labels) else tuple(labels)
