"""`ifonly run`: a scenario from data to answers, against the truth, and a report."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .files import check_writable
from .options import add_sampling, add_scenario, chosen, positive, scenario_name
from .sampling import FAILED, Clock, kept, options_of, sample, versions
from .terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ifonly.inference import Posterior, World
    from ifonly.inference.compare import Comparison

    from ..scenario import Scenario

__all__ = ["EXAMPLES", "Done", "add_arguments", "run"]

EXAMPLES = """examples:
  ifonly run linear_walkthrough
  ifonly run linear_walkthrough --units 500 --seed 7 --no-report --json"""


@dataclass(frozen=True, eq=False)
class Done:
    """A scenario that was run."""

    scenario: Scenario
    world: World
    posterior: Posterior
    comparisons: Mapping[str, Comparison]
    seed: int
    backend: str
    clock: Clock = field(default_factory=Clock)
    saved: Path | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be chosen of a run."""
    add_scenario(parser)
    parser.add_argument("--units", type=positive, metavar="N", help="units to simulate")
    add_sampling(parser, draws="the scenario's, usually 1000")
    group = parser.add_argument_group("files")
    group.add_argument("--report", metavar="PATH", help="default: NAME.html in this folder")
    group.add_argument("--no-report", action="store_true", help="write no report")
    group.add_argument("--save", metavar="PATH", help="keep the posterior, as netCDF (.nc)")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Simulate, condition, ask and compare; then report."""
    name = scenario_name(args.name)
    called = f"{name}_{args.variant}" if args.variant else name
    wanted = None if args.no_report else args.report or f"{called}.html"
    report = check_writable(wanted, (".html", ".htm"))
    save = check_writable(args.save, (".nc",))
    done = _run(chosen(args), args, terminal, save)
    if report:
        _write(report, done, terminal)
    terminal.answer(_facts(done, report), lambda: _show(done, terminal))
    if report:
        terminal.say(f"Wrote the report to {report}")
    return FAILED if save and not done.saved else 0


def _run(
    scenario: Scenario, args: argparse.Namespace, terminal: Terminal, save: Path | None
) -> Done:
    from ifonly.inference.compare import compare
    from ifonly.inference.compute import default_backend

    seed = scenario.seed if args.seed is None else args.seed
    backend = args.backend or default_backend()
    clock = Clock()
    terminal.say(f"Simulating {args.units or scenario.units} units with seed {seed}")
    with clock("simulate"):
        world = scenario.simulate(args.units, seed)
    terminal.say("Conditioning the model on what the analyst sees")
    with clock("condition"):
        posterior = sample(
            terminal, scenario.model, world.data, options_of(scenario, args), seed=seed
        )
    saved = save if save and kept(posterior, save, terminal) else None
    found = {}
    for label, query in scenario.queries.items():
        terminal.say(f"Asking: {label}")
        with clock("ask the posterior"):
            answer = posterior.ask(query, backend)
        with clock("ask the true world"):
            truth = world.ask(query, backend)
        found[label] = compare(answer, truth)
    return Done(scenario, world, posterior, found, seed, backend, clock, saved)


def _write(path: Path, done: Done, terminal: Terminal) -> None:
    from ifonly.inference.outputs import write_whole

    from ..display.report import render
    from .run_report import chapters

    terminal.say("Writing the report")
    with done.clock("report"):
        html = render(
            done.scenario.title, done.scenario.question, chapters(done, terminal.say), versions()
        )
    write_whole(path, html.encode())


def _show(done: Done, terminal: Terminal) -> None:
    from .tables import one_by_one, over_many

    level = next((c.level for c in done.comparisons.values()), 0.9)
    rows = one_by_one(done.comparisons)
    if rows:
        terminal.table(
            ["query", "truth", "mean", "sd", f"{level:.0%} interval", "covered", "bias"],
            rows,
            title=f"{done.scenario.title}: answers against the truth",
        )
    rows = over_many(done.comparisons)
    if rows:
        terminal.table(
            ["query", "elements", "mean truth", "RMSE", "coverage", "correlation", "bias"],
            rows,
            title="Answers with many elements",
        )


def _facts(done: Done, report: Path | None) -> dict[str, Any]:
    from .tables import comparison_facts

    return {
        "scenario": done.scenario.name,
        "units": done.world.state.units,
        "seed": done.seed,
        **done.posterior.facts,
        "backend": done.backend,
        "diagnostics": done.posterior.diagnostics.attributes(),
        "queries": {n: comparison_facts(c) for n, c in done.comparisons.items()},
        "seconds": {n: round(s, 3) for n, s in done.clock.seconds.items()},
        "versions": versions(),
        "report": report and str(report),
        "posterior": done.saved and str(done.saved),
    }
