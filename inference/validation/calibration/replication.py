"""One replication: simulate a world, condition on what is seen of it, ask both, rank the truth."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pymc as pm
import xarray as xr
from numpy.typing import NDArray

from ...conditioning.blocks.auto import Solved, ahead
from ...conditioning.blocks.factorise import Block
from ...conditioning.condition import conditioned
from ...conditioning.job import Job
from ...conditioning.methods import Method
from ...conditioning.prepared import Prepared
from ...conditioning.samplers import Sampler
from ...engine.compute import Computer
from ...errors import ConvergenceWarning, DataError, ModelError
from ...posterior.posterior import Posterior
from ...queries.answer import check
from ...queries.base import Query
from ...scm.evidence import Evidence, read_evidence
from ...symbolic.notes import without_notes
from ...worlds.prepared import PreparedWorld
from ...worlds.world import World
from ..compare import compare
from .ranks import Row, label, ranked

__all__ = ["Begun", "Bench", "Scenery", "Settings", "Task", "seeds"]

# A query whose groups depend on the data compiles for each; they are not all kept.
MOST_COMPILED = 20
# Bytes of the worlds and draws that are held at once.
MOST_HELD = 100_000_000
# What is recorded of a replication, and does not end the others.
FAILURES = (DataError, ModelError, FloatingPointError)


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


@dataclass(frozen=True, eq=False)
class Begun:
    """A replication whose world is there.

    Attributes
    ----------
    world : World
    evidence : Evidence
        What the analyst sees of it.
    solved : mapping of Block to Solved or None
        The blocks that were computed beside those of other replications.
    seconds : float
        Its share of the time that this took.
    """

    world: World
    evidence: Evidence
    solved: Mapping[Block, Solved | None] = field(default_factory=dict)
    seconds: float = 0.0


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
    _held: int | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_prepared": None, "_computer": None, "_world": None}

    @property
    def prepared(self) -> Prepared:
        """What the model is compiled to, for all data."""
        if self._prepared is None:
            self._prepared = Prepared(self.scenario.model)
        return self._prepared

    def run_all(self, tasks: Sequence[Task]) -> Iterator[list[Row]]:
        """Yield what `run` returns of each task; closed forms are computed for many at once.

        Parameters
        ----------
        tasks : sequence of Task
        """
        left = list(tasks)
        while left:
            # The first one is alone: it says which blocks the query reads, and what each holds.
            size = max(1, MOST_HELD // self._held) if self._held else 1
            some, left = left[:size], left[size:]
            yield from map(self.run, some, self._begun_together(some))

    def run(self, task: Task, begun: Begun | None = None) -> list[Row]:
        """Return one row per element of the answer; one row with a problem, if it failed.

        A failure under drawn parameters (a world that overflows, a sampler that cannot start) is
        recorded as a problem, and the other replications go on.

        Parameters
        ----------
        task : Task
        begun : Begun, optional
            What there is of it.
        """
        start = time.perf_counter() - (begun.seconds if begun else 0.0)
        world_seed, sampler_seed, ties = seeds(self.settings.seed, task.replication)
        about = {"replication": task.replication, "seed": world_seed}
        try:
            begun = begun or self._begun(task)
            if not self._checked:  # before anything is sampled
                check(begun.world.state, self.query)
                self._checked = True
            posterior = self.posterior(begun.evidence, sampler_seed, begun.solved)
            rows = self.compared(begun.world, posterior, np.random.default_rng(ties))
            held = (begun.world.everything, begun.world.noise, posterior.idata["posterior"])
            self._held = sum(int(data.nbytes) for data in held)
        except FAILURES as error:
            rows = [{"element": 0, "label": "", "problem": str(error)}]
        seconds = time.perf_counter() - start
        return [about | row | {"seconds": round(seconds, 4)} for row in rows]

    def _begun(self, task: Task) -> Begun:
        world = self.world(task, seeds(self.settings.seed, task.replication)[0])
        return Begun(world, self.evidence(world.data))

    def _begun_together(self, tasks: Sequence[Task]) -> list[Begun | None]:
        """Return replications whose blocks are computed at once; None is begun by itself."""
        if self._asked is None or self.settings.method != "auto" or len(tasks) == 1:
            return [None] * len(tasks)
        start = time.perf_counter()
        begun: dict[int, Begun] = {}
        jobs: dict[int, Job] = {}
        for k, task in enumerate(tasks):
            with suppress(*FAILURES):  # told when it is run by itself
                begun[k] = self._begun(task)
                job = self._job(begun[k].evidence, seeds(self.settings.seed, task.replication)[1])
                if all(job.equations is other.equations for other in jobs.values()):
                    jobs[k] = job
        if jobs:
            with suppress(*FAILURES), without_notes():
                for k, solved in zip(jobs, ahead(list(jobs.values())), strict=True):
                    begun[k] = replace(begun[k], solved=solved)
        share = (time.perf_counter() - start) / len(tasks)
        found = {k: replace(b, seconds=share) for k, b in begun.items()}
        return [found.get(k) for k in range(len(tasks))]

    def _job(self, evidence: Evidence, seed: int) -> Job:
        written = self.prepared.written(self.settings.unit)
        model, equations = self.prepared.observed(written, evidence)
        return Job(
            model, equations, evidence, written.unit, asked=self._asked, **self._options(seed)
        )

    def _options(self, seed: int) -> dict[str, Any]:
        """Return the fields of `Job` that are the same for all data, and the seed."""
        s = self.settings
        return {
            "compiled": self.prepared.compiled,
            "seed": seed,
            "sampler": s.sampler,
            "draws": s.draws,
            "tune": s.tune,
            "chains": s.chains,
            "cores": 1,
            "progress": False,
        }

    def evidence(self, data: xr.Dataset) -> Evidence:
        """Return what the analyst sees of a world, read as the model has it."""
        written = self.prepared.written(self.settings.unit)
        return read_evidence(written.equations, data, allow_missing=True)

    def posterior(
        self,
        evidence: Evidence,
        seed: int,
        solved: Mapping[Block, Solved | None] | None = None,
    ) -> Posterior:
        """Return the posterior that `condition` gives; compiled once.

        By blocks, only those are computed that the query reads, which are found once. Should it
        read others of another world, they are computed then.

        Parameters
        ----------
        evidence : Evidence
            What the analyst sees of a world.
        seed : int
        solved : mapping of Block to Solved or None, optional
            The blocks that are computed already.

        Returns
        -------
        Posterior
        """
        written, method = self.prepared.written(self.settings.unit), self.settings.method
        posterior = conditioned(
            written,
            evidence,
            method,
            observed=self.prepared.observed(written, evidence),
            coupling={},
            warn=False,
            queries=[self.query] if method == "auto" else None,
            asked=self._asked,
            solved=solved or {},
            **self._options(seed),
        )
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
            row = {"element": number, "label": label(draws), "truth": true}
            row |= ranked(draws, true, rng, self.settings.ci_probs)
            row |= {n: answer.attrs[n] for n in ("r_hat", "divergences")}
            rows.append(row | {"problem": answer.attrs["problems"]})
        return rows
