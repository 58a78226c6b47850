"""The arena: every estimator on the same data, many times over, against the known effects."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Any

from ...errors import QueryError
from ...estimators.effects import estimators as named
from ...estimators.unit_effects import UnitEffectEstimator
from ...inputs.arrays import shown
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import checked_number, checked_probability, checked_seed, positive_whole
from ..calibration.journal import Journal
from ..calibration.workers import bar, spread
from .bench import Bench, Match
from .cases import Cases
from .result import Arena

__all__ = ["BASELINES", "arena"]

BASELINES = ("zero", "constant")


@takes_ci_prob
def arena(
    cases: Cases,
    estimators: Iterable[str | UnitEffectEstimator],
    replications: int = 10,
    *,
    seed: int = 0,
    ci_prob: float = 0.95,
    cost: float = 0.0,
    value: float = 1.0,
    executor: Executor | None = None,
    jobs: int = 1,
    path: str | os.PathLike[str] | None = None,
    progress: bool = True,
) -> Arena:
    """Return how estimators of unit effects fare on the same data, against the truth.

    Parameters
    ----------
    cases : Cases
        Such as `WorldCases`.
    estimators : iterable of str or UnitEffectEstimator
        By name, as `estimators.effects.estimator` finds them. The baselines, no effect and one
        effect for all, are always added.
    replications : int
        How many cases.
    seed : int
        Replication `k` is the same for the same seed, whoever does it and whatever was done before.
    ci_prob : float
        Probability of the intervals.
    cost, value : float
        Of treating a unit, and of one point of its outcome: for the value of treating by the
        predictions.
    executor : concurrent.futures.Executor, optional
        Who does the work; a Dask cluster's is ``client.get_executor()``. By default as many fresh
        processes as `jobs`.
    jobs : int
        1 does without other processes.
    path : path, optional
        A file of JSON lines that gets a line for each estimator on each replication. What is
        already there is not done again, so that an interrupted run goes on, and more replications
        or estimators can be added.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Arena

    Raises
    ------
    QueryError
        If an option has no meaning, or there is no such estimator.
    DataError
        If the file at `path` belongs to something else.

    Examples
    --------
    >>> import pymc as pm
    >>> from ifonly.inference import World
    >>> from ifonly.inference.estimators import Roles
    >>> from ifonly.inference.validation.arena import WorldCases
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     x = pm.Normal("x", dims="unit")
    ...     t = pm.Bernoulli("t", 0.5, dims="unit")
    ...     y = pm.Normal("y", x + (1.0 + x) * t, 0.1, dims="unit")
    >>> cases = WorldCases(
    ...     "a line",
    ...     lambda units, seed: World.simulate(model, {}, units=units, seed=seed),
    ...     Roles("t", "y", adjust=("x",)),
    ...     units=200,
    ... )
    >>> found = arena(cases, ["ols"], 2, progress=False)
    >>> bool(found.summary.loc["ols", "pehe"] < 0.1 < found.summary.loc["constant", "pehe"])
    True
    """
    given = [estimators] if isinstance(estimators, UnitEffectEstimator) else estimators
    chosen = {e.name: e for e in (*named(given), *named(BASELINES))}
    seed, replications = checked_seed(seed), positive_whole("replications", replications)
    jobs = positive_whole("jobs", jobs)
    cost, value = checked_number("cost", cost, least=0), checked_number("value", value, least=0)
    if missing := [n for n in ("name", "roles", "about", "case") if not hasattr(cases, n)]:
        raise QueryError(
            f"cases are such as WorldCases(...), and {shown(cases)} has no {missing[0]!r}"
        )
    if executor is not None and not isinstance(executor, Executor):
        raise QueryError(f"executor is a concurrent.futures.Executor, not {executor!r}")
    ci_prob = checked_probability("ci_prob", ci_prob)
    bench = Bench(cases, chosen, seed, ci_prob, cost, value)
    about: dict[str, Any] = {
        **cases.about, "seed": seed, "ci_prob": ci_prob, "cost": cost, "value": value,
    }  # fmt: skip
    journal = Journal.opened(about, path, "arena", ("replication", "estimator"))
    matches = [Match(k, name) for k in range(replications) for name in chosen]
    left = [m for m in matches if (m.replication, m.estimator) not in journal.rows]
    with bar("in the arena", len(matches), len(matches) - len(left), show=progress) as advance:
        for rows in spread(bench, left, executor, jobs):
            journal.add(rows)
            advance()
    wanted = [row for m in matches for row in journal.rows[(m.replication, m.estimator)]]
    with journal.reading():
        return Arena.of_rows(wanted, about)
