"""`ifonly effects`: for whom a treatment works, from a table and without a model written."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...run import Clock
from ..files import check_distinct, check_writable
from ..frames import read_frame
from ..glance import check_columns
from ..options import add_level, natural, positive
from ..terminal import Mistake, Terminal

if TYPE_CHECKING:
    from ...analyses.effects.analysis import Effects

__all__ = ["EXAMPLES", "add_arguments", "run"]

MODELS = ("auto", "linear", "splines", "process")
FAMILIES = ("auto", "normal", "bernoulli", "poisson")
EXAMPLES = """The table has one row a unit: a treatment of 0 and 1, an outcome of numbers, and
covariates, which should be all that affects both, and nothing that the treatment affects.

examples:
  ifonly effects users.csv --treatment exposed --outcome value --report effects.html
  ifonly effects users.csv --treatment t --outcome y --covariates age,region --output units.csv
  ifonly effects users.csv --treatment t --outcome y --modifiers age --code model.py"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the table, the roles of its columns, the model and files."""
    parser.add_argument("table", metavar="TABLE", help="one row a unit, in .csv or .parquet")
    parser.add_argument("--treatment", required=True, metavar="NAME", help="a column of 0 and 1")
    parser.add_argument("--outcome", required=True, metavar="NAME", help="a column of numbers")
    parser.add_argument("--covariates", metavar="A,B,...", help="what is held (all other columns)")
    parser.add_argument(
        "--modifiers", metavar="A,B,...", help="covariates that the effect may vary with (all)"
    )
    group = parser.add_argument_group("model")
    group.add_argument("--model", choices=MODELS, default="auto", help="of baseline and effect")
    group.add_argument("--family", choices=FAMILIES, default="auto", help="of the outcome")
    add_level(group)
    group.add_argument("--draws", type=positive, metavar="N", help="a chain (500; 400)")
    group.add_argument("--tune", type=positive, metavar="N", help="a chain (500; 100)")
    group.add_argument(
        "--refits", type=natural, default=0, metavar="N",
        help="worlds of the model's own that correct the intervals of units (0)",
    )  # fmt: skip
    group.add_argument("--seed", type=natural, default=0, metavar="S", help="of all draws (0)")
    group = parser.add_argument_group("files")
    group.add_argument("--output", metavar="PATH", help="the unit effects, as .csv or .parquet")
    group.add_argument("--report", metavar="PATH", help="a report with pictures, as .html")
    group.add_argument("--code", metavar="PATH", help="the PyMC model as a program, as .py")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Read the table, condition the models, show and write the effects.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    roles = ("treatment", "outcome", "covariates", "modifiers")
    check_columns(args.table, {role: getattr(args, role) for role in roles})
    output = check_writable(args.output, (".csv", ".parquet"))
    report = check_writable(args.report, (".html", ".htm"))
    code = check_writable(args.code, (".py",))
    check_distinct((args.table,), (output, report, code))
    clock = Clock()
    with clock("read the table"):
        frame = read_frame(args.table)
    covariates, modifiers = _names(args.covariates), _names(args.modifiers)
    from ...analyses.effects.table import read_effect_table

    read_effect_table(frame, args.treatment, args.outcome, covariates, modifiers)  # or refuse it
    with clock("load PyMC"):
        from ...analyses.effects.analysis import effects
    terminal.say(f"Learning from {len(frame)} units")
    begun = time.monotonic()

    def tell(step: str) -> None:
        terminal.say(f"{step} (after {time.monotonic() - begun:.0f} s)")

    with clock("condition and ask"), redirect_stdout(sys.stderr):  # some bars go to stdout
        found = effects(
            frame,
            treatment=args.treatment,
            outcome=args.outcome,
            covariates=covariates,
            modifiers=modifiers,
            model=args.model,
            family=args.family,
            ci_prob=args.level,
            seed=args.seed,
            draws=args.draws,
            tune=args.tune,
            refits=args.refits,
            tell=tell,
            progress=terminal.progress,
        )
        tell("Looking for units that no other is like")
        problems = found.problems
    for problem in problems:
        terminal.warn(problem)
    if report:
        terminal.say("Asking what others would say, and writing the report")
    _write(found, args.table, output, report, code, clock)
    facts = _facts(found, clock.seconds)
    facts |= {"output": output and str(output), "report": report and str(report)}
    terminal.answer(facts | {"code": code and str(code)}, lambda: _show(found, terminal))
    for path in filter(None, (output, report, code)):
        terminal.say(f"Wrote {path}")
    return 0


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise Mistake("give names of columns, separated by commas")
    return names


def _write(found: Effects, table: str, output: Any, report: Any, code: Any, clock: Clock) -> None:
    from ifonly.inference.inputs.output_files import write_whole

    from ...analyses.effects.code import code_of

    if output:
        units = found.units
        if output.suffix.lower() == ".parquet":
            import io

            buffer = io.BytesIO()
            units.to_parquet(buffer, index=False)
            write_whole(output, buffer.getvalue())
        else:
            write_whole(output, units.to_csv(index=False).encode())
    if code:
        write_whole(code, code_of(found, table).encode())
    if report:
        from ...reports.effects_report import effects_report

        html = effects_report(found, table, code_of(found, table), clock.seconds)
        write_whole(report, html.encode())


def _facts(found: Effects, seconds: Any) -> dict[str, Any]:
    from ...reports.provenance import versions

    others = found.others
    return {
        "treatment": found.table.treatment,
        "outcome": found.table.outcome,
        "covariates": found.table.covariates,
        "modifiers": found.table.modifiers,
        "units": len(found.table),
        "ci_prob": found.ci_prob,
        "ate": found.ate,
        "share_above_zero": found.share_above,
        "verdicts": found.verdicts.to_dict(),
        "importance": found.importance.to_dict(),
        "overlap": found.overlap.reset_index().to_dict(orient="records"),
        "weights": found.weights,
        "refits": None if found.refits is None else asdict(found.refits),
        "r_hat": {n: p.r_hat for n, p in found.parts.items()},
        "would_say": None if others is None else others.reset_index().to_dict(orient="records"),
        "problems": found.problems,
        "seconds": dict(seconds),
        "versions": versions(),
    }


def _show(found: Effects, terminal: Terminal) -> None:
    t, y, percent = found.table.treatment, found.table.outcome, f"{found.ci_prob:.0%}"
    terminal.print(f"The effect of {t} on {y}, over {len(found.table)} units", bold=True)
    columns = ["", "mean", "sd", f"low ({percent})", f"high ({percent})"]
    rows = [
        ["average effect", *found.ate.values()],
        ["share of units above zero", *found.share_above.values()],
    ]
    terminal.table(columns, rows)
    counts = found.verdicts
    terminal.print(
        f"The interval of {counts['above zero']} units lies above zero, of {counts['below zero']} "
        f"below; of {counts['not told']} the data do not tell."
    )
    if found.refits is not None:
        words = str(found.refits)
        terminal.print(f"{words[0].upper()}{words[1:]}.")
    for name, share in found.importance.head(2).items():
        if share >= 0.01:
            groups = found.by(str(name)).reset_index()
            title = f"By {name}, which goes along with {share:.0%} of the variance"
            terminal.table([str(c) for c in groups], groups.to_numpy().tolist(), title=title)
    if (others := found.others) is not None:
        shown = others[["estimate", "se", "low", "high"]].reset_index()
        title = "What others would say of the average effect"
        terminal.table([str(c) for c in shown], shown.to_numpy().tolist(), title=title)
