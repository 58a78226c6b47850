"""The one evaluator: what every variable is in every world, as one symbolic graph.

The worlds of a query share parameters and noise, and go by names. In each, a variable that no
intervention reaches is what it naturally is; a variable that one reaches is recomputed with the
unit's own noise. A world may read a variable in another one.
Variables are in their core shape here, without chains and draws; `compute` adds those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..errors import ModelError, QueryError
from ..families.form import StructuralForm, structural_form
from ..scm.equations import Equations
from ..scm.interventions import Do
from ..scm.sites import Acting
from .pathgraph import PathGraph, Route
from .worldgraph import WorldGraph

__all__ = ["CrossWorld", "Input"]

NATURAL = "natural"


type Key = str | Acting


@dataclass(frozen=True, eq=False)
class Input:
    """A symbolic input of the graph and where its numbers come from.

    Attributes
    ----------
    role : {"value", "noise", "draws", "number"}
        A known value, a known noise, noise still to be drawn, or an intervention's number.
    key : str or Acting
        The variable, or what an intervention on it brings along; tells inputs of one role apart.
    symbol : TensorVariable
        In core shape.
    form : StructuralForm or None
        For noise to be drawn: whose law it has.
    width : TensorVariable or None
        For noise to be drawn: the length of its trailing axis.
    number : ndarray or None
        For a number: the number itself.
    """

    role: Literal["value", "noise", "draws", "number"]
    key: Key
    symbol: TensorVariable
    form: StructuralForm | None = None
    width: TensorVariable | None = None
    number: np.ndarray | None = None

    @property
    def name(self) -> str:
        """The key in words, by which the random stream of noise goes."""
        return str(self.key)

    @property
    def variable(self) -> str:
        """The variable that the input is about."""
        return self.key if isinstance(self.key, str) else self.key.variable


@dataclass(eq=False)
class CrossWorld:
    """Worlds over one set of equations, parameters and noise.

    Parameters
    ----------
    equations : Equations
    origin : callable
        Tells of a random variable whether its ``"value"`` is known, its ``"noise"`` is, or
        neither (``"missing"``); ``"draws"`` means noise to be drawn.
    shape : callable
        The numeric core shape of a variable by name, event axes included.
    coupling : mapping of str to str
        The coupling of each variable that is not to have its family's default.
    dos : mapping of str to interventions
        What holds in each world of the query, by the world's name.
    faults : list of (str, boolean TensorVariable)
        What must not be: why, in words, and the condition that tells.
    moved : set of str
        The random variables that some world has recomputed with their own noise.
    """

    equations: Equations
    origin: Callable[[str], str]
    shape: Callable[[str], tuple[int, ...]]
    coupling: Mapping[str, str] = field(default_factory=dict)
    dos: Mapping[str, Do] = field(default_factory=dict)
    inputs: dict[tuple[str, Key], Input] = field(default_factory=dict)
    faults: list[tuple[str, TensorVariable]] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    _worlds: dict[Any, WorldGraph] = field(default_factory=dict)
    _shared: dict[Any, TensorVariable] = field(default_factory=dict)

    @property
    def natural(self) -> WorldGraph:
        """The world as it was."""
        return self.world(NATURAL)

    def world(self, label: str) -> WorldGraph:
        """Return the world of that name, made on first use; ``"natural"`` is the world as it was.

        Raises
        ------
        QueryError
            If the query has no such world.
        """
        if label != NATURAL and label not in self.dos:
            names = ", ".join(map(repr, (*self.dos, NATURAL)))
            raise QueryError(f"as_in names the world {label!r}; this query has {names}")
        do = self.dos.get(label, {})
        label = label if do else NATURAL
        if label not in self._worlds:
            self._worlds[label] = WorldGraph(self, do, label)
        return self._worlds[label]

    def along(self, routes: frozenset[Route], tail: Route = ()) -> PathGraph:
        """Return the world in which ``do`` is felt along `routes` alone, made on first use."""
        if (routes, tail) not in self._worlds:
            self._worlds[routes, tail] = PathGraph(self, routes, tail)
        graph = self._worlds[routes, tail]
        assert isinstance(graph, PathGraph)
        return graph

    def shared(
        self, name: str, read: Mapping[str, TensorVariable], compute: Callable[[], TensorVariable]
    ) -> TensorVariable:
        """Return the value of `name` where its equation reads `read`: one for all worlds."""
        key = (name, frozenset(read.items()))
        if key not in self._shared:
            self._shared[key] = compute()
        return self._shared[key]

    def form(self, name: str) -> StructuralForm:
        """Return the structural form of a random variable under the coupling asked for."""
        rv = self.equations[name].expression
        try:
            return structural_form.of(rv, self.coupling.get(name))
        except ModelError as error:
            raise ModelError(str(error).replace(f"{rv.name!r}", f"{name!r}")) from None

    def input(self, role: Any, key: Key, like: TensorVariable, **more: Any) -> TensorVariable:
        """Return the input of that role and key, made on first use."""
        if (role, key) not in self.inputs:
            # Not pt.tensor, which asks NumPy for a dtype so called: "a, b" would be a bad one.
            kind = pt.TensorType(dtype=like.dtype, shape=(None,) * like.ndim)
            symbol = kind(name=f"{role}:{key}")
            self.inputs[role, key] = Input(role, key, symbol, **more)
        return self.inputs[role, key].symbol

    def draws(
        self, key: Key, form: StructuralForm, parameters: tuple[TensorVariable, ...], ndim: int
    ) -> TensorVariable:
        """Return noise to be drawn for one variable; `ndim` is that of its batch axes."""
        width = form.width(*parameters)
        like = pt.tensor(dtype="float64", shape=(None,) * (ndim + (width is not None)))
        return self.input("draws", key, like, form=form, width=width)
