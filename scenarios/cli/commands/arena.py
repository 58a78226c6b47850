"""`ifonly arena`: estimators of unit effects on the same data, against the known effects."""

from __future__ import annotations

import argparse
import logging
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from ... import TITLES
from ...benchmarks import BENCHMARKS
from ..files import check_distinct, check_writable
from ..options import add_level, check_estimators, chosen, natural, positive, scenario_name
from ..terminal import Mistake, Terminal

if TYPE_CHECKING:
    from ifonly.inference.validation.arena import Arena, Cases

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """examples:
  ifonly arena heterogeneous_exposure --estimators ols,causal_forest,splines --replications 5
  ifonly arena acic2016:4 --estimators bcf,ifonly --replications 1 --report arena.html
  ifonly arena ihdp:B --estimators bcf,x_learner --replications 12 --resume arena.jsonl

estimators: ols, linear_dml, causal_forest, dr_learner, s_learner, t_learner, x_learner, double_ml
(EconML, DoubleML, statsmodels), bcf, bartz (Bayesian forests), the models of `ifonly effects`
(linear, splines, ifonly, ...), zero and constant, which are always there, and your own as
package.module:object"""
DEFAULT = "ols,causal_forest,splines"
FEW_UNITS = 2_000
# In a terminal; the report has the rest too.
COLUMNS = {
    "pehe": "PEHE", "coverage": "coverage", "width": "width", "ate_bias": "ATE bias",
    "ate_coverage": "ATE cover", "lift": "lift", "regret": "regret", "seconds": "seconds",
}  # fmt: skip
FURTHER = {"rank_correlation": "rank correlation", "slope": "slope", "memory": "MiB"}
EXPLAINED = (
    "The least error of the unit effects first. PEHE is the root of the mean squared error of the "
    "estimated effect of each unit given its covariates. Coverage is the share of the units whose "
    "{ci_prob:.0%} interval holds that effect; it is not about the difference of two noisy "
    "outcomes. The slope is that of the true effect on the predicted one. The lift is the mean "
    "true effect of the fifth with the largest predictions, less that of all. The regret is what a "
    "unit loses on average when the predictions, and not the truth, decide who is treated."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to compare, on what, how often, and where to keep it."""
    parser.add_argument(
        "name",
        metavar="NAME",
        help=f"a scenario, a Python file with one, or {', '.join(BENCHMARKS)}; NAME:VARIANT of it",
    )
    parser.add_argument(
        "--estimators", metavar="A,B", default=DEFAULT, help=f"with commas between ({DEFAULT})"
    )
    parser.add_argument("--replications", type=positive, default=5, metavar="R", help="(5)")
    parser.add_argument(
        "--units", type=positive, metavar="N", help=f"of each world ({FEW_UNITS}, or fewer)"
    )
    parser.add_argument("--seed", type=natural, default=0, metavar="S", help="of everything (0)")
    add_level(parser)
    parser.add_argument("--cost", type=float, default=0.0, metavar="C", help="of treating a unit")
    parser.add_argument(
        "--value", type=float, default=1.0, metavar="V", help="of one point of the outcome (1)"
    )
    parser.add_argument("--jobs", type=positive, default=1, metavar="J", help="processes (1)")
    group = parser.add_argument_group("files")
    group.add_argument(
        "--resume", metavar="FILE", help="keep each finished piece here, and go on from it"
    )
    group.add_argument("--output", metavar="PATH", help="every score, as .nc or .csv")
    group.add_argument("--figure", metavar="PATH", help="the picture, as .png or .svg")
    group.add_argument("--report", metavar="PATH", help="a report, as .html")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Run every estimator on every case; show the scores, least error first.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    name, variant = _named(args.name)
    output = check_writable(args.output, (".nc", ".csv"))
    figure = check_writable(args.figure, (".png", ".svg"))
    report = check_writable(args.report, (".html", ".htm"))
    resume = check_writable(args.resume)
    check_distinct((), (output, figure, report, resume))
    check_estimators(args.estimators, "--estimators")
    from ifonly.inference.validation.arena import arena

    from ...analyses.effects.estimators import estimators_named

    chosen = estimators_named(args.estimators)
    logging.getLogger("pymc").setLevel(logging.ERROR)
    cases = _cases(name, variant, args)
    terminal.say(
        f"{', '.join(e.label for e in chosen)} on {args.replications} data sets of {cases.name}"
    )
    with redirect_stdout(sys.stderr):
        found = arena(
            cases, chosen, args.replications, seed=args.seed, ci_prob=args.level, cost=args.cost,
            value=args.value, jobs=args.jobs, path=resume, progress=terminal.progress,
        )  # fmt: skip
    if output:
        _write(found, output.suffix.lower(), output)
    if figure:
        _whole(figure, _drawn(found, figure.suffix.lower()[1:]))
    if report:
        _whole(report, _report(found).encode())
    terminal.answer(_facts(found), lambda: _show(found, terminal))
    for path in filter(None, (output, figure, report)):
        terminal.say(f"Wrote {path}")
    return 0


def _named(given: str) -> tuple[str, str]:
    """Return the name and the variant; nothing is loaded before both are known."""
    name, _, variant = given.partition(":")
    if name == "jobs":
        raise Mistake(
            "of jobs no unit's effect is known, so that the arena cannot score it; "
            "ifonly.scenarios.benchmarks.jobs has the tables and the experiment's difference"
        )
    if name not in BENCHMARKS:
        known = name in TITLES or name.endswith(".py")
        if not known:
            _unknown(name)
        scenario_name(name, variant or None)
        return name, variant
    variants = BENCHMARKS[name][1]
    if variant not in variants:
        raise Mistake(
            f"{name} has the variants {', '.join(variants)}; write one of them, such as "
            f"{name}:{variants[-1]}"
        )
    return name, variant


def _unknown(name: str) -> str:
    try:
        return scenario_name(name)
    except Mistake as error:
        raise Mistake(f"{error}; and the benchmarks {', '.join(BENCHMARKS)}") from None


def _cases(name: str, variant: str, args: argparse.Namespace) -> Cases:
    if name in BENCHMARKS:
        if args.units:
            raise Mistake(f"{name} is a table of its own, without --units")
        from ...benchmarks import cases

        return cases(name, variant)
    from ifonly.inference.validation.arena import WorldCases, case_roles

    scenario = chosen(argparse.Namespace(name=name, variant=variant or None))
    if scenario.cases is not None:
        return scenario.cases(args.units or min(FEW_UNITS, scenario.units))
    treatment, outcome = (_role(scenario.roles, role, name) for role in ("treatment", "outcome"))
    roles = case_roles(scenario.simulate(100, args.seed), treatment, outcome)
    units = args.units or min(FEW_UNITS, scenario.units)
    label = f"{name}:{variant}" if variant else name
    return WorldCases(label, scenario.simulate, roles, units)


def _role(roles: Any, role: str, scenario: str) -> str:
    found = [n for n, r in roles.items() if r == role]
    if len(found) != 1:
        raise Mistake(
            f"the arena needs a scenario with one {role}, and {scenario} has {len(found)}; "
            "`ifonly show NAME` shows the roles"
        )
    return str(found[0])


def _write(found: Arena, ending: str, path: Any) -> None:
    if ending == ".csv":
        _whole(path, found.table.to_csv().encode())
    else:
        found.save(path)


def _drawn(found: Arena, kind: str) -> bytes:
    from io import BytesIO

    content = BytesIO()
    found.plot().savefig(content, format=kind, dpi=150, bbox_inches="tight")
    return content.getvalue()


def _whole(path: Any, content: bytes) -> None:
    from ifonly.inference.inputs.output_files import write_whole

    write_whole(path, content)


def _facts(found: Arena) -> dict[str, Any]:
    estimators = found.summary.reset_index().astype(object).to_dict(orient="records")
    return {
        "about": found.about,
        "estimators": estimators,
        "problems": found.problems.reset_index().astype(object).to_dict(orient="records"),
    }


def _show(found: Arena, terminal: Terminal) -> None:
    summary = found.summary
    terminal.table(
        ["estimator", *COLUMNS.values()],
        [
            (str(row["label"]), *(float(row[n]) for n in COLUMNS))
            for row in summary.to_dict(orient="records")
        ],
        title=str(found.about["cases"]),
    )
    for words in _failures(found):
        terminal.print(words)


def _failures(found: Arena) -> list[str]:
    table = found.table.reset_index()
    lines = []
    for name, part in table[table["pehe"].isna()].groupby("estimator", sort=False):
        count = f"{len(part)} of {table['replication'].nunique()}"
        lines.append(f"{name} failed on {count}: {part['problem'].iloc[0]}")
    return lines


def _report(found: Arena) -> str:
    import pandas as pd

    from ...reports.page import Chapter, render
    from ...reports.provenance import versions
    from ...scenario import Section

    about = found.about
    table = found.summary.reset_index(drop=True).rename(
        columns={"label": "estimator", **COLUMNS, **FURTHER}
    )
    shown = table[["estimator", *COLUMNS.values(), *FURTHER.values()]]
    text = f"{EXPLAINED.format(ci_prob=float(about['ci_prob']))} {' '.join(_failures(found))}"
    settings = pd.DataFrame(
        [(n, str(v)) for n, v in about.items() if n not in ("equations", "true_parameters")],
        columns=["what", "value"],
    )
    chapters = [
        Chapter(
            "Scores",
            [Section("The table", text, shown), Section("The picture", "", figure=found.plot())],
        ),
        Chapter("How this was computed", [Section("", "What was run.", settings)]),
    ]
    question = "How near does each estimator come to the effect on each unit, and does it know?"
    return render(f"Arena: {str(about['cases']).replace('_', ' ')}", question, chapters, versions())
