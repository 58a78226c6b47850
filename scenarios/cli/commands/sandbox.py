"""`ifonly sandbox`: rows like those of a table, with the effect, overlap and confounding asked."""

from __future__ import annotations

import argparse
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from ...run import Clock
from ..files import check_writable
from ..frames import read_frame
from ..glance import check_columns
from ..options import check_estimators, natural, positive
from ..sandboxes import REPORT, knobs_asked, page_written, show_knobs, stage_facts, verifications
from ..terminal import Mistake, Terminal
from ..times import columns_named, run_times

if TYPE_CHECKING:
    from ifonly.inference.estimators import UnitEffectEstimator
    from ifonly.inference.generators import Rankings

    from ...analyses.sandbox.analysis import Analysis

__all__ = ["EXAMPLES", "add_arguments", "run"]

RANKED_ROWS = 1_000  # of each table that estimators are ranked on
NEGATIVE = re.compile(r"-(?!-|[hq]$)")
EXAMPLES = """A knob is a number or an expression over the columns of TABLE, in their own units:
arithmetic, comparisons, and, or, not, "a if b else c", and abs, clip, cos, exp, expm1, floor,
isnan, log, log1p, maximum, minimum, sign, sin, sqrt, tanh, where; z(age) is age standardised.
Of several times a knob is one expression, which may read time, or one for each with semicolons.
Texts stand in quotes; a column whose name is no word stands in backquotes. Nothing is executed.

examples:
  ifonly sandbox births.csv --treatment smokes --outcome weight --out folder
  ifonly sandbox births.csv --treatment smokes --outcome weight --effect "-200 + 20*z(age)" \\
      --overlap auc=0.8 --confounding "-50*(1 - t)" --rows 5000 --seed 1 --out folder
  ifonly sandbox births.csv --treatment smokes --outcome weight --rank ols,s_learner --out folder
  ifonly sandbox visits.csv --treatment drug1,drug2 --outcome pain1,pain2 --effect "-1; -0.5" \\
      --out folder
  ifonly run folder/scenario.py"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the table, the knobs and the folder."""
    # An expression may begin with a minus, which argparse would take for an option.
    parser._negative_number_matcher = NEGATIVE
    parser.add_argument("data", metavar="TABLE", help="a row for each unit, in .csv or .parquet")
    parser.add_argument(
        "--treatment",
        required=True,
        metavar="T",
        help="a column of two values; with commas, one for each time",
    )
    parser.add_argument("--outcome", required=True, metavar="Y", help="a column of numbers")
    group = parser.add_argument_group("knobs")
    group.add_argument(
        "--effect", metavar="TAU", help="E[Y(1) - Y(0) | x]; by default it follows from the data"
    )
    group.add_argument(
        "--overlap",
        metavar="ALPHA",
        help="log p(x | T=0) / p(x | T=1), or auc=, overlap= or ess= a number (as learnt)",
    )
    group.add_argument(
        "--confounding",
        metavar="KAPPA",
        help="E[Y(t) | x, T=1] - E[Y(t) | x, T=0]; it may read t (none)",
    )
    group.add_argument("--mode", choices=("faithful", "specified"), help="keep the learnt outcome")
    group.add_argument("--strength", type=float, metavar="L", help="of U on the treatment (0.8)")
    group.add_argument("--prevalence", type=float, metavar="P", help="P(T = 1) (as learnt)")
    group.add_argument(
        "--keep", choices=("prevalence", "ratio"), help="where the two exclude each other"
    )
    group.add_argument("--family", metavar="LAW", help="of the outcome (what suits the column)")
    group.add_argument(
        "--censoring",
        type=float,
        metavar="SHARE",
        help="of the rows whose outcome, a time to an event, is cut off; adds the column event",
    )
    group = parser.add_argument_group("estimators")
    group.add_argument(
        "--rank",
        metavar="A,B",
        help="rank estimators, by their names in `ifonly arena`, over the generator's posterior",
    )
    group = parser.add_argument_group("rows and files")
    group.add_argument("--rows", type=positive, default=5_000, metavar="N", help="(5000)")
    group.add_argument("--seed", type=natural, default=0, metavar="S", help="(0)")
    group.add_argument("--out", required=True, metavar="FOLDER", help="made if it is not there")
    group.add_argument("--no-report", action="store_true", help="no report, no verification")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Learn, turn the knobs, draw, verify and write.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    check_columns(args.data, {"treatment": args.treatment, "outcome": args.outcome})
    frame = read_frame(args.data)
    treatments, outcomes = (
        columns_named(text, frame, args.data) for text in (args.treatment, args.outcome)
    )
    folder = _folder(args)
    if len(treatments) > 1 or len(outcomes) > 1:
        return run_times(args, frame, (treatments, outcomes), folder, terminal)
    rivals = _rivals(args.rank)
    clock = Clock()
    with clock("load"):
        from ...analyses.sandbox.analysis import analysed

        [knobs] = knobs_asked(args)
    with clock("learn and draw"):
        done = analysed(
            frame, args.treatment, args.outcome, knobs,
            rows=args.rows, seed=args.seed, family=args.family, censoring=args.censoring,
            say=terminal.say,
        )  # fmt: skip
    from ...analyses.sandbox.files import write  # which loads PyMC
    from ...analyses.sandbox.report import report

    paths = [*write(done, folder)]
    rankings = _ranked(done, rivals, terminal, clock) if rivals else None
    [checked] = verifications(args, [done], terminal, clock)
    if not args.no_report:
        paths.append(page_written(report(done, checked, clock.seconds, rankings), folder))
    facts = {
        "rows": len(done.drawn.rows),
        "seed": args.seed,
        **stage_facts(done, checked),
        "files": [str(p) for p in paths],
        "seconds": {n: round(s, 3) for n, s in clock.seconds.items()},
    }
    if rankings is not None:
        facts["rankings"] = rankings.table().reset_index().to_dict(orient="records")
        facts["better"] = rankings.pairs().to_dict(orient="index")
    terminal.answer(facts, lambda: _show(done, rankings, terminal))
    terminal.say(f"Wrote {', '.join(p.name for p in paths)} to {folder}")
    return 0


def _folder(args: argparse.Namespace) -> Path:
    folder = Path(args.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # of a name with a null character it is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise Mistake(f"{str(folder)!r} is no folder: {reason}") from None
    from ...analyses import SANDBOX_FILES

    for name in (*SANDBOX_FILES, REPORT):
        path = check_writable(folder / name)
        if path is not None and path.resolve() == Path(args.data).resolve():
            raise Mistake(f"{path} is read here, and would be overwritten; name another folder")
    return folder


def _rivals(text: str | None) -> list[UnitEffectEstimator]:
    if text is None:
        return []
    if len({part.strip() for part in text.split(",")} - {""}) < 2:
        raise Mistake(f"--rank {text} names one estimator; a ranking is of two or more")
    check_estimators(text, "--rank")
    from ...analyses.effects.estimators import estimators_named

    return estimators_named(text)


def _ranked(
    done: Analysis, rivals: list[UnitEffectEstimator], terminal: Terminal, clock: Clock
) -> Rankings:
    from ...analyses.sandbox.rankings import ranked

    units = min(len(done.drawn.rows), RANKED_ROWS)
    terminal.say(
        f"Ranking {', '.join(e.label for e in rivals)} on {units:,} rows of each of "
        f"{done.generator.draws} draws of the generator"
    )
    with clock("rank"), redirect_stdout(sys.stderr):
        return ranked(done, rivals, units=units, seed=done.seed)


def _show(done: Analysis, rankings: Rankings | None, terminal: Terminal) -> None:
    from ...analyses.sandbox.rankings_report import ranking_table

    show_knobs(done, "Knobs", terminal)
    if rankings is not None:
        table = ranking_table(rankings)
        terminal.table(list(map(str, table)), table.itertuples(index=False), title="Estimators")
