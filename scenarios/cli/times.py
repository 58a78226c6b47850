"""`ifonly sandbox` with several treatments and outcomes: one of each for each time."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..run import Clock
from .sandboxes import knobs_asked, page_written, show_knobs, stage_facts, verifications
from .terminal import Mistake, Terminal

if TYPE_CHECKING:
    import pandas as pd

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

        knobs = knobs_asked(args, len(roles[0]))
    with clock("learn and draw"):
        done = analysed_times(
            frame, *roles, knobs, rows=args.rows, seed=args.seed, family=args.family,
            say=terminal.say,
        )  # fmt: skip
    from ..analyses.sandbox.times_files import write_times  # which loads PyMC
    from ..analyses.sandbox.times_report import regime_table, times_report

    paths = [*write_times(done, folder)]
    checked = verifications(args, done.stages, terminal, clock)
    if not args.no_report:
        paths.append(page_written(times_report(done, checked, clock.seconds), folder))
    facts = {
        "rows": len(done.made.rows),
        "seed": args.seed,
        "times": [stage_facts(s, found) for s, found in zip(done.stages, checked, strict=True)],
        "regimes": regime_table(done).to_dict(orient="records"),
        "files": [str(p) for p in paths],
        "seconds": {n: round(s, 3) for n, s in clock.seconds.items()},
    }
    terminal.answer(facts, lambda: _show(done, terminal))
    terminal.say(f"Wrote {', '.join(p.name for p in paths)} to {folder}")
    return 0


def _show(done: Times, terminal: Terminal) -> None:
    from ..analyses.sandbox.times_report import regime_table

    for k, stage in enumerate(done.stages, 1):
        show_knobs(
            stage, f"Time {k}: {stage.sandbox.treatment} on {stage.sandbox.outcome}", terminal
        )
    regimes = regime_table(done)
    terminal.table(list(map(str, regimes)), regimes.itertuples(index=False), title="Regimes")
