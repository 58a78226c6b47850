"""Asking: from a query and a state of knowledge to a labelled answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ..engine.compute import Backend, default_backend
from ..engine.crossworld import CrossWorld
from ..engine.feeds import noise_width
from ..engine.state import State
from ..errors import ModelError, QueryError
from ..inputs.arrays import shown
from ..inputs.labels import DRAWS
from ..inputs.scalars import checked_choice
from ..scm.interventions import Do
from ..scm.sites import Acting
from ..scm.table import Table, Watched
from ..symbolic.notes import without_notes
from .base import Query
from .cautions import caution
from .checks import (
    check_dims,
    check_outcome,
    check_potentials,
    check_seed,
    check_target,
    fitted,
    used_coupling,
)
from .computed import Asked, Part, inputs_of, read_by
from .dos import form_of
from .numbers import NOBODY, check_answer, check_numbers, is_nobody
from .stated import couplings, further_dims, of_categories, rung, versions
from .view import View

__all__ = ["DRAWS", "ask", "check", "reads"]

BACKENDS = get_args(Backend)
# New units that a world's answer is an average over: a Monte Carlo error of 0.3 % of one sd.
WORLD_UNITS = 100_000


def ask(state: State, query: Query, backend: str | None = None) -> xr.DataArray:
    """Return the answer to `query` in a state of knowledge.

    Parameters
    ----------
    state : State
    query : Query
    backend : {"numba", "jax"}, optional
        By default JAX where there is a GPU, else numba; and Python where compiling would take
        longer than the answer.

    Returns
    -------
    xarray.DataArray
        Dimensions: chain and draw (of a posterior), the dose (of a sequence of interventions),
        then those of the query. Attributes say which estimand it is and how it came about.

    Raises
    ------
    QueryError
        If the query does not fit the model or the evidence.
    ModelError
        If a mechanism it needs has no structural form, or does not run on `backend`.
    """
    with without_notes():
        plan = _plan(state, query, backend)
        return plan.label(plan.run())


def check(state: State, query: Query, backend: str | None = None) -> None:
    """Return nothing if `ask` would answer, as far as that can be known without its draws.

    Parameters
    ----------
    state : State
        Whose draws may be any numbers of the right shape.
    query : Query
    backend : {"numba", "jax"}, optional

    Raises
    ------
    QueryError, ModelError
        As by `ask`.
    """
    with without_notes():
        plan = _plan(state, query, backend)
        nobody = []
        for dose in query.doses:
            cross, _, _, weights = plan.graph(dose, plan.observed.table)
            _backend(backend, cross)
            for item in cross.inputs.values():
                if item.role == "draws":  # how many noises a unit has is known only to the model
                    noise_width(item.width, item.name)
            check_numbers(plan.state, cross)
            nobody.append(is_nobody(plan.state, cross, weights))
        if all(nobody) and not query.over_units:
            raise QueryError(NOBODY.format(type(query).__name__))


def reads(state: State, query: Query) -> frozenset[str]:
    """Return the variables whose values the answer depends on.

    Parameters
    ----------
    state : State
        Whose draws may be any numbers of the right shape.
    query : Query

    Returns
    -------
    frozenset of str
        Parameters, latents and columns.

    Raises
    ------
    QueryError, ModelError
        As by `ask`, where the query does not fit.
    """
    with without_notes():
        return _reads(_plan(state, query, None))


def _reads(plan: _Plan) -> frozenset[str]:
    query = plan.query
    worlds = [plan.graph(dose, plan.observed.table).cross for dose in query.doses]
    return frozenset[str]().union(*map(read_by, worlds))


class _Graph(NamedTuple):
    """The worlds of one dose, the functional, its Monte Carlo variance, and weights of units."""

    cross: CrossWorld
    value: TensorVariable
    variance: TensorVariable | None
    weights: list[TensorVariable]


@dataclass(frozen=True, eq=False)
class _Plan:
    """One query, checked, in the state that it is asked in."""

    query: Query
    observed: State
    state: State
    new: bool
    coupling: Mapping[str, str]
    seed: int
    named: str | None

    @property
    def summary(self) -> bool:
        return self.query.summary

    def graph(self, dose: Do, table: Table) -> _Graph:
        """Return what one dose is answered with."""
        query, state = self.query, self.state
        dos = {
            label: {n: fitted(state, n, v) for n, v in do.items()}
            for label, do in query.worlds(dose).items()
        }
        cross = state.cross_world(self.coupling, self.new, dos)
        view = View(cross, table, state.evidence.labels, not self.new)
        value = query.functional(view)
        variance = query.variance(view) if self.new else None
        used = set(ancestors([value] if variance is None else [value, variance]))
        check_potentials(state, query, cross, used)
        if query.seed is None:
            check_seed(state, cross, used)
        return _Graph(cross, value, variance, view.weighed)

    def kept(self, place: int) -> _Graph:
        """Return the graph of the dose at a place: of data of one kind, the very same one.

        Unless it holds numbers of theirs (groups, quantiles), or what a function of the user's
        gave, which may give something else the next time.
        """
        state, dose, table = self.state, self.query.doses[place], self.observed.table
        evidence = state.evidence
        beside = evidence.beside or evidence.levels or self.query.given is not None
        if beside or _has_functions(self.query) or _selects(self.query):
            return self.graph(dose, table)
        names = (*evidence.columns, None, *state.drawn, None, *state.noise)
        how = (self.new, state.seeded, tuple(self.coupling.items()))
        key = (id(state.equations), self.query, place, names, how)
        kept = state.computer.graphs.get(key)
        if kept is not None and np.array_equal(kept[0], evidence.labels):
            return kept[1]
        own = Watched(table.own)
        graph = self.graph(dose, replace(table, own=own))
        if not own.read:
            state.computer.keep(key, (evidence.labels, graph))
        return graph

    def run(self) -> list[Part]:
        """Return what each dose gives; doses that differ in their numbers alone run together."""
        doses = self.query.doses
        alike: dict[Any, list[int]] = {}
        for k, dose in enumerate(doses):
            alike.setdefault(form_of(dose) or k, []).append(k)
        found: dict[int, Part] = {}
        for places in alike.values():
            graph = self.kept(places[0])
            parts = self._parts(graph, [doses[k] for k in places])
            found |= zip(places, parts, strict=True)
        return [found[k] for k in range(len(doses))]

    def _parts(self, graph: _Graph, doses: Sequence[Do]) -> list[Part]:
        """Return what a graph gives for doses that differ in their numbers alone."""
        cross, value, variance, _ = graph
        asked = Asked(self.state, cross, value, variance, self.summary)
        inputs = inputs_of(cross, [self._numbers(dose) for dose in doses])
        backend = _backend(self.named, cross)
        if self.named is None:
            numbers, units = self.state.numbers(), self.state.units
            backend = self.state.computer.lightest(backend, asked.outputs, inputs, numbers, units)
        return asked.parts(inputs, self.seed, backend, len(doses), free=_has_functions(self.query))

    def _numbers(self, dose: Do) -> dict[Any, NDArray[Any]]:
        """Return the numbers that a dose brings into the graph, by their keys."""
        numbers: dict[Any, NDArray[Any]] = {}
        for label, do in self.query.worlds(dose).items():
            for name, given in do.items():
                action = fitted(self.state, name, given)
                if action.amount is not None:
                    numbers[Acting(name, "amount", label)] = action.amount
                if action.factor is not None:
                    numbers[Acting(name, "factor", label)] = action.factor
        return numbers

    def label(self, parts: list[Part]) -> xr.DataArray:
        """Return the values of all doses as one labelled array."""
        query, state = self.query, self.state
        coords = query.coords(self.observed.table, state.evidence.labels)
        if "unit" in coords:
            coords = {state.unit if n == "unit" else n: c for n, c in coords.items()}
        values = [part.values for part in parts]
        draws = self.observed.chains
        lead: dict[str, Any] = dict(zip(DRAWS, map(np.arange, draws), strict=False))
        if self.summary:
            lead = {"statistic": np.array(["mean", "sd"])}
        core = tuple(len(c) for c in coords.values())
        if any(v.shape[1 : 1 + len(core)] != core for v in values):
            # Groups of several columns come flat, one after the other.
            values = [v.reshape(len(v), *core, *v.shape[2:]) for v in values]
        shaped = [
            v if self.summary else v.reshape(*draws, *v.shape[1:]) if draws else v[0]
            for v in values
        ]
        array = np.stack(shaped, axis=len(lead)) if query.is_ladder else shaped[0]
        names = [*lead, *([query.dose] if query.is_ladder else []), *coords]
        if query.is_ladder:
            lead[query.dose] = query.dose_labels
        further = further_dims(query, state.equations)
        if of_categories(query, state.equations):
            labels = state.levels(query.outcome)
            lead[further[-1]] = range(array.shape[-1]) if labels is None else labels
        for k, dim in enumerate(further[len(further) + len(names) - array.ndim :]):
            names.append(dim or f"{query.outcome}_dim_{k}")
            if (labels := state.model.coords.get(dim)) is not None:
                lead[dim] = list(labels)
        answer = xr.DataArray(array, dims=names, coords={**lead, **coords}, name=query.outcome)
        check_answer(query, answer, state.unit)
        answer.attrs = self._attributes(parts)
        return answer

    def _of(self) -> str:
        """Return what of the outcome the answer is about."""
        if of_categories(self.query, self.state.equations):
            return "probability of each category"
        return "expectation" if self.query.expectation else "outcome"

    def _attributes(self, parts: list[Part]) -> dict[str, Any]:
        query = self.query
        moved = frozenset[str]().union(*(part.moved for part in parts))
        attributes: dict[str, Any] = {
            "estimand": query.sentence(),
            "query": type(query).__name__,
            "outcome": query.outcome,
            "rung": rung(query, self.state.equations, moved, new=self.new),
            "units": "new" if self.new else "observed",
            "of": self._of(),
            "coupling": json.dumps(couplings(self.state.equations, moved, self.coupling)),
            "seed": self.seed,
            "backend": parts[0].backend,
            "n_units": self.state.units,
            "n_draws": self.state.draws,
            "versions": versions(),
        }
        if self.observed.chains:
            read = frozenset[str]().union(*(part.read for part in parts))
            unknown = self.observed.drawn
            attributes["reads"] = ", ".join(sorted(n for n in read if n in unknown))
        if query.over_units:
            attributes["by"] = "unit"
        spreads = [part.variance for part in parts if part.variance is not None]
        if spreads:
            error = np.sqrt(max(0.0, np.nanmax(np.stack(spreads))))  # a difference may round below
            attributes["monte_carlo_error"] = float(error)
        return attributes


def _has_functions(query: Query) -> bool:
    return callable(query.where) or any(
        action.free or callable(action.where) for _, action in query.actions
    )


def _selects(query: Query) -> bool:
    """Return whether units are selected by the values of some columns."""
    return any(isinstance(w, Mapping) for w in query.conditions)


def _plan(state: State, query: Query, backend: str | None) -> _Plan:
    if not isinstance(query, Query):
        raise QueryError(f"ask takes a query such as ATE(...), not {shown(query)}")
    if backend is not None:
        checked_choice("backend", backend, BACKENDS)
    equations = state.equations
    check_outcome(state, query.outcome)
    query.check(equations)
    for name, _ in query.actions:
        check_target(state, name)
    check_dims(state, query)
    seen = set(state.evidence.columns) & set(equations.mechanisms)
    units = query.units or ("observed" if seen or state.noise or query.rung_three_only else "new")
    if units == "observed" and not seen and not state.noise:
        raise QueryError(
            f"{type(query).__name__} asks about observed units (rung 3), but there is no evidence "
            "on any; give columns, or ask of new units (units='new')"
        )
    caution(state, query)
    new = units == "new"
    here = state
    if query.given is not None:
        here = state.of_given_units(query.given)
    elif new:
        here = state.of_new_units(_new_units(state, query))
    seed = state.seed if query.seed is None else query.seed
    return _Plan(query, state, here, new, used_coupling(state, query), seed, backend)


def _new_units(state: State, query: Query) -> int:
    """Return how many new units a draw has.

    A posterior averages over its draws; a world has one, whose Monte Carlo error would be taken
    for truth. So it has many units, unless they are asked for one by one, or the model or the
    query fixes their number.
    """
    if query.size is not None:
        return query.size
    given: list[Any] = [query.where]
    given += [x for _, v in query.actions for x in (v.amount, v.where)]
    fixed = bool(state.equations.unit_data) or any(
        np.ndim(x) for x in given if x is not None and not callable(x)
    )
    alone = not state.chains and not query.over_units and not fixed
    return max(state.units, WORLD_UNITS) if alone else state.units


def _backend(named: str | None, cross: CrossWorld) -> Backend:
    """Return the backend named, or else the machine's best that every family here runs on."""
    unfit = [i.variable for i in cross.inputs.values() if i.form is not None and not i.form.jax]
    if named == "jax" and unfit:
        raise ModelError(
            f"the family of {unfit[0]!r} does not run on JAX; ask with backend='numba'"
        )
    if named is None:
        return "numba" if unfit else default_backend()
    return cast("Backend", named)
