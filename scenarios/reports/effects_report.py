"""What the report of the effects on a user's own table says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference.validation.plots import names_as_text, with_intervals

from ..display.figures import COLOURS, MUTED, POSTERIOR
from ..scenario import Section
from .page import Chapter, render
from .provenance import made_section, versions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["effects_report"]

Floats = NDArray[np.float64]
WIDE = (6.4, 3.0)


@names_as_text()
def effects_report(found: Any, table: str, code: str, seconds: Mapping[str, float]) -> str:
    """Return the report as an HTML page.

    Parameters
    ----------
    found : Effects
        Of `ifonly.scenarios.analyses.effects.analysis`.
    table : str
        What the table is called.
    code : str
        The program of the model.
    seconds : mapping of str to float
        That each step took.
    """
    t, y = found.table.treatment, found.table.outcome
    facts = {"table": table, "units": len(found.table), "ci_prob": found.ci_prob} | {
        f"weight of the model {n}": w for n, w in found.weights.items()
    }
    chapters = [
        Chapter("The average effect", [_average(found)]),
        Chapter("Who gains, who loses", [_units(found), *_by_modifier(found)]),
        Chapter("Where the arms overlap", [_overlap(found)]),
        Chapter("What others would say", [_others(found)]),
        Chapter("The model", [_model(found), Section("As a program", _indented(code))]),
        Chapter("How this was computed", [made_section(facts, dict(seconds))]),
    ]
    question = (
        f"What does {t} do to {y}, on average and for each of {len(found.table):,} units, if "
        f"{_listed(found.table.covariates)} are all that {t} and {y} have in common?"
    )
    return render(f"The effect of {t} on {y}", question, chapters, versions())


def _listed(names: tuple[str, ...]) -> str:
    if len(names) > 8:
        return f"{', '.join(names[:7])} and {len(names) - 7} more covariates"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "no covariate"


def _average(found: Any) -> Section:
    ate, share = found.ate, found.share_above
    text = (
        f"The average effect over these units is {ate['mean']:.4g}; with a probability of "
        f"{found.ci_prob:.0%} it is between {ate['low']:.4g} and {ate['high']:.4g}, if the model "
        f"is right and nothing else affects both {found.table.treatment} and "
        f"{found.table.outcome}. "
        f"The effect is above zero for {share['mean']:.0%} of the units "
        f"({share['low']:.0%} to {share['high']:.0%})."
    )
    if found.problems:
        text += "\n\n" + "\n\n".join(f"Beware: {p}." for p in found.problems)
    return Section("", text)


def _units(found: Any) -> Section:
    counts = found.verdicts
    figure = _figure()
    ax = figure.add_subplot()
    answer = found.answer
    order = np.argsort(answer.mean)
    shown = order[np.linspace(0, len(order) - 1, min(len(order), 400)).astype(int)]
    place = np.linspace(0, 100, len(shown))
    ax.fill_between(
        place, answer.low[shown], answer.high[shown], color=POSTERIOR, alpha=0.2, lw=0,
        label=f"{found.ci_prob:.0%} interval",
    )  # fmt: skip
    ax.plot(place, answer.mean[shown], color=POSTERIOR, lw=1.6, label="mean")
    ax.axhline(0, color=MUTED, lw=0.8)
    ax.set(xlabel="units from the least effect to the largest, %", ylabel=_of(found))
    _legend(ax)
    text = (
        f"Each unit's expected effect has an interval of its own. For {counts['above zero']:,} of "
        f"{len(found.table):,} units it lies above zero, for {counts['below zero']:,} below, and "
        f"for {counts['not told']:,} the data do not tell."
    )
    if found.refits is not None:
        text += f"\n\nThe intervals were checked: {found.refits}."
    table = counts.rename({"not told": "on both sides"}).to_frame("units")
    table = table.rename_axis("the interval lies").reset_index()
    return Section("Unit by unit", text, table, figure)


def _by_modifier(found: Any) -> list[Section]:
    sections = []
    for name, share in found.importance.head(3).items():
        if share < 0.01:
            continue
        groups = found.by(name)
        figure = _figure()
        ax = figure.add_subplot()
        place = np.arange(len(groups))
        with_intervals(ax, groups["mean"], place, (groups["low"], groups["high"]), ms=5)
        ax.set_yticks(place, [str(v) for v in groups.index])
        ax.set_ylim(len(groups) - 0.5, -0.5)
        ax.axvline(0, color=MUTED, lw=0.8)
        ax.spines[["top", "right"]].set_visible(False)
        ax.set(xlabel=f"average {_of(found)}, {found.ci_prob:.0%} interval", ylabel=str(name))
        text = f"{share:.0%} of the variance of the unit effects goes along with {name}."
        sections.append(
            Section(f"By {name}", text, _with_level(groups, found).reset_index(), figure)
        )
    return sections


def _overlap(found: Any) -> Section:
    figure = _figure()
    ax = figure.add_subplot()
    edges = np.linspace(0, 1, 41).tolist()
    for arm, word, colour in ((0, "untreated", COLOURS[0]), (1, "treated", COLOURS[1])):
        of_arm = found.propensity[found.table.t == arm]
        ax.hist(of_arm, edges, color=colour, alpha=0.55, label=word)
    ax.set(xlabel="probability of treatment", ylabel="units", xlim=(0, 1))
    _legend(ax)
    text = (
        "Where treated units have untreated ones like them, the data tell the effect; where one "
        "arm is missing, the model does. The table goes from the fifth of the units with the least "
        "effect to that with the largest: the share of its units that are treated, the lowest and "
        "the highest probability of treatment, and the share of units with one so near 0 or 1 that "
        "hardly any of the other arm are like them."
    )
    return Section("", text, found.overlap.reset_index(), figure)


def _others(found: Any) -> Section:
    said = found.others
    if said is None:
        return Section("", "These estimators come with `ifonly[estimators]`, not installed here.")
    text = (
        "Standard estimators of the average effect on the same columns. The plain difference holds "
        "nothing; least squares holds the covariates, with one effect for all units, so that it "
        "averages unequal effects by weights of its own."
    )
    columns = said[["estimate", "se", "low", "high", "problems"]]
    if not columns["problems"].any():
        columns = columns.drop(columns="problems")
    own = found.ate
    first = pd.DataFrame(
        {"estimate": own["mean"], "se": own["sd"], "low": own["low"], "high": own["high"]},
        index=["ifonly"],
    )
    table = pd.concat([first, columns]).fillna({"problems": ""}).rename_axis("estimator")
    return Section("", text, _with_level(table, found).reset_index())


def _model(found: Any) -> Section:
    rows = [
        {
            "model": name,
            "weight": found.weights[name],
            "sampler": part.posterior.idata.attrs["sampler"],
            "largest R-hat of unit effects": part.r_hat,
        }
        for name, part in found.parts.items()
    ]
    text = (
        "The outcome is baseline plus treatment times effect plus noise. Baseline and effect are "
        "sums over the covariates, shrunk apart from each other; what tells of the probability of "
        "treatment is part of the baseline. R-hat compares the chains of draws: at 1 they agree."
    )
    return Section("What was conditioned", text, pd.DataFrame(rows))


def _of(found: Any) -> str:
    """Return what the numbers are, for an axis."""
    return f"effect on {found.table.outcome}"


def _with_level(table: pd.DataFrame, found: Any) -> pd.DataFrame:
    """Return a table whose ends of intervals say of what probability they are."""
    return table.rename(columns={n: f"{n} ({found.ci_prob:.0%})" for n in ("low", "high")})


def _indented(code: str) -> str:
    """Return code as one paragraph of code: the page breaks paragraphs at empty lines."""
    return "\n".join(f"  {line}" for line in code.splitlines() if line.strip())


def _figure() -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=WIDE, layout="constrained")


def _legend(ax: Axes) -> None:
    ax.legend(frameon=False, fontsize=8.5)
    ax.spines[["top", "right"]].set_visible(False)
