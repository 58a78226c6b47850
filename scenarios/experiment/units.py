"""Findings of the experiment about its users: roles, cohorts, assignment, who was exposed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference import CATE, World
from ifonly.inference.experiments import assign, balance, cells, cohorts, members
from ifonly.inference.graph.regression import encoded
from ifonly.inference.graph.regression import standardised as unit_free
from ifonly.inference.graph.strength import first_stage as f_statistic

from ..display.figures import COLOURS, MUTED, POSTERIOR, blank, finish, heatmap
from ..reports.findings import Pair, between
from ..scenario import Section
from .reference import PUBLISHED_CORRELATIONS, PUBLISHED_F
from .truth import NOT_TREATED, QUERIES, SEGMENTS, TREATED, published

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["first_stage", "frame", "sections"]

POINTS: dict[str, Any] = {"fmt": "o", "ms": 4.5, "color": POSTERIOR, "capsize": 2.5, "lw": 1.2}
COHORTS = {"segment": None, "activity": 4, "age": [25.0, 35.0, 45.0, 55.0], "signup_month": None}
AVERAGED = {
    "pre_metric": "mean pre_metric",
    "T": "share treated",
    "exposure": "mean exposure",
    "Y": "mean Y",
}
BEFORE = ["segment", "age", "activity", "pre_metric", "signup_month"]
STRATA = {"segment": None, "activity": 4}
SAME = 0.05  # effects nearer to each other differ by the luck of exposures
BY_ELIGIBILITY = CATE("Y", do=TREATED, versus=NOT_TREATED, by="E")


def sections(pair: Pair) -> Iterator[Section]:
    """Yield findings 1 to 4."""
    data = frame(pair.world)
    yield _roles(data)
    yield _cohorts(data)
    yield _assignment(data)
    yield _exposure(pair, data)


def frame(world: World) -> pd.DataFrame:
    """Return what the analyst sees as a table, with the segments' names."""
    data = world.data.to_dataframe()
    return data.assign(segment=np.array(SEGMENTS)[data["segment"].to_numpy()])


def first_stage(data: pd.DataFrame) -> float:
    """Return the F statistic of the instrument ``Z`` for ``T``, given the other causes of ``Y``."""
    held = [encoded(data[n], n == "segment") for n in ("age", "activity", "E", "segment")]
    columns = [np.ones((len(data), 1)), *(unit_free(h.to_numpy()) for h in held)]
    return f_statistic(data["T"].to_numpy(), data["Z"].to_numpy(), np.hstack(columns))


def _roles(data: pd.DataFrame) -> Section:
    theirs = published()
    rows = []
    for (one, other), value in PUBLISHED_CORRELATIONS.items():
        both = (d[one].corr(d[other]) for d in (theirs, data))
        rows.append((f"correlation of {one} and {other}", value, *both))
    strength = first_stage(data)
    rows.append(("first-stage F of Z", PUBLISHED_F, first_stage(theirs), strength))
    numbers = data.drop(columns="segment").astype(float)
    numbers.insert(1, "vip", (data["segment"] == "vip").astype(float))
    grid = numbers.corr()
    figure, [[ax]] = blank(1, 1, (9.2, 5.2))
    heatmap(ax, grid[::-1], "correlation", digits=2, cmap="RdBu_r", ends=(-1.0, 1.0))
    ax.set_xticks(range(len(grid)), list(grid), rotation=40, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(grid)), list(grid)[::-1])
    verdict = "a strong instrument (above 10)" if strength > 10 else "a weak instrument (below 10)"
    return Section(
        "1. Does the instrument move the treatment?",
        "`Z` is drawn by lot, so what it moves it moves as a cause, and it reaches `Y` through "
        f"`T` alone. Its first-stage F is {strength:,.0f}: {verdict}. `T` and `Y` go together "
        "more closely than the effect alone would have them: `u`, which nobody sees, moves both. "
        "On the published data every figure is found again.",
        pd.DataFrame(rows, columns=["figure", "published", "on the published data", "here"]),
        finish(figure, "T and Y share more than an effect; Z reaches Y through T alone"),
    )


def _cohorts(data: pd.DataFrame) -> Section:
    found = cohorts(data, COHORTS, list(AVERAGED))
    table = found[["units", "share", *AVERAGED]].rename(columns=AVERAGED)
    spread = found["T"].groupby("cohort").agg(np.ptp).sort_values()
    return Section(
        "2. Cohorts",
        "Sizes, the metric before the experiment, who was treated, how often they were exposed, "
        "and the outcome. These are descriptions: a cohort that is treated more and has a higher "
        "outcome shows no effect. The share treated differs most by "
        f"`{spread.index[-1]}` ({100 * spread.iloc[-1]:.1f} percentage points between the highest "
        "and the lowest group).",
        table.reset_index(),
        _cohort_figure(found),
    )


def _cohort_figure(found: pd.DataFrame) -> Figure:
    shown = {"T": "share treated", "exposure": "mean exposure", "Y": "mean Y (score)"}
    figure, axes = blank(len(shown), len(COHORTS), (10.4, 5.6))
    for row, (column, words) in zip(axes, shown.items(), strict=True):
        reach = 1.645 * found[f"{column}_se"]
        ends = (found[column] - reach).min(), (found[column] + reach).max()
        room = 0.08 * (ends[1] - ends[0])
        for ax, name in zip(row, COHORTS, strict=True):
            part: Any = found.loc[name]
            at = np.arange(len(part))
            error = 1.645 * part[f"{column}_se"]
            ax.errorbar(at, part[column], yerr=error, **POINTS)
            ax.set_ylim(ends[0] - room, ends[1] + room)
            ax.set_xlim(-0.6, len(part) - 0.4)
            labels = [str(k).rpartition(": ")[2] for k in part.index]
            ax.set_xticks(at, labels if column == "Y" else [], fontsize=8)
            if column == "Y":
                ax.set_xlabel(name)
                ax.tick_params(axis="x", labelrotation=35 if len(max(labels, key=len)) > 7 else 0)
            if ax is not row[0]:
                ax.set_yticklabels([])
        row[0].set_ylabel(words)
    return finish(figure, "Who was treated, how often exposed, and with what outcome (90%)")


def _assignment(data: pd.DataFrame) -> Section:
    strata = cells(members(data, STRATA))
    # Fixed seeds: the lot is drawn once, as in an experiment.
    arms = {
        "over all": assign(len(data), seed=11),
        "within strata": assign(len(data), seed=11, strata=strata),
    }
    groups = members(data, STRATA).astype(str)
    wide = data[BEFORE].assign(**{"activity quartile": groups["activity"].str[:2]})
    columns = [*BEFORE, "activity quartile"]
    found = {name: balance(wide, arm, columns) for name, arm in arms.items()}
    table = pd.DataFrame(
        {f"{what}, {n}": t[what] for n, t in found.items() for what in ("difference", "z")}
    )
    worst = {name: t["difference"].abs().max() for name, t in found.items()}
    y = data["Y"]
    null = y[arms["over all"] == 1].mean() - y[arms["over all"] == 0].mean()
    error = y.std() * np.sqrt(4 / y.count())
    return Section(
        "3. Assignment by lot, and its balance",
        "Two arms of equal size, drawn over all users and within the "
        f"{len(np.unique(strata))} strata of segment and activity quartile. Differences are in "
        "standard deviations; z is the difference over what the lot alone would give, where "
        f"2 is exceeded once in twenty. The largest is {worst['over all']:.3f} over all and "
        f"{worst['within strata']:.3f} within strata, which balance what they are made of to "
        "within one user. These labels are drawn after the outcome was seen, so their true "
        f"effect on `Y` is zero; the arms differ by {null:.4f} (standard error {error:.4f}), and "
        "that is noise.",
        table.reset_index(names="what they had before"),
        _love_plot(found, len(data)),
    )


def _love_plot(found: dict[str, pd.DataFrame], units: int) -> Figure:
    labels = list(next(iter(found.values())).index)
    figure, [[ax]] = blank(1, 1, (7.6, 0.27 * len(labels) + 1.5))
    at = np.arange(len(labels))[::-1]
    bound = 1.96 * 2 / np.sqrt(units)
    ax.axvspan(-bound, bound, color=MUTED, alpha=0.18, lw=0, label="95% of lots over all")
    ax.axvline(0, color=MUTED, lw=0.8)
    for (name, table), colour, marker in zip(found.items(), COLOURS[1:], "os", strict=False):
        ax.plot(table["difference"], at, marker, ms=5.5, color=colour, label=name)
    ax.set_yticks(at, labels)
    ax.set_ylim(-0.6, len(labels) - 0.4)
    ax.set_xlabel("difference of the arms (standard deviations)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "Strata take away what luck leaves in the covariates they are made of")


def _exposure(pair: Pair, data: pd.DataFrame) -> Section:
    found: Any = pair.compare(BY_ELIGIBILITY).table
    total = pair.compare(QUERIES["total effect of T"]).table.iloc[0]
    rows = []
    groups: dict[str, Any] = {
        "all": slice(None),
        "ineligible (E = 0)": data["E"] == 0,
        "eligible (E = 1)": data["E"] == 1,
    }
    for (name, where), row in zip(groups.items(), [total, found.loc[0], found.loc[1]], strict=True):
        part = data[where]
        naive = part["Y"][part["T"] == 1].mean() - part["Y"][part["T"] == 0].mean()
        rows.append(
            (name, len(part), part["T"].mean(), part["activity"].mean(), part["exposure"].mean(),
             naive, row["truth"], row["mean"], between(row))
        )  # fmt: skip
    columns = ["users", "number", "share treated", "mean activity", "mean exposure"]
    columns += ["treated less untreated", "true effect", "posterior mean", "90% interval"]
    kept, weight = _effective(pair, data)
    treated = data["T"][data["E"] == 0].mean()
    gate = (
        f"`E` gates nothing: {treated:.0%} of the ineligible are treated."
        if treated
        else "`E` gates the treatment: no ineligible user is treated."
    )
    fewer = "has fewer users" if treated else "leaves out users whom no instrument moves"
    apart = float(found["truth"].iloc[1] - found["truth"].iloc[0])
    same = (
        "and the effect does not, so it is the same on either side: an analysis of the eligible "
        f"is not biased by leaving out the rest, it {fewer}. Weighting them back by the "
        "inverse of their chance of being eligible repairs nothing and costs precision"
        if abs(apart) < SAME
        else f"and so does the effect, which is {apart:.2f} larger for the eligible: an analysis "
        "of them alone answers for them alone. Weighting them back by the inverse of their chance "
        "of being eligible answers for all, and costs precision"
    )
    return Section(
        "4. Exposure: all, or the eligible only",
        f"{gate} It depends on activity, {same}: {kept:,} eligible users weigh as much as "
        f"{weight:,.0f} equally weighted ones. Wherever there are both, the treated differ "
        "from the untreated by more than the effect, since `u` drives both.",
        pd.DataFrame(rows, columns=columns),
    )


def _effective(pair: Pair, data: pd.DataFrame) -> tuple[int, float]:
    """Return how many are eligible, and Kish's effective number under inverse weights."""
    from ifonly.models.experiment import standardised

    drawn = pair.posterior.idata["posterior"]
    intercept, slope = (float(drawn[n].mean()) for n in ("E_intercept", "E_on_activity"))
    activity = data["activity"][data["E"] == 1].to_numpy()
    weight = 1.0 + np.exp(-(intercept + slope * standardised(activity)))
    return len(weight), float(weight.sum() ** 2 / (weight**2).sum())
