"""Calibration of a query: simulate, condition, ask, rank, many times over."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
import pymc as pm

from ...conditioning.methods import METHODS, Method
from ...conditioning.samplers import SAMPLERS, Sampler
from ...errors import ModelError, QueryError
from ...inputs.arrays import shown
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import checked_choice, checked_names, checked_seed, positive_whole
from ...posterior.identity import fingerprint
from ...queries.base import Query
from ...scm.equations import Equations, check_model
from .journal import Journal
from .own import own_model
from .replication import Bench, Scenery, Settings, Task
from .result import Calibration
from .workers import bar, spread

__all__ = ["calibrate"]


@takes_ci_prob
def calibrate(
    scenario: Scenery | pm.Model,
    query: Query,
    replications: int = 100,
    *,
    parameters: Literal["prior", "truth"] | Mapping[str, Any] = "prior",
    hidden: Sequence[str] | None = None,
    units: int | None = None,
    seed: int = 0,
    method: Method | None = None,
    sampler: Sampler | None = None,
    draws: int = 500,
    tune: int = 500,
    chains: int = 2,
    ci_prob: tuple[float, ...] | float = (0.5, 0.9),
    executor: Executor | None = None,
    jobs: int | None = None,
    path: str | os.PathLike[str] | None = None,
    progress: bool = True,
    unit: str = "unit",
) -> Calibration:
    r"""Return how an answer's ranks and intervals fare over many simulated worlds.

    Parameters
    ----------
    scenario : Scenario or pm.Model
        A model of your own, or whatever has a ``model``, its true ``parameters``, the names
        ``hidden`` from the analyst and ``simulate(units, seed)``.
    query : Query
        Of a unit-level answer the first unit is ranked: units of a world are exchangeable.
    replications : int
        How many worlds.
    parameters : {"prior", "truth"} or mapping of str to array
        Where the parameters of each world come from. Drawn from the model's ``"prior"``, the ranks
        are uniform and the intervals cover as often as they say, exactly, whenever model, sampler
        and engine are right: simulation-based calibration. Kept at the scenario's ``"truth"``, the
        coverage there is found, which an informative prior may rightly move from its probability.
        Of a model of your own, a mapping gives the true value of every parameter.
    hidden : sequence of str, optional
        Of a model of your own: the mechanisms that the analyst does not see.
    units : int, optional
        Of each world; by default the scenario's, or 500.
    seed : int
        Replication `k` is the same for the same seed, whoever does it and whatever was done before.
    method : {"auto", "nuts", "marginal", "laplace"}, optional
        As for `condition`; by default the scenario's, where it names one, else ``"auto"``, or
        ``"nuts"`` where a sampler is named.
    sampler : {"nutpie", "pymc", "numpyro"}, optional
        As for `condition`. With nutpie a worker compiles only once.
    draws, tune, chains : int
        Draws kept and tuning steps of each chain; number of chains.
    ci_prob : float or tuple of float
        Probabilities of the equal-tailed intervals whose coverage is counted.
    executor : concurrent.futures.Executor, optional
        Who does the replications; a Dask cluster's is ``client.get_executor()``. By default as
        many fresh processes as `jobs`.
    jobs : int, optional
        1 does without other processes. By default the first replications are done without, and
        two processes do the others where that is quicker, by the time that the first ones took. A
        script with long work has it under ``if __name__ == "__main__":``, since the processes
        import it.
    path : path, optional
        A file of JSON lines that gets a line for each finished replication. What is already there
        is not done again, so an interrupted run goes on, and a finished one can be extended.
    progress : bool
        Whether to show a progress bar.
    unit : str
        Name of the unit dimension.

    Returns
    -------
    Calibration

    Raises
    ------
    QueryError
        If an option has no meaning, or the query does not fit.
    DataError
        If the file at `path` belongs to another calibration.
    ModelError
        If no replication succeeds, or the processes die.

    Warns
    -----
    UserWarning
        If some replications failed.

    Notes
    -----
    With parameters and data drawn from the model, truth and posterior draws of the answer
    :math:`\theta_0, \theta_1, \dots, \theta_L` are exchangeable, so the rank of :math:`\theta_0` is
    uniform on :math:`0, \dots, L` (Talts et al., 2018, arXiv:1804.06788; Cook, Gelman and Rubin,
    2006, doi:10.1198/106186006X136976). Draws are thinned by their effective sample size first. A
    saved query with a policy is known by its words alone: the file cannot tell two policies apart.

    What replications share (equations, compiled functions, the graph of the query) is made once,
    and by blocks only those are computed that the query reads. Where the first replications are
    quick, the next ones are conditioned up to fifty at once: linear mechanisms with at most one
    scale as one array, other closed forms one by one, and what is sampled by itself. The draws are
    those of each alone. With `jobs` above 1, or an `executor`, each is done alone.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import pymc as pm
    >>> from ifonly.inference import ATE
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     effect = pm.Normal("effect")
    ...     t = pm.Bernoulli("t", 0.5, dims="unit")
    ...     y = pm.Normal("y", effect * t, 1, dims="unit")
    >>> scenario = SimpleNamespace(model=model, parameters={"effect": 1.0}, hidden=(), units=20)
    >>> query = ATE("y", do={"t": 1}, versus={"t": 0})
    >>> found = calibrate(scenario, query, 2, jobs=1, draws=50, tune=100, progress=False)
    >>> found.table["rank"].between(0, found.table["draws"]).tolist()
    [True, True]
    """
    ci_probs = tuple(ci_prob) if isinstance(ci_prob, tuple | list) else (ci_prob,)
    seed, replications = checked_seed(seed), positive_whole("replications", replications)
    jobs = None if jobs is None else positive_whole("jobs", jobs)
    scenario, mode = _scenery(scenario, parameters, hidden, unit)
    unit = getattr(scenario, "unit", unit)
    _check_scenery(scenario, mode, unit)
    units = getattr(scenario, "units", None) if units is None else units
    usual: Method = "auto" if sampler is None else "nuts"
    chosen: Method = getattr(scenario, "method", usual) if method is None else method
    _check(query, sampler, ci_probs)
    checked_choice("method", chosen, METHODS)
    if executor is not None and not isinstance(executor, Executor):
        raise QueryError(f"executor is a concurrent.futures.Executor, not {executor!r}")
    settings = Settings(
        mode,
        positive_whole("units", units),
        seed,
        positive_whole("draws", draws),
        positive_whole("tune", tune),
        positive_whole("chains", chains),
        sampler,
        tuple(map(float, ci_probs)),
        chosen,
        unit,
    )
    bench = Bench(scenario, query, settings)
    about = _about(bench)
    journal = Journal.opened(about, path)
    tasks = [t for t in _tasks(bench, replications) if t.replication not in journal.rows]
    with bar("calibrating", replications, len(journal.rows), show=progress) as advance:
        for rows in spread(bench, tasks, executor, jobs):
            journal.add(rows)
            advance()
    wanted = [row for k in range(replications) for row in journal.rows[k]]
    with journal.reading():
        if all(row.get("rank") is None for row in wanted):
            raise ModelError(f"no replication succeeded; the first: {wanted[0]['problem']}")
        return Calibration.of_rows(wanted, about)


def _check(query: Query, sampler: Sampler | None, ci_probs: tuple[float, ...]) -> None:
    if not isinstance(query, Query):
        raise QueryError(f"calibrate takes a query such as ATE(...), not {query!r}")
    if query.summary:
        raise QueryError("a summary has no draws among which to rank; leave summary=True out")
    if sampler is not None:
        checked_choice("sampler", sampler, SAMPLERS)
    numbers = all(isinstance(v, int | float | np.integer | np.floating) for v in ci_probs)
    if not ci_probs or not numbers or not all(0 < v < 1 for v in ci_probs):
        raise QueryError(f"ci_prob is a probability between 0 and 1, or several, not {ci_probs!r}")
    if len(set(ci_probs)) < len(ci_probs):
        raise QueryError(f"ci_prob holds one probability twice: {ci_probs!r}")


def _scenery(
    scenario: Any, parameters: Any, hidden: Sequence[str] | None, unit: str
) -> tuple[Scenery, Any]:
    """Return what is calibrated, and where the parameters of its worlds come from."""
    named = isinstance(parameters, str) and parameters in ("prior", "truth")
    if not named and not isinstance(parameters, Mapping):
        raise QueryError(f"parameters is 'prior' or 'truth', not {shown(parameters)}")
    if isinstance(scenario, pm.Model):
        if parameters == "truth":
            raise QueryError("the truth of a model of your own is a mapping: parameters={...}")
        known = parameters if isinstance(parameters, Mapping) else {}
        names = checked_names("hidden", hidden)
        return own_model(scenario, known, names, unit), "truth" if known else parameters
    if hidden is not None or isinstance(parameters, Mapping):
        raise QueryError("a scenario has its own parameters and hidden mechanisms; leave them out")
    return scenario, parameters


def _check_scenery(scenario: Scenery, parameters: str, unit: str) -> None:
    needed = ("model", "parameters", "hidden", *(["simulate"] if parameters == "truth" else []))
    if missing := [n for n in needed if not hasattr(scenario, n)]:
        raise QueryError(
            f"calibrate takes a scenario, such as get('linear_walkthrough'), not "
            f"{type(scenario).__name__}, which has no {missing[0]!r}"
        )
    check_model(scenario.model, unit)


def _about(bench: Bench) -> dict[str, Any]:
    """Return what identifies a calibration, in values that JSON keeps as they are."""
    query, settings = bench.query, bench.settings
    model = fingerprint(Equations(bench.scenario.model, settings.unit))
    truth = {n: np.asarray(v).tolist() for n, v in sorted(bench.scenario.parameters.items())}
    return {
        "estimand": query.sentence(),
        "query": type(query).__name__,
        "of": "expectation" if query.expectation else "outcome",
        "asked_of": query.units,
        "size": query.size,
        **({} if query.given is None else {"given": str(query.given)}),
        "coupling": repr(query.coupling),
        "query_seed": query.seed,
        **{n: v for n, v in model.items() if n not in ("version", "pytensor")},
        "true_parameters": truth if settings.parameters == "truth" else None,
        "hidden": list(bench.scenario.hidden),
        "parameters": settings.parameters,
        "units": settings.units,
        "unit": settings.unit,
        "seed": settings.seed,
        "draws": settings.draws,
        "tune": settings.tune,
        "chains": settings.chains,
        "method": settings.method,
        "sampler": settings.sampler,
        "ci_probs": list(settings.ci_probs),
        "versions": {p: version(p) for p in ("pymc", "pytensor", "nutpie", "numpy")},
    }


def _tasks(bench: Bench, replications: int) -> list[Task]:
    """Return all replications, each with its parameters, which do not depend on how many."""
    if bench.settings.parameters == "truth":
        return [Task(k) for k in range(replications)]
    model = bench.scenario.model
    names = list(Equations(model, bench.settings.unit).parameters)
    # At least two, since one draw comes without an axis for draws.
    count = max(2, replications)
    drawn = pm.draw([model[n] for n in names], count, random_seed=bench.settings.seed)
    return [
        Task(k, {n: np.asarray(values[k]) for n, values in zip(names, drawn, strict=True)})
        for k in range(replications)
    ]
