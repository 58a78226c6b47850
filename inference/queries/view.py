"""What a functional may read: the worlds of a query, and the weights of its units."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import ArrayLike, NDArray
from pytensor.tensor import TensorVariable

from ..engine.crossworld import CrossWorld
from ..engine.worldgraph import WorldGraph
from ..errors import QueryError
from ..inputs.arrays import plain
from ..inputs.functions import condition
from ..inputs.labels import axes_of, in_order
from ..scm.interventions import Do
from ..scm.sites import Acting
from ..scm.table import Table
from ..symbolic.average import average
from ..symbolic.difference import change
from .selection import selection

__all__ = ["Subject", "View", "Where", "weights"]

Where = ArrayLike | Callable[..., Any] | Mapping[str, Any] | None

UNDEFINED = (
    "the answer is NaN or infinite, since some unit's outcome is: a logarithm of a negative "
    "number, a division by zero, or numbers beyond what a float holds; ask unit by unit (an ITE, "
    "or by='unit') to see which, and mend the equation"
)


class Subject(ABC):
    """What every query has: some classes are told it, others know it.

    Not a dataclass, so that none of it is a parameter before a class makes it one.

    Attributes
    ----------
    outcome : str
        The variable asked about.
    expectation : bool
        Whether its own noise is averaged out.
    doses : tuple of mappings of str to Intervention
        What is done, once for each element of the answer along the dimension of doses.
    """

    outcome: str
    expectation: bool
    doses: tuple[Do, ...]


@dataclass(frozen=True, eq=False)
class View:
    """What a functional may read: the worlds of the query in core shape, the unit axis first.

    Worlds go by the names that the query gave them, and ``"natural"``.

    Attributes
    ----------
    cross : CrossWorld
    columns : Table
        Of the observed units, for groups and for subsets; masked where a value is missing.
    labels : array of shape (unit,)
        Of the units that the worlds have.
    observed : bool
        Whether they are the units of the evidence.
    weighed : list of TensorVariable
        The weights of units that averages were taken with so far.
    """

    cross: CrossWorld
    columns: Table
    labels: NDArray[Any]
    observed: bool
    weighed: list[TensorVariable] = field(default_factory=list, init=False, repr=False)

    @property
    def units(self) -> int:
        """How many units the worlds have."""
        return len(self.labels)

    def outcome(self, query: Subject, world: str | WorldGraph) -> TensorVariable:
        """Return the outcome in one world.

        Parameters
        ----------
        query : Query
            Whose outcome, or the expectation of it.
        world : str or WorldGraph
            A world, or the name that the query gives it.

        Returns
        -------
        TensorVariable of shape (unit, ...)
        """
        return self._units_first(query, self._value(query, world))

    def _value(self, query: Subject, world: str | WorldGraph) -> TensorVariable:
        graph = self.cross.world(world) if isinstance(world, str) else world
        return graph.expectation(query.outcome) if query.expectation else graph[query.outcome]

    def _units_first(self, query: Subject, value: TensorVariable) -> TensorVariable:
        equations = self.cross.equations
        axis = equations[query.outcome].dims.index(equations.unit)
        return pt.moveaxis(value, axis, 0) if axis else value

    def natural(self, name: str) -> TensorVariable:
        """Return a variable as it naturally is."""
        return self.cross.natural[name]

    def selection(self, where: Callable[..., Any] | Mapping[str, Any]) -> Callable[..., Any]:
        """Return what selects units as a function of the natural world's variables."""
        table = self.columns
        if not self.observed:  # of new units nothing is seen, and nothing is kept beside the model
            table = Table({}, {}, table.levels, table.features)
        return selection(where, table)

    def number(self, name: str | Acting, number: NDArray[Any]) -> TensorVariable:
        """Return a number as an input of the graph, so that another one compiles nothing new.

        Parameters
        ----------
        name : str or Acting
            Unique among the numbers of a query.
        number : ndarray
            A number of the query, which the compiled function takes as an input.

        Returns
        -------
        TensorVariable
            Of the number's shape.
        """
        return self.cross.number(name, number)

    def difference(
        self, query: Subject, one: str | WorldGraph = "do", other: str | WorldGraph = "versus"
    ) -> TensorVariable:
        """Return the outcome in one world less that in another.

        Parameters
        ----------
        query : Query
            Whose outcome, or the expectation of it.
        one, other : str or WorldGraph
            The worlds that are compared.

        Returns
        -------
        TensorVariable of shape (unit, ...)
        """
        difference = change(self._value(query, one), self._value(query, other))
        if 1 in difference.type.shape:  # the same for all units
            shape = tuple(self.cross.shape(query.outcome))
            further = [difference.shape[k] for k in range(len(shape), difference.ndim)]
            difference = pt.broadcast_to(difference, (*shape, *further))
        return self._units_first(query, difference)

    def finite(self, value: TensorVariable, meant: TensorVariable | None = None) -> TensorVariable:
        """Return `value`; the query is refused where it is NaN or infinite.

        Parameters
        ----------
        value : TensorVariable
            What must be finite.
        meant : boolean TensorVariable, optional
            Where that counts; by default everywhere.

        Returns
        -------
        TensorVariable
            The very same.
        """
        broken = pt.or_(pt.isnan(value), pt.isinf(value))
        if meant is not None:
            broken = pt.and_(broken, meant)
        self.cross.object(UNDEFINED, broken)
        return value

    def average(self, values: TensorVariable, weight: TensorVariable) -> TensorVariable:
        """Return the mean over units; the query is refused where it is not finite.

        Parameters
        ----------
        values : TensorVariable of shape (unit, ...)
            What is averaged over units.
        weight : TensorVariable of shape (unit,) or (unit, groups)
            How much each unit counts; 0 leaves it out.

        Returns
        -------
        TensorVariable of shape (...) or (groups,)
            NaN over no unit at all.
        """
        self.weighed.append(weight)
        return self.finite(self.mean(values, weight), pt.gt(weight.sum(axis=0), 0.0))

    def mean(self, values: TensorVariable, weight: TensorVariable) -> TensorVariable:
        """Return the mean over units, whatever it is.

        Parameters
        ----------
        values : TensorVariable of shape (unit, ...)
            What is averaged over units.
        weight : TensorVariable of shape (unit,) or (unit, groups)
            How much each unit counts; 0 leaves it out.

        Returns
        -------
        TensorVariable of shape (...) or (groups,)
        """
        drawn = [
            i.symbol
            for i in self.cross.inputs.values()
            if i.role == "draws" or (i.role == "value" and i.variable not in self.columns.own)
        ]
        return average(values, weight, drawn)


def weights(view: View, where: Where) -> TensorVariable:
    """Return a weight per unit, 0 or 1, from what selects units.

    Parameters
    ----------
    view : View
    where : boolean array of shape (unit,), callable, mapping or None
        None selects all; a callable maps the natural world's variables to a boolean tensor; a
        mapping gives the value, or the values, of some columns.

    Returns
    -------
    TensorVariable of shape (unit,)

    Raises
    ------
    QueryError
        If it is no boolean for each unit, or selects none.
    """
    if where is None:
        # Ones that are never read: their sum is the number of units, and they multiply nothing. JAX
        # takes a length from an array alone.
        return pt.ones_like(view.number("everyone", np.broadcast_to(1.0, view.units)))
    if callable(where) or isinstance(where, Mapping):
        mask = condition(view.selection(where), view.cross.natural, "`where`")
        if mask.dtype != "bool" or mask.ndim != 1:
            raise QueryError(
                f"`where` gives {mask.dtype} with {mask.ndim} axes, not one boolean per unit; "
                "write a comparison of mechanisms, such as lambda v: v['z'] > 0"
            )
        if mask.type.shape[0] not in (None, view.units):
            raise QueryError(
                f"`where` gives {mask.type.shape[0]} booleans; there are {view.units} units"
            )
    else:
        equations = view.cross.equations
        coords, others = {equations.unit: view.labels}, equations.dim_lengths
        array = in_order(plain(where), axes_of(where), coords, "`where`", others=others)
        if array.dtype.kind != "b" or array.shape != (view.units,):
            raise QueryError(
                f"`where` takes one boolean per unit, of shape ({view.units},); this one is "
                f"{array.dtype} of shape {array.shape}"
            )
        if not array.any():
            raise QueryError("`where` selects no unit")
        mask = view.number("where", array)
    return mask.astype("float64")
