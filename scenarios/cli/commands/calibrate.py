"""`ifonly calibrate`: whether a scenario's intervals hold the truth as often as they say."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import TITLES
from ...display.wording import interval
from ..files import check_distinct, check_inputs, check_writable
from ..glance import check_names, glance, hint
from ..literals import holds_scenario
from ..options import add_sampling, chosen, positive, scenario_name
from ..question import add_question, check_question, query_name, read_question
from ..sampling import kept_options
from ..scenario_texts import queries_of
from ..terminal import Mistake, Terminal
from ..truth import read_truth

if TYPE_CHECKING:
    import pandas as pd

    from ifonly.inference.validation.calibration import Calibration

    from ...scenario import Scenario

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """examples:
  ifonly calibrate linear_walkthrough --replications 100 --units 100
  ifonly calibrate linear_walkthrough --replications 500 --jobs 4 --resume ranks.jsonl
  ifonly calibrate nhefs.py --outcome wt82_71 --do "qsmk=1" --versus "qsmk=0" --units 300
  ifonly calibrate m.py --parameters truth.toml --hidden U --outcome Y --do "T=1"

truth.toml has one parameter a line, such as effect = 0.8 or share = [0.2, 0.8]."""

# Options of a question that the command has for itself, or has no use for.
OWN = ("query", "units", "size")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add how often, on what, and where to keep it."""
    parser.add_argument(
        "name",
        metavar="NAME or MODEL.py",
        help="a scenario, or a Python file of one or of your own model",
    )
    parser.add_argument("--variant", metavar="VARIANT", help="of a scenario")
    parser.add_argument(
        "--query",
        metavar="LABEL or KIND",
        help="a query of the scenario (default: first); of a MODEL.py ATE (default), CATE, ...",
    )
    parser.add_argument("--replications", type=positive, default=100, metavar="R", help="(100)")
    parser.add_argument("--units", type=positive, metavar="N", help="units of each world")
    parser.add_argument(
        "--parameters",
        default="prior",
        metavar="prior, truth or FILE.toml",
        help="drawn anew for each world (simulation-based calibration, the default), the "
        "scenario's, or those of your own model",
    )
    parser.add_argument(
        "--jobs", type=positive, metavar="J", help="processes (1, or 2 where they are quicker)"
    )
    group = parser.add_argument_group("a model of your own")
    group.add_argument("--model-name", metavar="NAME", help="variable or function in MODEL.py")
    group.add_argument("--hidden", metavar="U,V,...", help="what the analyst does not see")
    group.add_argument("--unit", default="unit", metavar="DIM", help="the unit dimension's name")
    add_question(parser, title="question of a model of your own", left=OWN)
    add_sampling(parser, draws=500, tune=500, chains=2, backend=False)
    group = parser.add_argument_group("files")
    group.add_argument(
        "--resume", metavar="FILE", help="keep each finished replication here, and go on from it"
    )
    group.add_argument("--report", metavar="PATH", help="a report, as .html")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Repeat simulate, condition, ask and rank; show ranks and coverage.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    name = args.name if _is_model(args) else scenario_name(args.name, args.variant)
    report = check_writable(args.report, (".html", ".htm"))
    resume = check_writable(args.resume)
    check_distinct((), (report, resume))
    what = _own(args) if _is_model(args) else _of_scenario(args)
    from ifonly.inference.validation.calibration import calibrate

    logging.getLogger("pymc").setLevel(logging.ERROR)
    terminal.say(f"Calibrating {what.label!r} over {args.replications} simulated worlds")
    with redirect_stdout(sys.stderr):
        found = calibrate(
            what.subject,
            what.query,
            args.replications,
            units=args.units,
            seed=args.seed or 0,
            jobs=args.jobs,
            path=resume,
            progress=terminal.progress,
            unit=args.unit,
            **what.options,
            **kept_options(args),
        )
    if report:
        from ifonly.inference.inputs.output_files import write_whole

        write_whole(report, _report(what, found).encode())
    facts = _facts(name, what.label, found) | {"report": report and str(report)}
    terminal.answer(facts, lambda: _show(what.label, found, terminal))
    if report:
        terminal.say(f"Wrote the report to {report}")
    return 0


@dataclass(frozen=True, eq=False)
class _What:
    """What is calibrated, and of which question."""

    subject: Any
    query: Any
    label: str
    title: str
    question: str
    options: dict[str, Any]


def _is_model(args: argparse.Namespace) -> bool:
    """Return whether a file is named that has a model, not a scenario with questions of its own."""
    if not str(args.name).endswith(".py"):
        return False
    check_inputs(args.name)
    return bool(args.outcome) or not holds_scenario(Path(args.name))


def _of_scenario(args: argparse.Namespace) -> _What:
    """Return the scenario that was named; options of a model of one's own mean nothing here."""
    asked = argparse.Namespace(**{**vars(args), "query": None})
    given = [o for o in ("hidden", "model_name", "outcome", "do", "versus") if getattr(asked, o)]
    if given:
        raise Mistake(
            f"--{given[0].replace('_', '-')} is for a MODEL.py; {args.name} is a scenario"
        )
    if args.parameters not in ("prior", "truth"):
        raise Mistake(f"--parameters of a scenario is prior or truth, not {args.parameters}")
    known = None if args.variant or args.name not in TITLES else queries_of(args.name)
    if known and args.query is not None:
        _one_of(args.query, known, args.name)
    scenario = chosen(args)
    label = _label(scenario, args.query)
    return _What(
        scenario,
        scenario.queries[label],
        label,
        f"{scenario.title}: {label}",
        scenario.question,
        {"parameters": args.parameters},
    )


def _own(args: argparse.Namespace) -> _What:
    """Return the user's own model and question."""
    if args.variant:
        raise Mistake("--variant is of a scenario; leave it out with a MODEL.py")
    path = Path(args.name)
    check_inputs(path)
    if args.parameters == "truth":
        raise Mistake("the truth of your own model stands in a file: --parameters truth.toml")
    try:
        kind = query_name(args.query or "ATE")
    except argparse.ArgumentTypeError as error:
        raise Mistake(f"--query {error}") from None
    none = {"units": None, "size": None, "seed": None, "posterior": None, "data": None}
    asked = argparse.Namespace(**{**vars(args), **none, "query": kind})
    check_question(asked)
    glance(argparse.Namespace(**{**vars(asked), "model": args.name}))
    truth = None if args.parameters == "prior" else read_truth(args.parameters)
    from ..usermodel import load_model

    model = load_model(path, args.model_name)
    check_names(asked, model.named_vars, "the model")
    query = read_question(asked)
    sentence = query.sentence()
    hidden = [n.strip() for n in (args.hidden or "").split(",") if n.strip()]
    options = {"parameters": "prior" if truth is None else truth, "hidden": hidden}
    words = f"{sentence[0].upper()}{sentence[1:]}."
    return _What(model, query, f"{kind} of {args.outcome}", f"{path.name}: {kind}", words, options)


def _label(scenario: Scenario, asked: str | None) -> str:
    labels = list(scenario.queries)
    if asked is None:
        return labels[0]
    _one_of(asked, labels, scenario.name)
    return asked


def _one_of(asked: str, labels: Sequence[str], name: str) -> None:
    if asked not in labels:
        known = ", ".join(map(repr, labels))
        raise Mistake(f"{name} has no query {asked!r}; it has {known}{hint(asked, labels)}")


def _show(label: str, found: Calibration, terminal: Terminal) -> None:
    terminal.print(f"{label}: {found.about['estimand']}")
    terminal.table(
        ["element", "interval", "holds the truth", "of", "share", "95% interval of the share"],
        [
            (
                str(row["label"]) or label,
                f"{row['ci_prob']:.0%}",
                int(row["covered"]),
                int(row["replications"]),
                float(row["share"]),
                interval(row["low"], row["high"]),
            )
            for row in found.coverage.reset_index().to_dict(orient="records")
        ],
    )
    terminal.print(f"{found.verdict}.")


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


def _report(what: _What, found: Calibration) -> str:
    import pandas as pd

    from ...reports.page import Chapter, render
    from ...reports.provenance import versions
    from ...scenario import Section

    text = (
        f"{found.about['estimand']}. Parameters of the {found.about['parameters']}; "
        f"{found.table.index.nunique()} simulated worlds of {found.about['units']} units, "
        f"{found.failed} of which failed. {found.verdict}."
    )
    shown = ("units", "seed", "method", "sampler", "draws", "tune", "chains", "parameters")
    settings = {n: v for n, v in found.about.items() if n in shown and v is not None}
    table = pd.DataFrame([(n, str(v)) for n, v in settings.items()], columns=["what", "value"])
    chapters = [
        Chapter(
            "Calibration",
            [
                Section("Ranks", text, figure=found.plot()),
                Section("Coverage", "How often the intervals held the truth; low and high are the "
                        "95% interval of the share.", _named(what.label, found.coverage)),
                Section("Uniformity", "Of each element. Of a posterior that is right, z, how far "
                        "its mean lies from the truth in its sds, has about mean 0 and sd 1.",
                        _named(what.label, found.uniformity)),
            ],
        ),
        Chapter("How this was computed", [Section("", "Simulation-based calibration.", table)]),
    ]  # fmt: skip
    return render(what.title, what.question, chapters, versions())


def _named(label: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of the elements, each with its name; a single number has the query's."""
    rows = table.reset_index().drop(columns="element")
    return rows.assign(label=[str(v) or label for v in rows["label"]]).rename(
        columns={"label": "element", "ci_prob": "interval", "covered": "holds the truth",
                 "p_value": "p of uniform ranks", "mean_z": "mean of z", "sd_z": "sd of z"}
    )  # fmt: skip
