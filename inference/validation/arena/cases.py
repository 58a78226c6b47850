"""A case: data of which the effect on each unit is known, and where cases come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from ...errors import DataError, QueryError
from ...estimators import Roles
from ...estimators.roles import check_roles
from ...graph import CausalGraph
from ...inputs.arrays import numbers, shown
from ...inputs.columns import read_columns
from ...inputs.scalars import positive_whole
from ...posterior.identity import fingerprint
from ...queries import ITE
from ...scm.interventions import set_to
from ...worlds.world import World

__all__ = ["Case", "Cases", "WorldCases", "case_roles", "true_effects"]

Floats = NDArray[np.float64]
Simulate = Callable[[int, int], World]
# Mean effects are taken over so many units with noise drawn anew, so many of each at least.
REDRAWN, LEAST = 200_000, 50
# Effects that differ by less, as a share of their spread, are the same.
ROUNDING = 1e-8


@dataclass(frozen=True, eq=False)
class Case:
    """Data to learn from, and the true effects of the units asked about.

    Attributes
    ----------
    data : pandas.DataFrame, xarray.Dataset or mapping
        One column of shape (unit,) per variable.
    effects : array of shape (asked,)
        The expected effect of each unit asked about, given its covariates.
    at : pandas.DataFrame, xarray.Dataset or mapping, optional
        The units asked about; by default those of `data`.

    Raises
    ------
    DataError
        If the effects are not one finite number per unit.
    """

    data: Any
    effects: Floats
    at: Any = None

    def __post_init__(self) -> None:
        """Check the effects."""
        values = numbers(self.effects)
        if values is None or values.ndim != 1 or not len(values) or not np.isfinite(values).all():
            raise DataError(f"true effects are a number per unit, not {shown(self.effects)}")
        object.__setattr__(self, "effects", values.astype(float))


class Cases(Protocol):
    """Where cases come from."""

    @property
    def name(self) -> str:
        """What figures and tables call it."""

    @property
    def roles(self) -> Roles:
        """The roles of the columns."""

    @property
    def about(self) -> Mapping[str, Any]:
        """What identifies the cases, in values that JSON keeps."""

    def case(self, replication: int, seed: int) -> Case:
        """Return one case.

        Parameters
        ----------
        replication : int
            Its number, from 0.
        seed : int
            Of everything random in it.
        """


@dataclass(frozen=True, eq=False)
class WorldCases:
    """Cases that are simulated worlds.

    Parameters
    ----------
    name : str
        What the arena calls these cases.
    simulate : callable
        ``simulate(units, seed)`` returns a `World`.
    roles : Roles
        `adjust` are the covariates.
    units : int
        Of each world.
    """

    name: str
    simulate: Simulate = field(repr=False)
    roles: Roles
    units: int

    def __post_init__(self) -> None:
        """Check what can be checked without a world."""
        if not isinstance(self.name, str):
            raise QueryError(f"the name of cases is a text, not {shown(self.name)}")
        if not callable(self.simulate):
            raise QueryError(
                f"simulate takes units and a seed and returns a World, not {shown(self.simulate)}"
            )
        check_roles(self.roles)
        object.__setattr__(self, "units", positive_whole("units", self.units))

    def _world(self, units: int, seed: int) -> World:
        """Return a simulated world."""
        world = self.simulate(units, seed)
        if not isinstance(world, World):
            raise QueryError(f"simulate(units, seed) returns a World, not {shown(world)}")
        return world

    @property
    def about(self) -> dict[str, Any]:
        """Name, units, roles, and the model with its parameters."""
        world = self._world(2, 0)
        model = fingerprint(world.state.equations)
        return {
            "cases": self.name,
            "units": self.units,
            "treatment": self.roles.treatment,
            "outcome": self.roles.outcome,
            "covariates": list(self.roles.adjust),
            "equations": model["equations"],
            "true_parameters": {
                n: np.asarray(v).tolist() for n, v in sorted(world.parameters.items())
            },
        }

    def case(self, replication: int, seed: int) -> Case:
        """Return a fresh world's data, with the true effects of its units.

        Parameters
        ----------
        replication : int
            Which case: its own random numbers follow from it and the seed.
        seed : int
            Of all random numbers: the same seed gives the same result.

        Returns
        -------
        Case
        """
        world = self._world(self.units, seed)
        return Case(world.data, true_effects(world, self.simulate, self.roles, seed=seed))


def case_roles(world: World, treatment: str, outcome: str) -> Roles:
    """Return the roles of an analyst who holds all that comes before the treatment and is seen.

    Parameters
    ----------
    world : World
        A simulated world, whose truth is known.
    treatment, outcome : str
        Variables of the graph.

    Returns
    -------
    Roles
        `adjust` are the default adjustment and the seen causes of the outcome that the treatment
        does not move.

    Raises
    ------
    QueryError
        If the treatment takes other values than 0 and 1.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     x = pm.Normal("x", dims="unit")
    ...     t = pm.Bernoulli("t", 0.5, dims="unit")
    ...     y = pm.Normal("y", x + t, 1.0, dims="unit")
    >>> case_roles(World.simulate(model, {}, units=50, seed=1), "t", "y").adjust
    ('x',)
    """
    values = np.unique(read_columns(world.data, [treatment], "the treatment is the column"))
    if not np.isin(values, [0, 1]).all():
        many = "many values" if len(values) > 5 else ", ".join(f"{v:g}" for v in values)
        raise QueryError(
            f"the arena compares estimators of the effect of a treatment that is 0 or 1, and "
            f"{treatment!r} takes {many}; choose a scenario with a binary treatment"
        )
    graph = CausalGraph.of_equations(world.state.equations, list(map(str, world.data)))
    roles = Roles.of_graph(graph, treatment, outcome)
    seen = graph.ordered(_causes(graph, treatment, outcome) & graph.observed)
    return Roles(treatment, outcome, tuple(dict.fromkeys((*roles.adjust, *seen))), graph=graph)


def true_effects(world: World, simulate: Simulate, roles: Roles, *, seed: int) -> Floats:
    """Return the expected effect of each unit of a world, given its covariates: tau(x).

    It is the unit's own effect by the model's equations at the true parameters, with the outcome's
    noise averaged out: exactly where nothing random stands between treatment and outcome, else over
    worlds in which the covariates are the same and the rest is drawn anew.

    Parameters
    ----------
    world : World
        A simulated world, whose truth is known.
    simulate : callable
        ``simulate(units, seed)`` returns another world of the same model.
    roles : Roles
        `adjust` are the covariates.
    seed : int
        Of the worlds that are drawn anew.

    Returns
    -------
    array of shape (unit,)

    Raises
    ------
    QueryError
        If the effect varies with something that is no covariate, such as a hidden cause, so that
        tau(x) is no functional of the model's equations alone.
    """
    treatment, outcome = roles.treatment, roles.outcome
    graph = CausalGraph.of_equations(world.state.equations)
    before = _causes(graph, treatment, outcome)
    held, free = before & set(roles.adjust), before - set(roles.adjust)
    fixed = {n: world.everything[n].to_numpy() for n in graph.ordered(held)}

    def asked(other: World, values: Mapping[str, NDArray[Any]]) -> Floats:
        given = {n: set_to(v) for n, v in values.items()}
        query = ITE(
            outcome,
            do={treatment: 1, **given},
            versus={treatment: 0, **given},
            expectation=True,
        )
        return np.asarray(other.ask(query).transpose(..., world.state.unit), dtype=float).ravel()

    own = asked(world, fixed)
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(own))
    for name in graph.ordered(free):
        moved = asked(world, fixed | {name: world.everything[name].to_numpy()[order]})
        if np.abs(moved - own).max() > ROUNDING * (1.0 + np.abs(own).max()):
            raise QueryError(
                f"the effect of {treatment} on {outcome} varies with {name!r}, which is no "
                "covariate here: the effect given the covariates is not known, and the arena "
                "cannot score it"
            )
    if not graph.mediators(treatment, outcome):
        return own
    times = max(LEAST, REDRAWN // len(own))
    anew = simulate(times * len(own), int(rng.integers(2**31)))
    many = asked(anew, {n: np.concatenate([v] * times) for n, v in fixed.items()})
    return many.reshape(times, -1).mean(axis=0)


def _causes(graph: CausalGraph, treatment: str, outcome: str) -> set[str]:
    """Return the causes of the outcome, not by way of the treatment, that it does not move."""
    rest = graph.dag.subgraph(set(graph.dag) - {treatment})
    return set(nx.ancestors(rest, outcome)) - graph.descendants(treatment)
