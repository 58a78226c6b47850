"""What is known when a query is asked: equations, evidence, draws of the rest, or known noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import DataError, ModelError
from ..scm.domains import Demand, demands_of
from ..scm.equations import Equation, Equations, with_units
from ..scm.evidence import Data, Evidence, read_evidence
from ..scm.interventions import Do
from ..scm.levels import levels_of
from ..scm.table import Table
from ..symbolic.replace import substituted
from .compute import Computer
from .crossworld import CrossWorld
from .feeds import Numbers, generator

__all__ = ["State"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


class _Some(Mapping[str, "NDArray[Any]"]):
    """Some draws of each name; what is made only when it is first read still is."""

    def __init__(self, whole: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]) -> None:
        self._whole, self._rows = whole, rows

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._whole[name][self._rows]

    def __contains__(self, name: object) -> bool:
        return name in self._whole

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)


@dataclass(eq=False)
class _WorkedOut:
    """What has been worked out of one state so far, so that it is not worked out again.

    Attributes
    ----------
    equations : Equations or None
    new : dict of int to State
        The states about new units, by how many there are.
    shapes : dict of str to tuple of int
        The core shape of each variable.
    """

    equations: Equations | None = None
    new: dict[int, State] = field(default_factory=dict)
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class State:
    """A state of knowledge about a model and its units.

    Attributes
    ----------
    model : pm.Model
        With as many units as there is evidence for.
    evidence : Evidence
        What is seen of the units.
    drawn : mapping of str to array of shape (draws, ...)
        Parameters and latents.
    chains : tuple of int
        (chains, draws of each) of a posterior; empty where the parameters are known.
    noise : mapping of str to array of shape (unit, ...)
        The noise of mechanisms, where it is known; it then takes the place of the evidence.
    coupling : mapping of str to str
        The coupling of each mechanism that has not its family's default.
    seed : int
        Of queries that name none.
    seeded : bool
        Whether somebody gave that seed.
    """

    model: pm.Model
    unit: str
    evidence: Evidence
    drawn: Mapping[str, NDArray[Any]]
    chains: tuple[int, ...] = ()
    noise: Mapping[str, NDArray[Any]] = NOTHING
    coupling: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    seeded: bool = True
    computer: Computer = field(default_factory=Computer)
    _worked_out: _WorkedOut = field(default_factory=_WorkedOut, repr=False)

    @classmethod
    def of(
        cls,
        equations: Equations,
        evidence: Evidence,
        drawn: Mapping[str, NDArray[Any]],
        **options: Any,
    ) -> State:
        """Return the state about a model whose equations are read already.

        Parameters
        ----------
        equations : Equations
        evidence : Evidence
        drawn : mapping of str to array of shape (draws, ...)
        **options
            The other fields.
        """
        known = _WorkedOut(equations=equations)
        model, unit = equations.model, equations.unit
        return cls(model, unit, evidence, drawn, _worked_out=known, **options)

    @property
    def equations(self) -> Equations:
        """The model's equations."""
        found = self._worked_out
        if found.equations is None:
            found.equations = Equations(self.model, self.unit)
        return found.equations

    @property
    def draws(self) -> int:
        """How many draws there are in all chains; 1 where the parameters are known."""
        return int(np.prod(self.chains)) if self.chains else 1

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.evidence)

    def of_new_units(self, size: int) -> State:
        """Return the state about `size` new units, of which nothing is seen.

        What the model takes as given of them (``pm.Data``) are the rows of the observed units, as
        many times as there are, or drawn from them where there are fewer or more.
        """
        known = self._worked_out.new
        if size not in known:
            equations = self.equations
            held = {
                n: self.evidence.columns[n]
                for n in equations.unit_data
                if n in self.evidence.columns
            }
            if held and size != self.units:  # covariates are those of units that were seen
                rows = generator(self.seed, "rows of new units").integers(0, self.units, size)
                held = {n: values[rows] for n, values in held.items()}
            labels = np.arange(size)
            columns = MappingProxyType(held)
            known[size] = self._of_units(
                held, Evidence(columns, labels, levels=self.evidence.levels)
            )
        return known[size]

    def of_given_units(self, table: Data) -> State:
        """Return the state about new units, of which a table says something.

        Parameters
        ----------
        table : DataFrame, xarray.Dataset or mapping
            All ``pm.Data`` of units, and mechanisms whose causes stand there too.

        Raises
        ------
        DataError
            If it does not fit the model, or lacks data or causes.
        """
        equations = self.equations
        evidence = read_evidence(equations, table, whole=True)
        for name in evidence.columns:
            behind = equations.ancestors([name]) & set(equations.mechanisms)
            if lacking := sorted(behind - set(evidence.columns)):
                raise DataError(
                    f"given says what {name!r} is of the new units, and not {', '.join(lacking)}, "
                    "on which it depends; give those columns too, or leave it out"
                )
        held = {n: evidence.columns[n] for n in equations.unit_data}
        return self._of_units(held, evidence)

    def _of_units(self, held: Mapping[str, NDArray[Any]], evidence: Evidence) -> State:
        """Return the state about other units: the parameters are the same, no noise is known."""
        parameters = self.equations.parameters
        return replace(
            self,
            model=with_units(self.model, evidence.labels, held, self.unit),
            evidence=evidence,
            drawn={n: self.drawn[n] for n in parameters if n in self.drawn},
            noise=NOTHING,
            _worked_out=_WorkedOut(),
        )

    def thinned(self, draws: int) -> State:
        """Return the state with so many draws, evenly taken from all chains, as one chain.

        Parameters
        ----------
        draws : int

        Returns
        -------
        State
            The very same where it has no more.
        """
        if self.draws <= draws:
            return self
        rows = np.linspace(0, self.draws - 1, draws).round().astype(np.int64)
        return replace(
            self, drawn=_Some(self.drawn, rows), chains=(1, draws), _worked_out=_WorkedOut()
        )

    def core_shape(self, name: str) -> tuple[int, ...]:
        """Return the numeric shape of a variable without draws, event axes included."""
        shapes = self._worked_out.shapes
        if name not in shapes:
            equation = self.equations[name]
            dims = equation.dims or (None,) * equation.expression.ndim
            shapes[name] = tuple(self._length(equation, axis, dim) for axis, dim in enumerate(dims))
        return shapes[name]

    def _length(self, equation: Equation, axis: int, dim: str | None) -> int:
        static = equation.expression.type.shape[axis]
        if dim == self.unit:
            return self.units
        if static is not None:
            return int(static)
        if dim is not None and self.equations.named(dim):
            return self.equations.length(dim)
        if equation.kind == "data":
            return int(self.model[equation.name].get_value(borrow=True).shape[axis])
        if equation.name in self.drawn:
            return int(self.drawn[equation.name].shape[1 + axis])
        length = self.shaped([equation.expression])[0].type.shape[axis]
        if length is None:
            raise ModelError(
                f"the model does not say how long axis {axis} of {equation.name!r} is; give the "
                "variable dims"
            )
        return int(length)

    def shaped(self, expressions: Sequence[TensorVariable]) -> list[TensorVariable]:
        """Return expressions of the model with symbols in them that know their lengths."""
        read = self.equations.read_by(expressions)
        known = {s: pt.TensorType(s.dtype, self.core_shape(n))(name=n) for s, n in read.items()}
        return substituted(expressions, known)

    def levels(self, name: str) -> NDArray[Any] | None:
        """Return the labels of a variable's codes; None where it has none."""
        if name in self.evidence.levels:
            return self.evidence.levels[name]
        return levels_of(self.equations, name)

    @property
    def table(self) -> Table:
        """All columns of the units."""
        evidence = self.evidence
        return Table(evidence.masked, evidence.beside, self._labels, self._features)

    def _labels(self, name: str) -> NDArray[Any] | None:
        return self.levels(name) if name in self.equations else self.evidence.levels.get(name)

    def _features(self, name: str) -> NDArray[Any] | None:
        dims = self.equations[name].dims if name in self.equations else ()
        labels = self.model.coords.get(dims[1]) if len(dims) > 1 else None
        return None if labels is None else np.asarray(labels)

    def batch_shape(self, name: str) -> tuple[int, ...]:
        """Return the shape without event axes."""
        equation = self.equations[name]
        shape = self.core_shape(name)
        if equation.kind != "random":
            return shape
        return shape[: len(shape) - equation.expression.owner.op.ndim_supp]

    def demands(self, name: str) -> list[Demand]:
        """Return what the parameters of a random variable must meet."""
        return demands_of(self.equations, name)

    def cross_world(
        self, coupling: Mapping[str, str], new: bool, dos: Mapping[str, Do] = NOTHING
    ) -> CrossWorld:
        """Return a fresh evaluator of the worlds `dos` in this state of knowledge.

        Parameters
        ----------
        coupling : mapping of str to str
            Of the mechanisms that have not their family's default.
        new : bool
            Whether noise is drawn for units of which nothing is seen.
        dos : mapping of str to interventions
            The worlds, by name.
        """

        def origin(name: str) -> str:
            if name in self.noise:
                return "noise"
            if name in self.evidence.columns or name in self.drawn:
                return "value"
            return "draws" if new else "missing"

        return CrossWorld(self.equations, origin, self.core_shape, self.demands, coupling, dos=dos)

    def numbers(self) -> Numbers:
        """Return the numbers behind the inputs of this state's graphs."""
        return Numbers(self.draws, self.evidence.columns, self.drawn, self.noise, self.batch_shape)
