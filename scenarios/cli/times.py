"""`ifonly sandbox` with several treatments and outcomes: one of each for each time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..run import Clock
from .terminal import Mistake, Terminal

if TYPE_CHECKING:
    import pandas as pd

    from ifonly.inference.generators.knobs import Knobs
    from ifonly.inference.generators.knobs.verification import Verification

    from ..analyses.sandbox.times import Times

__all__ = ["columns_named", "run_times"]

SINGLE = ("rank", "censoring")  # options of one time alone


def columns_named(text: str, frame: pd.DataFrame, path: str) -> list[str]:
    """Return the columns that a text names, one or several with commas between.

    Parameters
    ----------
    text : str
        A column whose own name has commas is one.
    frame : pandas.DataFrame
    path : str
        Where the frame is from.

    Raises
    ------
    Mistake
        If there is no such column.
    """
    names = [text] if text in frame else [part.strip() for part in text.split(",")]
    for name in names:
        if name not in frame:
            known = ", ".join(map(str, frame))
            raise Mistake(f"{path} has no column {name!r}; it has {known}")
    return names


def run_times(
    args: argparse.Namespace,
    frame: pd.DataFrame,
    roles: tuple[list[str], list[str]],
    folder: Path,
    terminal: Terminal,
) -> int:
    """Learn each time, turn its knobs, draw, verify and write.

    Parameters
    ----------
    args : argparse.Namespace
        Of `ifonly sandbox`.
    frame : pandas.DataFrame
    roles : pair of list of str
        The treatments, and the outcomes, in the order of time.
    folder : Path
    terminal : Terminal
    """
    for name in SINGLE:
        if getattr(args, name) is not None:
            raise Mistake(f"--{name} is for one treatment and one outcome; leave it out")
    clock = Clock()
    with clock("load"):
        from ..analyses.sandbox.times import analysed_times

        knobs = _knobs(args, len(roles[0]))
    with clock("learn and draw"):
        done = analysed_times(
            frame, *roles, knobs, rows=args.rows, seed=args.seed, family=args.family,
            say=terminal.say,
        )  # fmt: skip
    from ..analyses.sandbox.times_files import write_times  # which loads PyMC

    paths = [*write_times(done, folder)]
    checked: list[Verification | None] = [None] * len(done.stages)
    if not args.no_report:
        checked = _checked(done, terminal, clock)
        paths.append(_report(done, checked, folder, clock))
    terminal.answer(_facts(args, done, checked, paths), lambda: _show(done, terminal))
    terminal.say(f"Wrote {', '.join(p.name for p in paths)} to {folder}")
    return 0


def _knobs(args: argparse.Namespace, times: int) -> list[Knobs]:
    from ifonly.inference.generators.knobs import Knobs

    from ..analyses.sandbox.analysis import as_knob, dial_of
    from ..analyses.sandbox.times import each_time

    asked = {n: each_time(getattr(args, n), times) for n in ("effect", "overlap", "confounding")}
    given = {n: getattr(args, n) for n in ("strength", "keep") if getattr(args, n) is not None}
    found = []
    for effect, overlap, confounding in zip(*asked.values(), strict=True):
        turned: Any = None if overlap is None else dial_of(overlap) or as_knob(overlap)
        found.append(
            Knobs(as_knob(effect), turned, as_knob(confounding), args.mode,
                  prevalence=args.prevalence, **given)
        )  # fmt: skip
    return found


def _checked(done: Times, terminal: Terminal, clock: Clock) -> list[Verification | None]:
    from ifonly.inference.errors import ExtraError

    terminal.say("Verifying with methods that know nothing of the knobs")
    try:
        with clock("verify"):
            return [stage.verified() for stage in done.stages]
    except ExtraError as error:
        terminal.warn(f"nothing was verified: {error}")
        return [None] * len(done.stages)


def _report(done: Times, checked: list[Verification | None], folder: Path, clock: Clock) -> Path:
    from ifonly.inference.inputs.output_files import write_whole

    from ..analyses.sandbox.times_report import times_report

    path = folder / "report.html"
    write_whole(path, times_report(done, checked, clock.seconds).encode())
    return path


def _facts(
    args: argparse.Namespace,
    done: Times,
    checked: list[Verification | None],
    paths: list[Path],
) -> dict[str, Any]:
    from ..analyses.sandbox.times_report import regime_table

    return {
        "rows": len(done.made.rows),
        "seed": args.seed,
        "times": [
            {
                "treatment": stage.sandbox.treatment,
                "outcome": stage.sandbox.outcome,
                "law": stage.sandbox.law.kind,
                "figures": stage.sandbox.figures,
                "formula_errors": stage.sandbox.errors,
                "verified": found and found.figures,
                "oracle": found and found.oracle.reset_index().to_dict(orient="records"),
            }
            for stage, found in zip(done.stages, checked, strict=True)
        ],
        "regimes": regime_table(done).to_dict(orient="records"),
        "files": [str(p) for p in paths],
    }


def _show(done: Times, terminal: Terminal) -> None:
    from ..analyses.sandbox.report import knob_table
    from ..analyses.sandbox.times_report import regime_table

    for k, stage in enumerate(done.stages, 1):
        table = knob_table(stage)
        terminal.table(
            list(map(str, table)), table.itertuples(index=False),
            title=f"Time {k}: {stage.sandbox.treatment} on {stage.sandbox.outcome}", numeric=False,
        )  # fmt: skip
    regimes = regime_table(done)
    terminal.table(list(map(str, regimes)), regimes.itertuples(index=False), title="Regimes")
