"""The page of an experiment's table: pictures of its effect, its looks and its balance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference.validation.plots import with_intervals

from ...display.wording import interval, number
from ...reports.page import Chapter, render
from ...reports.provenance import made_section, versions
from ...scenario import Section
from .reading import ExperimentReading

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["experiment_facts", "experiment_report"]

INK, SHADE, WARM = "#3b6fb6", "#8a8f98", "#c2571a"
LISTED = 10  # looks in the table


def experiment_report(found: ExperimentReading, data: str, seconds: Mapping[str, float]) -> str:
    """Return the report of an experiment's table as an HTML page.

    Parameters
    ----------
    found : ExperimentReading
    data : str
        Name of the table.
    seconds : mapping of str to float
        That each step took.
    """
    plan = found.plan
    control, treated = found.compared
    chapters = [
        Chapter("What to do next", [Section("", "\n\n".join(found.advice))]),
        Chapter("The effect", [_effects(found)]),
    ]
    if found.sequence is not None:
        chapters.append(Chapter("Look by look", [_looks(found)]))
    if found.guardrails is not None:
        chapters.append(Chapter("Guardrails", [_guardrails(found)]))
    chapters.append(Chapter("Can it be trusted", _trust(found)))
    facts = {"data": data, **{n: _said(v) for n, v in plan.__dict__.items() if v}}
    chapters.append(Chapter("How this was computed", [made_section(facts, dict(seconds))]))
    question = f"What does {treated} do to {plan.outcome}, against {control}?"
    return render(f"Experiment: {plan.outcome}", question, chapters, versions())


def experiment_facts(found: ExperimentReading) -> dict[str, Any]:
    """Return the reading in values that JSON has."""
    table = found.table.reset_index()
    return {
        "arms": dict(found.arms),
        "control": found.compared[0],
        "treated": found.compared[1],
        "sample_ratio": {
            "p": found.ratio.p,
            "anytime_p": found.ratio.anytime_p,
            "shares": list(found.ratio.shares),
            "mismatch": found.ratio.mismatch,
        },
        "balance": _records(found.balance),
        "effects": table.to_dict(orient="records"),
        "effect": {
            "estimate": found.primary.estimate,
            "se": found.primary.se,
            "p": found.primary.p,
            "interval": list(found.primary.interval(found.plan.ci_prob)),
            "safe_interval": list(found.safe),
        },
        "guardrails": _records(found.guardrails),
        "looks": None if found.sequence is None else found.sequence.to_dict(orient="records"),
        "detectable": found.detectable,
        "next": list(found.advice),
    }


def _records(table: pd.DataFrame | None) -> Any:
    if table is None:
        return None
    return (
        table.rename_axis(str(table.index.name or "column")).reset_index().to_dict(orient="records")
    )


def _effects(found: ExperimentReading) -> Section:
    low, high = found.primary.interval(found.plan.ci_prob)
    percent = f"{found.plan.ci_prob:.0%}"
    gain = found.primary.users_factor
    text = (
        f"The effect is {number(found.primary.estimate)}, with a {percent} interval of "
        f"{interval(low, high)} for one planned look, and of {interval(*found.safe)} however often "
        "one looks."
    )
    if len(found.effects) > 1:
        more = "more" if gain >= 1 else "fewer"
        text += (
            f" What was known before leaves {1 / gain:.0%} of the estimate's variance, which is "
            f"like {abs(gain - 1):.0%} {more} units."
        )
    figure = _figure(1.6 + 0.5 * (len(found.effects) + 1))
    ax = figure.axes[0]
    names = [f"adjusted for {n}" for n in found.effects]
    table = found.table
    at = np.arange(len(names))[::-1] + 1.0
    with_intervals(ax, table["estimate"], at, (table["low"], table["high"]), ms=5, color=INK)
    middle, half = sum(found.safe) / 2, (found.safe[1] - found.safe[0]) / 2
    ax.errorbar([middle], [0.0], xerr=[half], fmt="o", ms=5, capsize=3, color=WARM)
    ax.set_yticks([*at, 0.0], [*names, "however often one looks"])
    ax.set_ylim(-0.6, len(names) + 0.6)
    ax.axvline(0, color=SHADE, lw=0.8, zorder=0)
    ax.set_xlabel(f"effect on {found.plan.outcome}, {percent} interval")
    return Section("", text, found.table.reset_index(), figure)


def _looks(found: ExperimentReading) -> Section:
    table = found.sequence
    assert table is not None
    percent = f"{found.plan.ci_prob:.0%}"
    figure = _figure(3.4)
    ax = figure.axes[0]
    ax.fill_between(table["units"], table["low"], table["high"], color=WARM, alpha=0.18, lw=0,
                    label="holds at all looks together")  # fmt: skip
    from scipy.stats import norm

    half = norm.ppf((1 + found.plan.ci_prob) / 2) * table["se"]
    ax.fill_between(table["units"], table["estimate"] - half, table["estimate"] + half,
                    color=INK, alpha=0.28, lw=0, label="of one look alone")  # fmt: skip
    ax.plot(table["units"], table["estimate"], color=INK, lw=1.6, label="estimate")
    ax.axhline(0, color=SHADE, lw=0.8, zorder=0)
    # The first looks have intervals many times as wide as what is read.
    room = 3 * float((table["high"] - table["low"]).iloc[-1])
    last = float(table["estimate"].iloc[-1])
    ax.set_ylim(min(last - room, 0.0), max(last + room, 0.0))
    ax.set(xlabel="units", ylabel=f"effect on {found.plan.outcome}")
    ax.legend(frameon=False, fontsize=8.5)
    text = (
        f"The effect as it was known at each of {len(table)} looks. Who looks often and stops at "
        f"the first {percent} interval of one look that leaves out 0 errs far more often than "
        f"{1 - found.plan.ci_prob:.0%}; the wider interval errs at most that often over all looks."
    )
    if len(table) > LISTED:
        text += f" The table has the last {LISTED}."
    shown = table.tail(LISTED).reset_index(drop=True)
    return Section("", text, shown, figure)


def _guardrails(found: ExperimentReading) -> Section:
    table = found.guardrails
    assert table is not None
    text = (
        "More is better in this table: of a metric of which less is better the sign is turned. A "
        "guardrail has passed where the effect's one-sided bound (low) is above minus its margin. "
        "p_pass is for passing, p_harm, adjusted for how many there are, for being harmed."
    )
    return Section("", text, table.reset_index())


def _trust(found: ExperimentReading) -> list[Section]:
    verdict = "not the planned one" if found.ratio.mismatch else "compatible with the planned one"
    counts = pd.DataFrame({"arm": list(found.arms), "units": list(found.arms.values())})
    split = Section(
        "Sample ratio",
        f"The split is {verdict}: p = {found.ratio.p:.2g} for one look, "
        f"{found.ratio.anytime_p:.2g} however often one looks.",
        counts,
    )
    if found.balance is None:
        return [split]
    table = found.balance
    figure = _figure(1.2 + 0.3 * len(table))
    ax = figure.axes[0]
    at = np.arange(len(table))[::-1]
    ax.plot(table["difference"], at, "o", ms=5, color=INK)
    ax.axvline(0, color=SHADE, lw=0.8, zorder=0)
    for edge in (-0.1, 0.1):
        ax.axvline(edge, color=SHADE, lw=0.7, ls=":", zorder=0)
    ax.set_yticks(at, [str(n) for n in table.index])
    ax.set_ylim(-0.6, len(table) - 0.4)
    reach = max(0.15, 1.15 * float(table["difference"].abs().max()))
    ax.set_xlim(-reach, reach)
    ax.set_xlabel("difference before, in standard deviations")
    words = "What the arms had before. Differences below 0.1 (dotted) are called small."
    shown = table.rename_axis("column").rename(
        columns={"mean_0": found.compared[0], "mean_1": found.compared[1]}
    )
    return [split, Section("Balance", words, shown.reset_index(), figure)]


def _said(value: Any) -> str:
    """Return an option as it was typed."""
    if isinstance(value, Mapping):
        return ", ".join(f"{n}:{v:g}" for n, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, height), layout="constrained")
    ax = figure.add_subplot()
    ax.spines[["top", "right"]].set_visible(False)
    return figure
