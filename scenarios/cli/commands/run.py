"""`ifonly run`: a scenario from data to answers, against the truth, and a report."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ...run import run as run_scenario
from ..files import check_writable
from ..options import add_sampling, add_scenario, chosen, positive, scenario_name
from ..sampling import FAILED, kept, kept_options, sample
from ..terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from ifonly.inference import Posterior

    from ...run import Run

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """examples:
  ifonly run linear_walkthrough
  ifonly run linear_walkthrough --units 500 --seed 7 --no-report --json"""


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
    """Simulate, condition, ask and compare; then report.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    name = scenario_name(args.name, args.variant)
    called = f"{name}_{args.variant}" if args.variant else name
    wanted = None if args.no_report else args.report or f"{called}.html"
    report = check_writable(wanted, (".html", ".htm"))
    save = check_writable(args.save, (".nc",))
    saved: list[Path] = []

    def conditioned(*given: Any, **options: Any) -> Posterior:
        """Keep the posterior as soon as it is there."""
        posterior = sample(terminal, *given, **options)
        if save and kept(posterior, save, terminal):
            saved.append(save)
        return posterior

    terminal.say("Loading PyMC and the scenario")
    done = run_scenario(
        chosen(args),
        units=args.units,
        seed=args.seed,
        backend=args.backend,
        say=terminal.say,
        conditioned=conditioned,
        **kept_options(args),
    )
    if report:
        _write(report, done, terminal)
    terminal.answer(_facts(done, report, saved), lambda: _show(done, terminal))
    if report:
        terminal.say(f"Wrote the report to {report}")
    return FAILED if save and not saved else 0


def _write(path: Path, done: Run, terminal: Terminal) -> None:
    from ifonly.inference.inputs.output_files import write_whole

    from ...reports.page import render
    from ...reports.provenance import versions
    from ...reports.run_report import chapters

    terminal.say("Writing the report")
    with done.clock("report"):
        html = render(
            done.scenario.title, done.scenario.question, chapters(done, terminal.say), versions()
        )
    write_whole(path, html.encode())


def _show(done: Run, terminal: Terminal) -> None:
    from ...reports.tables import low_coverage, one_by_one, over_many

    ci_prob = next((c.ci_prob for c in done.comparisons.values()), 0.9)
    rows = one_by_one(done.comparisons)
    if rows:
        terminal.table(
            ["query", "truth", "mean", "sd", f"{ci_prob:.0%} interval", "covered", "bias"],
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
        if note := low_coverage(done.comparisons, ci_prob):
            terminal.print(note)


def _facts(done: Run, report: Path | None, saved: list[Path]) -> dict[str, Any]:
    from ...reports.provenance import versions
    from ...reports.tables import comparison_facts

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
        "posterior": str(saved[0]) if saved else None,
    }
