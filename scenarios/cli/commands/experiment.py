"""`ifonly experiment`: what the table of an experiment says, and what to do next."""

from __future__ import annotations

import argparse
import math
from typing import Any

from ...display.wording import interval
from ...run import Clock
from ..files import check_distinct, check_writable
from ..frames import read_frame
from ..glance import check_columns
from ..options import add_level
from ..terminal import Mistake, Terminal

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """Each row is a unit that was assigned. Nothing is sampled and no model is written.

examples:
  ifonly experiment results.csv --arm arm --outcome revenue
  ifonly experiment results.csv --arm arm --outcome revenue --pre revenue_before --time day
  ifonly experiment results.csv --arm arm --outcome revenue --cluster shop --strata region
  ifonly experiment results.csv --arm arm --outcome revenue --guardrail kept:0.01 \\
      --guardrail latency:-5 --report page.html

The scenario of the same name is run by `ifonly run experiment`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the table and what its columns are."""
    parser.add_argument("data", metavar="RESULTS", help="a row per unit, in .csv or .parquet")
    group = parser.add_argument_group("columns")
    group.add_argument("--arm", required=True, metavar="A", help="the arm of each unit")
    group.add_argument("--outcome", required=True, metavar="Y", help="what is compared")
    group.add_argument("--pre", metavar="X,...", help="numbers from before the assignment")
    group.add_argument("--strata", metavar="S", help="labels of strata, from before")
    group.add_argument("--cluster", metavar="C", help="labels of what was assigned as a whole")
    group.add_argument("--time", metavar="T", help="when an outcome came: a number or a date")
    group.add_argument(
        "--guardrail",
        metavar="NAME:MARGIN",
        action="append",
        default=[],
        help="a metric and the loss that it can bear, negative where less is better; again for "
        "another",
    )
    group = parser.add_argument_group("design")
    group.add_argument(
        "--control",
        metavar="NAME",
        help="the arm compared with; by default one called control, old, placebo or the like",
    )
    group.add_argument("--treated", metavar="NAME", help="the arm compared")
    group.add_argument("--shares", metavar="P,...", help="planned, by the arms' names in order")
    add_level(group)
    parser.add_argument("--report", metavar="PATH", help="a report, as .html")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Read the table; show what it says.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    roles = ("arm", "outcome", "pre", "strata", "cluster", "time")
    metrics_of = [name.rpartition(":")[0] for name in args.guardrail]
    named = {role: getattr(args, role) for role in roles} | {"guardrail": metrics_of}
    check_columns(args.data, named)
    report = check_writable(args.report, (".html", ".htm"))
    check_distinct((args.data,), (report,))
    shares = _shares(args.shares)
    clock = Clock()
    with clock("load the table"):
        frame = read_frame(args.data)
    with clock("read the experiment"):
        from ...analyses.experiment.plan import Plan, arms_of, metrics

        before = tuple(c.strip() for c in (args.pre or "").split(",") if c.strip())
        plan = Plan(
            args.arm, args.outcome, before, args.strata, args.cluster, args.time, args.control,
            args.treated, shares, metrics(args.guardrail), args.level,
        )  # fmt: skip
        arms_of(frame, plan)  # refused before SciPy is loaded
        from ...analyses.experiment.analysis import read_experiment

        found = read_experiment(frame, plan)
    from ...analyses.experiment.report import experiment_facts, experiment_report

    if report:
        from ifonly.inference.inputs.output_files import write_whole

        write_whole(report, experiment_report(found, args.data, clock.seconds).encode())
    facts = experiment_facts(found) | {"report": report and str(report)}
    terminal.answer(facts, lambda: _show(found, terminal))
    if report:
        terminal.say(f"Wrote {report}")
    return 0


def _shares(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        shares = tuple(float(v) for v in text.split(","))
    except ValueError:
        shares = ()
    if len(shares) < 2 or not all(v > 0 for v in shares) or not math.isclose(sum(shares), 1):
        raise Mistake(
            f"--shares are two or more positive numbers that add up to 1, such as 0.5,0.5, not "
            f"{text!r}"
        )
    return shares


def _show(found: Any, terminal: Terminal) -> None:
    control, treated = found.compared
    terminal.print(f"What {treated} does to {found.plan.outcome}, against {control}", bold=True)
    terminal.print()
    for text in found.advice:
        terminal.print(f"- {text}")
    terminal.print()
    percent = f"{found.plan.ci_prob:.0%}"
    rows: list[tuple[Any, ...]] = [
        (name, row["estimate"], row["se"], interval(row["low"], row["high"]), row["p"],
         round(row["like units"]))
        for name, row in found.table.iterrows()
    ]  # fmt: skip
    columns = ["adjusted for", "effect", "se", f"{percent} interval", "p", "like so many units"]
    terminal.table(columns, rows, title="Effect")
    terminal.print(f"However often one looks: {interval(*found.safe)} ({percent}).")
    units = ", ".join(f"{name} {count}" for name, count in found.arms.items())
    terminal.print(f"Units: {units}; sample ratio p = {found.ratio.p:.2g}.\n")
    if found.balance is not None:
        rows = [(n, *row) for n, row in zip(
            found.balance.index, found.balance.to_numpy().tolist(), strict=True)]  # fmt: skip
        names = ["before", control, treated, "difference (sd)", "z", "variance ratio"]
        terminal.table(names, rows, title="Balance")
    if found.guardrails is not None:
        columns = ["metric", "effect", "low", "margin", "verdict"]
        rows = [(n, r["estimate"], r["low"], r["margin"], r["verdict"])
                for n, r in found.guardrails.iterrows()]  # fmt: skip
        terminal.table(columns, rows, title="Guardrails (more is better)")
