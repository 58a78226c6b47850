"""A scenario from data to answers: simulate, condition, ask both worlds, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ifonly.inference import Posterior, World
    from ifonly.inference.validation.compare import Comparison

    from .scenario import Scenario

__all__ = ["Clock", "Run", "run"]


class Clock:
    """How many seconds each step took, by its name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        """Count the time inside towards `step`."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + perf_counter() - start


@dataclass(frozen=True, eq=False)
class Run:
    """A scenario that was run.

    Attributes
    ----------
    scenario : Scenario
    world : World
        The simulated one, whose truth is known.
    posterior : Posterior
        What can be learnt from the data that the analyst sees.
    comparisons : mapping of str to Comparison
        The posterior's answer beside the world's, by the label of the query.
    seed : int
    backend : {"numba", "jax"}
        That the queries were computed with.
    clock : Clock
        How long each step took.
    """

    scenario: Scenario
    world: World
    posterior: Posterior
    comparisons: Mapping[str, Comparison]
    seed: int
    backend: str
    clock: Clock = field(default_factory=Clock)


def run(
    scenario: Scenario,
    *,
    units: int | None = None,
    seed: int | None = None,
    backend: str | None = None,
    say: Callable[[str], None] = lambda text: None,
    conditioned: Callable[..., Posterior] | None = None,
    **options: Any,
) -> Run:
    """Return a scenario's answers beside their truths, from freshly simulated data.

    Parameters
    ----------
    scenario : Scenario
    units : int, optional
        How many to simulate; by default the scenario's own number.
    seed : int, optional
        Of the simulation and of the sampler; by default the scenario's.
    backend : {"numba", "jax"}, optional
        What the queries are computed with; by default what this machine is best at.
    say : callable, optional
        Told, in one line, what is being done.
    conditioned : callable, optional
        Conditions in place of `condition`, with the same arguments.
    **options
        Of `condition`; by default the scenario's own method and number of draws.

    Returns
    -------
    Run

    Raises
    ------
    QueryError, ModelError
        As `condition` and `ask` do.
    """
    from ifonly.inference import compare, condition
    from ifonly.inference.engine.compute import default_backend

    seed = scenario.seed if seed is None else seed
    named, backend = backend, backend or default_backend()
    if options.get("method", scenario.method) == scenario.method:
        options = {"method": scenario.method, "draws": scenario.draws, **options}
    clock = Clock()
    say(f"Simulating {units or scenario.units} units with seed {seed}")
    with clock("simulate"):
        world = scenario.simulate(units, seed)
    say("Conditioning the model on what the analyst sees")
    with clock("condition"):
        posterior = (conditioned or condition)(scenario.model, world.data, seed=seed, **options)
    found = {}
    for label, query in scenario.queries.items():
        say(f"Asking: {label}")
        with clock("ask the posterior"):
            answer = posterior.ask(query, named)
        with clock("ask the true world"):
            truth = world.ask(query, named)
        found[label] = compare(answer, truth)
    return Run(scenario, world, posterior, found, seed, backend, clock)
