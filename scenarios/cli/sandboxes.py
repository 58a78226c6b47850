"""What `ifonly sandbox` does alike of one time and of several: knobs, verification, facts, page."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..run import Clock
from .terminal import Terminal

if TYPE_CHECKING:
    from ifonly.inference.generators.knobs import Knobs
    from ifonly.inference.generators.knobs.verification import Verification

    from ..analyses.sandbox.analysis import Analysis

__all__ = ["REPORT", "knobs_asked", "page_written", "show_knobs", "stage_facts", "verifications"]

REPORT = "report.html"


def knobs_asked(args: argparse.Namespace, times: int = 1) -> list[Knobs]:
    """Return the knobs of each time, as they were typed.

    Parameters
    ----------
    args : argparse.Namespace
        Of `ifonly sandbox`.
    times : int
    """
    from ifonly.inference.generators.knobs import Knobs

    from ..analyses.sandbox.analysis import as_knob, dial_of
    from ..analyses.sandbox.times import each_time

    asked = [each_time(text, times) for text in (args.effect, args.overlap, args.confounding)]
    given = {n: getattr(args, n) for n in ("strength", "keep") if getattr(args, n) is not None}
    found = []
    for effect, overlap, confounding in zip(*asked, strict=True):
        turned: Any = None if overlap is None else dial_of(overlap) or as_knob(overlap)
        found.append(
            Knobs(as_knob(effect), turned, as_knob(confounding), args.mode,
                  prevalence=args.prevalence, **given)
        )  # fmt: skip
    return found


def verifications(
    args: argparse.Namespace, stages: Sequence[Analysis], terminal: Terminal, clock: Clock
) -> list[Verification | None]:
    """Return what methods that know nothing of the knobs find, or None where nothing was asked.

    Parameters
    ----------
    args : argparse.Namespace
    stages : sequence of Analysis
        One for each time.
    terminal : Terminal
    clock : Clock
    """
    from ifonly.inference.errors import ExtraError

    nothing: list[Verification | None] = [None] * len(stages)
    if args.no_report:
        return nothing
    terminal.say("Verifying with methods that know nothing of the knobs")
    try:
        with clock("verify"):
            return [stage.verified() for stage in stages]
    except ExtraError as error:
        terminal.warn(f"nothing was verified: {error}")
        return nothing


def page_written(page: str, folder: Path) -> Path:
    """Return the path of a report that is written into a folder.

    Parameters
    ----------
    page : str
    folder : Path
    """
    from ifonly.inference.inputs.output_files import write_whole

    path = folder / REPORT
    write_whole(path, page.encode())
    return path


def stage_facts(stage: Analysis, found: Verification | None) -> dict[str, Any]:
    """Return the figures of one time, for ``--json``.

    Parameters
    ----------
    stage : Analysis
    found : Verification or None
    """
    return {
        "treatment": stage.sandbox.treatment,
        "outcome": stage.sandbox.outcome,
        "law": stage.sandbox.law.kind,
        "figures": stage.sandbox.figures,
        "formula_errors": stage.sandbox.errors,
        "verified": found and found.figures,
        "oracle": found and found.oracle.reset_index().to_dict(orient="records"),
    }


def show_knobs(stage: Analysis, title: str, terminal: Terminal) -> None:
    """Print the knobs of one time, and what was given up for them.

    Parameters
    ----------
    stage : Analysis
    title : str
    terminal : Terminal
    """
    from ..analyses.sandbox.report import knob_table

    table = knob_table(stage)
    terminal.table(list(map(str, table)), table.itertuples(index=False), title=title, numeric=False)
    figures = stage.sandbox.figures
    terminal.print(
        f"Average effect {figures['ate']:.6g}, on the treated {figures['att']:.6g}; "
        f"{figures['prevalence']:.1%} treated, AUC {figures['auc']:.3f}, overlap "
        f"{figures['overlap']:.3f}, effective share {figures['ess']:.3f}."
    )
    if abs(figures["shift"]) > 1e-12:
        terminal.print(
            f"The log density ratio is the asked one plus {figures['shift']:.4g} everywhere: the "
            "prevalence was kept (--keep ratio gives it up instead)."
        )
    if stage.knobs.effect is not None:
        terminal.print(
            f"Cost in realism: the contrast between the arms is off the learnt one by "
            f"{figures['cost_mean']:.4g} on average, {figures['cost_rms']:.4g} root mean square."
        )
