"""`ifonly calibrate`: whether a scenario's intervals hold the truth as often as they say."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import redirect_stdout
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ...display.wording import interval
from ..files import check_distinct, check_writable
from ..options import add_sampling, add_scenario, chosen, positive, scenario_name
from ..sampling import kept_options
from ..terminal import Mistake, Terminal

if TYPE_CHECKING:
    from ifonly.inference.validation.calibration import Calibration

    from ...scenario import Scenario

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """examples:
  ifonly calibrate linear_walkthrough --replications 100 --units 100
  ifonly calibrate linear_walkthrough --replications 500 --jobs 4 --resume ranks.jsonl"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how often, on what, and where to keep it."""
    add_scenario(parser)
    parser.add_argument("--query", metavar="LABEL", help="a query of the scenario; default: first")
    parser.add_argument("--replications", type=positive, default=100, metavar="R", help="(100)")
    parser.add_argument("--units", type=positive, metavar="N", help="units of each world")
    parser.add_argument(
        "--parameters",
        choices=("prior", "truth"),
        default="prior",
        help="drawn anew for each world (simulation-based calibration), or the scenario's",
    )
    parser.add_argument("--jobs", type=positive, default=1, metavar="J", help="processes (1)")
    add_sampling(parser, draws=500, tune=500, chains=2, backend=False)
    group = parser.add_argument_group("files")
    group.add_argument(
        "--resume", metavar="FILE", help="keep each finished replication here, and go on from it"
    )
    group.add_argument("--report", metavar="PATH", help="a report, as .html")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Repeat simulate, condition, ask and rank; show ranks and coverage."""
    name = scenario_name(args.name)
    report = check_writable(args.report, (".html", ".htm"))
    resume = check_writable(args.resume)
    check_distinct((), (report, resume))
    from ifonly.inference.validation.calibration import calibrate

    scenario = chosen(args)
    label = _label(scenario, args.query)
    logging.getLogger("pymc").setLevel(logging.ERROR)
    terminal.say(f"Calibrating {label!r} over {args.replications} simulated worlds")
    with redirect_stdout(sys.stderr):
        found = calibrate(
            scenario,
            scenario.queries[label],
            args.replications,
            parameters=args.parameters,
            units=args.units,
            seed=args.seed or 0,
            jobs=args.jobs,
            path=resume,
            progress=terminal.progress,
            **kept_options(args),
        )
    if report:
        from ifonly.inference.inputs.files import write_whole

        write_whole(report, _report(scenario, label, found).encode())
    facts = _facts(name, label, found) | {"report": report and str(report)}
    terminal.answer(facts, lambda: _show(label, found, terminal))
    if report:
        terminal.say(f"Wrote the report to {report}")
    return 0


def _label(scenario: Scenario, asked: str | None) -> str:
    labels = list(scenario.queries)
    if asked is None:
        return labels[0]
    if asked not in labels:
        near = get_close_matches(asked, labels, n=1, cutoff=0.4)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        known = ", ".join(map(repr, labels))
        raise Mistake(f"{scenario.name} has no query {asked!r}; it has {known}{hint}")
    return asked


def _show(label: str, found: Calibration, terminal: Terminal) -> None:
    terminal.print(f"{label}: {found.about['estimand']}")
    terminal.table(
        ["element", "interval", "holds the truth", "of", "share", "95% interval of the share"],
        [
            (
                str(row["label"]) or label,
                f"{row['level']:.0%}",
                int(row["covered"]),
                int(row["replications"]),
                float(row["share"]),
                interval(row["low"], row["high"]),
            )
            for row in found.coverage.reset_index().to_dict(orient="records")
        ],
    )
    verdict = "as they should be" if found.p_value >= 0.05 else "NOT as they should be"
    terminal.print(f"Ranks uniform: p = {found.p_value:.3g}, {verdict}.")


def _facts(name: str, label: str, found: Calibration) -> dict[str, Any]:
    return {
        "scenario": name,
        "query": label,
        "about": dict(found.about),
        "replications": int(found.table.index.nunique()),
        "failed": found.failed,
        "p_value": found.p_value,
        "coverage": found.coverage.reset_index().to_dict(orient="records"),
        "uniformity": found.uniformity.reset_index().to_dict(orient="records"),
        "table": found.table.reset_index().astype(object).to_dict(orient="records"),
    }


def _report(scenario: Scenario, label: str, found: Calibration) -> str:
    import pandas as pd

    from ...reports.page import Chapter, render
    from ...reports.provenance import versions
    from ...scenario import Section

    text = (
        f"{found.about['estimand']}. Parameters of the {found.about['parameters']}; "
        f"{found.table.index.nunique()} simulated worlds of {found.about['units']} units, "
        f"{found.failed} of which failed. Uniformity of the ranks: p = {found.p_value:.3g}."
    )
    shown = ("units", "seed", "method", "sampler", "draws", "tune", "chains", "parameters")
    settings = {n: v for n, v in found.about.items() if n in shown}
    table = pd.DataFrame([(n, str(v)) for n, v in settings.items()], columns=["what", "value"])
    chapters = [
        Chapter(
            "Calibration",
            [
                Section("Ranks", text, figure=found.plot()),
                Section("Coverage", "How often the intervals held the truth.",
                        found.coverage.reset_index().drop(columns="element")),
                Section("Uniformity", "Of each element.",
                        found.uniformity.reset_index().drop(columns="element")),
            ],
        ),
        Chapter("How this was computed", [Section("", "Simulation-based calibration.", table)]),
    ]  # fmt: skip
    return render(f"{scenario.title}: {label}", scenario.question, chapters, versions())
