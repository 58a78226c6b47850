"""The report of a sandbox of several times: what was asked of each, and what is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ...reports.page import Chapter, render
from ...reports.provenance import versions
from ...scenario import Section
from .report import (
    blind_sections,
    confounding_section,
    effect_section,
    knob_section,
    overlap_section,
)
from .times import Times

if TYPE_CHECKING:
    from ifonly.inference.generators.knobs.verification import Verification

__all__ = ["regime_table", "times_report"]


def times_report(
    times: Times, checked: Sequence[Verification | None], seconds: dict[str, float]
) -> str:
    """Return the report of several times as an HTML page.

    Parameters
    ----------
    times : Times
    checked : sequence of Verification or None
        Of each time; None where the packages that it needs are not installed.
    seconds : mapping of str to float
        That each step took.
    """
    chapters = []
    for k, (stage, found) in enumerate(zip(times.stages, checked, strict=True), 1):
        made = stage.sandbox
        sections = [
            knob_section(stage),
            replace(overlap_section(stage), title="Overlap"),
            replace(effect_section(stage), title="Effect"),
            replace(confounding_section(stage), title="Hidden confounding"),
        ]
        blind = [] if found is None else list(blind_sections(found))
        title = f"Time {k}: {made.treatment} on {made.outcome}, given what was before"
        chapters.append(Chapter(title, [*sections, *blind]))
    chapters.append(Chapter("Regimes", [_regimes(times)]))
    spent = pd.DataFrame([(n, round(s, 1)) for n, s in seconds.items()], columns=["step", "s"])
    chapters.append(Chapter("How this was computed", [Section("", "", spent)]))
    table = times.stages[0].table
    question = (
        f"Rows like those of a real table of {len(table):,} units, with a treatment and an outcome "
        f"at each of {len(times.stages)} times, in which the effect, the overlap and the hidden "
        "confounding of each time are chosen. How well does an estimator do on data like these?"
    )
    return render("A sandbox of several times", question, chapters, versions())


def regime_table(times: Times) -> pd.DataFrame:
    """Return the mean of each outcome if nobody, and if everybody, were treated at all times."""
    size = len(times.stages)
    means = {
        name: times.made.under([arm] * size).mean() for name, arm in (("never", 0), ("always", 1))
    }
    found = pd.DataFrame(means)
    found["difference"] = found["always"] - found["never"]
    return found.rename_axis("outcome").reset_index()


def _regimes(times: Times) -> Section:
    return Section(
        "",
        "The mean outcomes of the same rows, had nobody or everybody been treated at all times: "
        "what an early treatment does to later outcomes, through those between, is in it.",
        regime_table(times),
    )
