"""One replication: simulate a world, condition on what is seen of it, ask both, rank the truth."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ...conditioning.condition import conditioned
from ...conditioning.methods import Method
from ...conditioning.prepared import Prepared
from ...conditioning.samplers import Sampler
from ...engine.compute import Computer
from ...errors import ConvergenceWarning, DataError, ModelError
from ...inputs.label_texts import readable
from ...posterior.posterior import Posterior
from ...queries.answer import DRAWS, check
from ...queries.base import Query
from ...scm.evidence import read_evidence
from ...worlds.prepared import PreparedWorld
from ...worlds.world import World
from ..compare import ROUNDING, compare

__all__ = ["Bench", "Row", "Scenery", "Settings", "Task", "seeds"]

Row = dict[str, Any]
# A query whose groups depend on the data compiles for each; they are not all kept.
MOST_COMPILED = 20


class Scenery(Protocol):
    """What is calibrated, such as a `Scenario`: a model, its true parameters, what is hidden."""

    @property
    def model(self) -> pm.Model:
        """The model."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The true value of every parameter."""

    @property
    def hidden(self) -> tuple[str, ...]:
        """Mechanisms that the analyst does not see."""

    def simulate(self, units: int, seed: int) -> World:
        """Return a world at the true parameters.

        Parameters
        ----------
        units : int
        seed : int
        """


@dataclass(frozen=True)
class Settings:
    """What a calibration was run with; two runs with the same settings have the same rows."""

    parameters: str
    units: int
    seed: int
    draws: int
    tune: int
    chains: int
    sampler: Sampler | None
    ci_probs: tuple[float, ...]
    method: Method = "auto"
    unit: str = "unit"


@dataclass(frozen=True, eq=False)
class Task:
    """Which replication, and the parameters drawn for it (None: those of the scenario)."""

    replication: int
    parameters: Mapping[str, NDArray[Any]] | None = None


def seeds(seed: int, replication: int) -> tuple[int, int, int]:
    """Return the seeds of the world, of the sampler and of ties.

    Parameters
    ----------
    seed : int
        Of the calibration.
    replication : int
        Its number; the seeds do not depend on which process runs it.

    Returns
    -------
    tuple of int
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(replication,))
    world, sampler, ties = (int(s) for s in sequence.generate_state(3))
    return world, sampler, ties


@dataclass(eq=False)
class Bench:
    """What all replications share; keeps what is compiled, for as long as it is in one process."""

    scenario: Scenery
    query: Query
    settings: Settings
    _prepared: Prepared | None = field(default=None, repr=False)
    _computer: Computer | None = field(default=None, repr=False)
    _world: PreparedWorld | None = field(default=None, repr=False)
    _checked: bool = field(default=False, repr=False)
    _asked: frozenset[str] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_prepared": None, "_computer": None, "_world": None}

    def run(self, task: Task) -> list[Row]:
        """Return one row per element of the answer; one row with a problem, if it failed.

        A failure under drawn parameters (a world that overflows, a sampler that cannot start) is
        recorded as a problem, and the other replications go on.
        """
        start = time.perf_counter()
        world_seed, sampler_seed, ties = seeds(self.settings.seed, task.replication)
        about = {"replication": task.replication, "seed": world_seed}
        try:
            world = self.world(task, world_seed)
            if not self._checked:  # before anything is sampled
                check(world.state, self.query)
                self._checked = True
            posterior = self.posterior(world.data, sampler_seed)
            rows = self.compared(world, posterior, np.random.default_rng(ties))
        except (DataError, ModelError, FloatingPointError) as error:
            rows = [{"element": 0, "label": "", "problem": str(error)}]
        seconds = time.perf_counter() - start
        return [about | row | {"seconds": round(seconds, 4)} for row in rows]

    def posterior(self, data: xr.Dataset, seed: int) -> Posterior:
        """Return the posterior that `condition` gives; compiled once.

        By blocks, only those are computed that the query reads, which are found once. Should it
        read others of another world, they are computed then.

        Parameters
        ----------
        data : xarray.Dataset
            What the analyst sees of a world.
        seed : int

        Returns
        -------
        Posterior
        """
        if self._prepared is None:
            self._prepared = Prepared(self.scenario.model)
        s = self.settings
        written = self._prepared.written(s.unit)
        evidence = read_evidence(written.equations, data, allow_missing=True)
        posterior = conditioned(
            written, evidence, s.method, observed=self._prepared.observed(written, evidence),
            coupling={}, compiled=self._prepared.compiled, warn=False, seed=seed, sampler=s.sampler,
            draws=s.draws, tune=s.tune, chains=s.chains, cores=1, progress=False,
            queries=[self.query] if s.method == "auto" else None, asked=self._asked,
        )  # fmt: skip
        self._asked = frozenset(n for part in posterior.blocks.now for n in part.unknowns)
        return posterior

    @property
    def computer(self) -> Computer:
        """What compiles queries, for all worlds and posteriors."""
        if self._computer is None or self._computer.compilations > MOST_COMPILED:
            self._computer = Computer()
        return self._computer

    def world(self, task: Task, seed: int) -> World:
        """Return the world of one replication.

        Parameters
        ----------
        task : Task
        seed : int

        Returns
        -------
        World
        """
        units = self.settings.units
        if task.parameters is None:
            return self.scenario.simulate(units=units, seed=seed)
        if self._world is None:
            self._world = PreparedWorld.of(
                self.scenario.model,
                task.parameters,
                units=units,
                hidden=tuple(self.scenario.hidden),
                unit=self.settings.unit,
            )
        world = World.of(self._world, task.parameters, seed)
        seen = getattr(self.scenario, "seen", None)
        return world if seen is None else replace(world, data=seen(world.data))

    def compared(self, world: World, posterior: Posterior, rng: np.random.Generator) -> list[Row]:
        """Return the rows that compare a posterior with the world that its data came from.

        Parameters
        ----------
        world : World
        posterior : Posterior
        rng : numpy.random.Generator
            Breaks ties of ranks.

        Returns
        -------
        list of Row
            One for each element of the answer.
        """
        shared = self.computer
        world = replace(world, state=replace(world.state, computer=shared))
        posterior = replace(posterior, state=replace(posterior.state, computer=shared))
        with warnings.catch_warnings():
            # Short chains are usual here; the rows say how well each converged.
            warnings.simplefilter("ignore", ConvergenceWarning)
            answer, truth = posterior.ask(self.query), world.ask(self.query)
        if self.query.over_units:
            # The units of a world are exchangeable, so one of them stands for all.
            answer, truth = (a.isel({world.state.unit: 0}, drop=True) for a in (answer, truth))
        found = compare(answer, truth)
        rows = []
        for number, index in enumerate(np.ndindex(found.truth.shape)):
            at = dict(zip(found.dims, index, strict=True))
            draws, true = found.answer.isel(at), float(found.truth[at])
            row = {"element": number, "label": _label(draws), "truth": true}
            row |= _ranked(draws, true, rng, self.settings.ci_probs)
            row |= {n: answer.attrs[n] for n in ("r_hat", "divergences")}
            rows.append(row | {"problem": answer.attrs["problems"]})
        return rows


def _label(element: xr.DataArray) -> str:
    named = {
        str(n): readable(v.to_numpy()[None])[0] for n, v in element.coords.items() if v.ndim == 0
    }
    return ", ".join(
        f"{n} {v:g}" if isinstance(v, int | float | np.number) else f"{n} {v}"
        for n, v in named.items()
    )


def _ranked(
    answer: xr.DataArray, truth: float, rng: np.random.Generator, ci_probs: tuple[float, ...]
) -> Row:
    """Return mean, sd, coverage, and the rank among draws thinned until they are independent."""
    from arviz_stats import ess as effective  # a second to import, which only replications need

    draws = answer.transpose(*DRAWS).to_numpy()
    mean, sd = float(draws.mean()), float(draws.std(ddof=1))
    slack = ROUNDING * (abs(truth) + abs(mean))
    ess = float(effective(draws, method="bulk")) if sd > slack else float(draws.size)
    step = int(np.ceil(draws.size / max(1.0, min(ess, draws.size))))
    thin = draws[:, ::step].ravel()
    below = int((thin < truth - slack).sum())
    ties = int((thin <= truth + slack).sum()) - below
    rank = below + int(rng.integers(0, ties, endpoint=True))
    row: Row = {"mean": mean, "sd": sd, "rank": rank, "draws": thin.size, "ess": round(ess, 1)}
    # Uniform on (0, 1) wherever the rank is uniform on 0 ... draws, however many those are.
    row["pit"] = float((rank + rng.random()) / (thin.size + 1))
    for ci_prob in ci_probs:
        low, high = np.quantile(draws, [(1 - ci_prob) / 2, (1 + ci_prob) / 2])
        row[f"covered_{100 * ci_prob:g}"] = bool(low - slack <= truth <= high + slack)
    return row
