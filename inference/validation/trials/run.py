"""Simulate a trial many times: fresh units, assignment, looks, stop."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
from numpy.typing import ArrayLike, NDArray

from ...errors import QueryError, unknown
from ...experiments.sequential.rule import StoppingRule
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import checked_probability, checked_seed, positive_whole
from ...posterior.identity import fingerprint
from ...scm.equations import Equations
from ..calibration.journal import Journal
from ..calibration.workers import Worker, spread
from .analyses import Analysis, MeanDifference, Reading
from .design import TwoArms
from .result import Trials
from .simulator import Simulator

__all__ = ["simulate_trials"]

# Runs that are computed together.
BATCH = 250
COLUMNS = ("effect", "estimate", "half_width", "units", "why")


@takes_ci_prob
def simulate_trials(
    model: pm.Model,
    design: TwoArms,
    analysis: Analysis | None = None,
    rule: StoppingRule | None = None,
    *,
    parameters: Mapping[str, ArrayLike] | None = None,
    replications: int = 10_000,
    seed: int = 0,
    ci_prob: float = 0.95,
    executor: Executor | None = None,
    path: str | os.PathLike[str] | None = None,
    unit: str = "unit",
) -> Trials:
    """Return the operating characteristics of a trial, by simulation over fresh worlds.

    Parameters
    ----------
    model : pm.Model
        How the world works. The treatment is assigned; everything else is drawn anew in each run.
    design : TwoArms
        How units are assigned and what they give.
    analysis : callable, optional
        What is made of the data at a look: `MeanDifference` (the default), `PosteriorOf` a query,
        `EachRun` of a function of one's own, or any callable that takes columns and arms of many
        runs.
    rule : StoppingRule, optional
        With a bound for each look. By default one stops at no look but the last, and claims an
        effect where its test is significant, two-sided, at 1 - `ci_prob`.
    parameters : mapping of str to array, optional
        Of the model. Those that are not named are drawn from the model's prior in each run: with
        none named, the power is Bayesian assurance.
    replications : int
        How many runs.
    seed : int
        Of all random numbers: the same seed gives the same result.
    ci_prob : float
        Of the intervals whose coverage is counted.
    executor : concurrent.futures.Executor, optional
        Who does the batches of 250 runs; by default this process.
    path : path, optional
        A file of JSON lines that gets a line for each batch, from which an interrupted simulation
        goes on.
    unit : str
        Name of the unit dimension.

    Returns
    -------
    Trials

    Raises
    ------
    QueryError
        If the design names no variables of the model, or the rule has other looks.
    DataError
        If the file at `path` belongs to something else.

    Examples
    --------
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     effect = pm.Normal("effect")
    ...     t = pm.Bernoulli("t", 0.5, dims="unit")
    ...     y = pm.Normal("y", effect * t, 1, dims="unit")
    >>> found = simulate_trials(
    ...     model, TwoArms("t", "y", 64), parameters={"effect": 0.0}, replications=500
    ... )
    >>> bool(found.value("claims") < 0.05 + 4 * found.error("claims"))
    True
    """
    _check_kinds(design, analysis, rule, executor, parameters)
    replications, seed = positive_whole("replications", replications), checked_seed(seed)
    checked_probability("ci_prob", ci_prob)
    rule = _rule(design, ci_prob) if rule is None else rule
    if len(rule.times) != design.looks or not np.allclose(rule.times, design.times, atol=0.02):
        raise QueryError(
            f"the rule has looks at {_shares(rule.times)} of the information, the design at "
            f"{_shares(design.times)} of the units; make the rule for the design's times"
        )
    bench = TrialBench(
        model, design, analysis or MeanDifference(design.outcome), rule, dict(parameters or {}),
        seed, ci_prob, unit,
    )  # fmt: skip
    bench.check()
    about = bench.about()
    journal = Journal.opened(about, path, kind="trials")
    batches = -(-replications // BATCH)
    tasks = [k for k in range(batches) if k not in journal.rows]
    for rows in spread(bench, tasks, executor, jobs=1):
        journal.add(rows)
    with journal.reading():
        parts = [pd.DataFrame({n: journal.rows[k][0][n] for n in COLUMNS}) for k in range(batches)]
    runs = pd.concat(parts, ignore_index=True).head(replications)
    runs = runs.astype(dict.fromkeys(COLUMNS[:3], float) | {"units": int, "why": int})
    if len(bench.free) == 0:
        # The effect in the population; that of a run's own units differs from it by their lot.
        runs["effect"] = runs["effect"].mean()
    return Trials(runs, about)


@dataclass(frozen=True, eq=False)
class TrialBench(Worker):
    """All that a batch of runs needs; it travels to other processes."""

    model: Any
    design: TwoArms
    analysis: Analysis
    rule: StoppingRule
    parameters: dict[str, Any]
    seed: int
    ci_prob: float
    unit: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """Return what travels: what is compiled is compiled again there."""
        return {n: v for n, v in self.__dict__.items() if n != "simulator"}

    @cached_property
    def simulator(self) -> Simulator:
        design = self.design
        read = getattr(self.analysis, "reads", None)
        if read is not None:
            read = {*read, design.outcome, *([design.strata] if design.strata else [])}
        return Simulator(self.model, design.treatment, design.units, self.unit, read)

    @cached_property
    def free(self) -> list[str]:
        """The parameters that are drawn from the prior."""
        return [n for n in self.equations.parameters if n not in self.parameters]

    @cached_property
    def equations(self) -> Equations:
        return Equations(self.model, self.unit)

    def check(self) -> None:
        equations = self.equations
        self.design.check([n for n in equations if equations.has_units(n)])
        known = [n for n in equations if equations.has_units(n)]
        for name in getattr(self.analysis, "reads", ()):
            if name not in known:
                raise QueryError(unknown("the analysis reads", name, known))
        if extra := [n for n in self.parameters if n not in equations.parameters]:
            raise QueryError(
                f"parameters name {extra[0]!r}, which the model does not have; it has "
                f"{', '.join(equations.parameters)}"
            )

    def about(self) -> dict[str, Any]:
        found = fingerprint(self.equations)
        return {
            **{n: v for n, v in found.items() if n not in ("version", "pytensor")},
            "design": repr(self.design),
            "analysis": _named(self.analysis),
            "rule": repr(self.rule),
            "true_parameters": {
                n: np.asarray(v).tolist() for n, v in sorted(self.parameters.items())
            },
            "seed": self.seed,
            "ci_prob": self.ci_prob,
        }

    def run(self, batch: int) -> list[dict[str, Any]]:
        """Return the runs of one batch, as one row of lists."""
        rng = np.random.default_rng([self.seed, batch])
        known = self._drawn(rng)
        noise = self.simulator.noise(rng, BATCH)
        shape = (BATCH, self.design.units)
        none, all_ = (self.simulator.columns(np.full(shape, k), known, noise) for k in (0, 1))
        outcome = self.design.outcome
        effect = (all_[outcome] - none[outcome]).mean(axis=1)
        arm = self.design.assigned(rng, none, BATCH)
        columns = self.simulator.columns(arm, known, noise)
        found = self._stopped(columns, arm)
        return [
            {
                "replication": batch,
                **{n: _listed(v) for n, v in ({"effect": effect} | found).items()},
            }
        ]

    def _drawn(self, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
        """Return parameters with an axis of runs."""
        known = {}
        if self.free:
            drawn = pm.draw([self.model[n] for n in self.free], BATCH, random_seed=rng)
            known = {n: np.asarray(v) for n, v in zip(self.free, drawn, strict=True)}
        first = {n: v[0] for n, v in known.items()}
        checked = self.simulator.known({**first, **self.parameters})
        for n in self.parameters:
            known[n] = np.broadcast_to(checked[n], (BATCH, *np.shape(checked[n])))
        return {n: v.astype(checked[n].dtype) for n, v in known.items()}

    def _stopped(self, columns: Mapping[str, NDArray[Any]], arm: NDArray[Any]) -> dict[str, Any]:
        """Return where each run stops, and what it then says.

        An analysis that takes time is done of the runs that still go on, and of no others.
        """
        ends = self.design.ends
        on = np.arange(len(arm))
        found = {n: np.full(len(arm), np.nan) for n in ("estimate", "half_width")}
        found |= {n: np.full(len(arm), -1) for n in ("units", "why")}
        z = np.full((len(arm), len(ends)), np.nan)
        for k, end in enumerate(ends):
            seen = {n: v[on, :end] for n, v in columns.items() if np.ndim(v) > 1}
            reading: Reading = self.analysis(seen, arm[on, :end])
            z[on, k] = reading.z
            found["estimate"][on], found["half_width"][on] = (
                reading.estimate, reading.half_width(self.ci_prob),
            )  # fmt: skip
            found["units"][on] = end
            last = self.rule.stops(z[on, : k + 1])
            why = np.where(np.isfinite(z[on, k]), last[1], -1)
            found["why"][on] = why
            on = on[why < 0]
            if not len(on):
                break
        return found


def _check_kinds(design: Any, analysis: Any, rule: Any, executor: Any, parameters: Any) -> None:
    """Raise a `QueryError` for what is no design, analysis, rule, executor or parameters."""
    for name, given, right, what in (
        ("design", design, isinstance(design, TwoArms), "a TwoArms"),
        ("analysis", analysis, analysis is None or callable(analysis), "a callable"),
        ("rule", rule, isinstance(rule, StoppingRule | None), "a StoppingRule"),
        ("executor", executor, isinstance(executor, Executor | None), "an Executor"),
        ("parameters", parameters, isinstance(parameters, Mapping | None), "a mapping of numbers"),
    ):
        if not right:
            raise QueryError(f"{name} is {what}, not {given!r}")


def _rule(design: TwoArms, ci_prob: float) -> StoppingRule:
    from scipy.special import ndtri

    last = float(ndtri((1 + ci_prob) / 2))
    upper = (np.inf,) * (design.looks - 1) + (last,)
    return StoppingRule(design.times, upper, tuple(-b for b in upper))


def _named(analysis: Analysis) -> str:
    """Return what identifies an analysis, without the addresses that differ between processes."""
    text = repr(analysis) if isinstance(analysis, MeanDifference) else type(analysis).__name__
    query = getattr(analysis, "query", None)
    return text if query is None else f"{text}: {query.sentence()}"


def _shares(times: tuple[float, ...]) -> str:
    return ", ".join(f"{t:.3g}" for t in times)


def _listed(values: NDArray[Any]) -> list[Any]:
    """Return numbers that JSON has: a gap for NaN."""
    return [v if np.isfinite(v) else None for v in np.asarray(values).tolist()]
