"""Findings 3 to 5: the average effect, effects by segment and quartile, and over bins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference import CATE, Comparison

from ..display.figures import COLOURS, MUTED, POSTERIOR, TRUTH, bars, blank, finish, with_intervals
from ..display.wording import interval
from ..reports.findings import between
from ..scenario import Section
from .analyses import INTERACTIONS, TOLD, Analyses, ols_effect
from .truth import COVARIATES, EXPOSED, NOT_EXPOSED, QUERIES, SEGMENTS, published

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["BINS", "by_bins", "limit_of_ols", "sections"]

TWO_WAY = QUERIES["effect by segment and quartile of intent"]
BINS = 8
REACH = 1.645  # of a 90 % interval, in standard errors
LEVELS = 2  # a covariate with so many values is grouped by them


def sections(found: Analyses) -> Iterator[Section]:
    """Yield findings 3 to 5."""
    yield _average(found)
    yield _segments(found)
    yield _bins(found)


@cache
def limit_of_ols(units: int = 1_000_000) -> float:
    """Return what OLS without interactions tends to, from many rows of the same process."""
    return ols_effect(published(units=units, seed=0))[0]


def by_bins(name: str, values: Any, bins: int = BINS) -> CATE:
    """Return the question of the effect within quantile bins of a covariate.

    Parameters
    ----------
    name : str
        Of the covariate.
    values : array of shape (unit,)
        Of it; one with two values or fewer is grouped by them.
    bins : int

    Returns
    -------
    CATE
    """
    rule = None if len(np.unique(values)) <= LEVELS else bins
    return CATE("weekly_value", do=EXPOSED, versus=NOT_EXPOSED, by={name: rule})


def _average(found: Analyses) -> Section:
    data, query = found.data, QUERIES["average effect"]
    truth = float(found.told.truth(query))
    y, exposed = data["weekly_value"], data["exposure"] == 1
    error = np.sqrt(y[exposed].var() / exposed.sum() + y[~exposed].var() / (~exposed).sum())
    naive = float(y[exposed].mean() - y[~exposed].mean()), float(error)
    ols = ols_effect(data)
    rows = [
        (name, truth, mean, mean - REACH * se, mean + REACH * se)
        for name, (mean, se) in (("naive difference", naive), ("OLS, no interactions", ols))
    ]
    for label, pair in found.pairs.items():
        row = pair.compare(query).table.iloc[0]
        rows.append((f"model, {label}", truth, row["mean"], row["low"], row["high"]))
    table = pd.DataFrame(rows, columns=["analysis", "truth", "mean", "low", "high"])
    of = {
        n: float(found.told.truth(QUERIES[f"effect on the {n}"])) for n in ("exposed", "unexposed")
    }
    return Section(
        "3. The average effect",
        f"The truth is {truth:.3f} for all users, {of['exposed']:.3f} for the exposed and "
        f"{of['unexposed']:.3f} for the others: who gains more is exposed more often. The naive "
        f"difference is {naive[0]:.3f}. OLS that adjusts without interactions finds "
        f"{ols[0]:.3f}, and more rows do not bring it to the truth: of a million it finds "
        f"{limit_of_ols():.3f}, about the mean of the effects weighted by the variance of exposure "
        "given the covariates, so that users who are nearly sure to be exposed hardly count. With "
        f"interactions of exposure and modifiers the model finds {table['mean'].iloc[3]:.3f}.",
        _shown(table),
        _forest(table),
    )


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    pairs = table[["low", "high"]].itertuples(index=False)
    covered = table["low"].le(table["truth"]) & table["high"].ge(table["truth"])
    return pd.DataFrame(
        {
            "analysis": table["analysis"],
            "truth": table["truth"],
            "estimate": table["mean"],
            "90% interval": [interval(*pair) for pair in pairs],
            "covered": [bool(c) for c in covered],
            "bias": table["mean"] - table["truth"],
        }
    )


def _forest(table: pd.DataFrame) -> Figure:
    figure, [[ax]] = blank(1, 1, (8.2, 2.4))
    at = np.arange(len(table))[::-1]
    with_intervals(ax, table["mean"], at, (table["low"], table["high"]), ms=5, label="90%")
    ax.axvline(table["truth"].iloc[0], color=TRUTH, lw=1.4, label="truth")
    ax.axvline(limit_of_ols(), color=MUTED, lw=1.2, ls=":", label="what OLS tends to")
    ax.set_yticks(at, table["analysis"])
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlabel("average effect on weekly value (currency)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "The exposed were better buyers; and OLS answers for other users")


def _segments(found: Analyses) -> Section:
    comparison, linear = found.told.compare(TWO_WAY), found.linear.compare(TWO_WAY)
    table = comparison.table
    segments, quartiles = (table.index.get_level_values(k) for k in comparison.dims)
    by_segment, by_quartile = (
        _listed(found.told.compare(QUERIES[label]))
        for label in ("effect by segment", "effect by quartile of intent")
    )
    return Section(
        "4. Effects by segment and by quartile of intent",
        f"In truth the effect is {by_segment} for standard and power users, and {by_quartile} from "
        "the lowest to the highest quartile of intent. In the lowest quartile standard users gain "
        f"{table['truth'].iloc[0]:.3f} on average, and so some of them lose. The model with "
        "interactions alone has no kink: it is too high in the middle of intent, and too low at "
        "its ends.",
        pd.DataFrame(
            {
                "segment": [SEGMENTS[int(k)] for k in segments],
                "intent": quartiles,
                "truth": table["truth"].to_numpy(),
                f"{TOLD}": table["mean"].to_numpy(),
                f"90% interval, {TOLD}": [between(row) for row in table.itertuples()],
                f"{INTERACTIONS}": linear.table["mean"].to_numpy(),
                f"90% interval, {INTERACTIONS}": [
                    between(row) for row in linear.table.itertuples()
                ],
            }
        ),
        _bars({TOLD: comparison, INTERACTIONS: linear}),
    )


def _listed(comparison: Comparison) -> str:
    values = [f"{v:.3f}" for v in comparison.table["truth"]]
    return f"{', '.join(values[:-1])} and {values[-1]}"


def _bars(comparisons: dict[str, Comparison]) -> Figure:
    figure, axes = blank(1, len(SEGMENTS), (10.0, 3.4))
    width = 0.27
    for k, (ax, segment) in enumerate(zip(axes.flat, SEGMENTS, strict=True)):
        for j, (label, comparison) in enumerate(comparisons.items()):
            part = comparison.elements.isel(power_segment=k)
            mean, low, high = (part[n].to_numpy() for n in ("mean", "low", "high"))
            at = np.arange(len(mean)) + (j - 0.5) * width
            colour = COLOURS[1 + 3 * j]
            bars(ax, at, mean, (low, high), width, colour=colour, alpha=0.75, label=f"{label}, 90%")
        truth = part["truth"].to_numpy()
        ax.plot(
            np.arange(len(truth)), truth, ls="none", marker="D", ms=8, mfc="none", mec=TRUTH,
            mew=1.6, label="truth",
        )  # fmt: skip
        ax.axhline(0, color=MUTED, lw=0.8)
        labels = [str(v).replace(": ", "\n") for v in part["baseline_intent"].to_numpy()]
        ax.set_xticks(np.arange(len(truth)), labels, fontsize=8)
        ax.set_title(f"{segment} users", fontsize=9.5)
        ax.set_xlabel("quartile of baseline_intent")
    axes[0, 0].set_ylabel("effect on weekly value")
    lows, highs = zip(*(ax.get_ylim() for ax in axes.flat), strict=True)
    for ax in axes.flat:
        ax.set_ylim(min(lows), max(highs))
    figure.legend(
        *axes.flat[0].get_legend_handles_labels(),
        loc="outside lower center", ncols=3, frameon=False, fontsize=9,
    )  # fmt: skip
    return finish(figure, "Power users and those with intent gain most; some lose")


def _bins(found: Analyses) -> Section:
    asked = {n: by_bins(n, found.data[n]) for n in COVARIATES}
    rows = []
    for name, query in asked.items():
        told, linear = found.told.compare(query).table, found.linear.compare(query).table
        for (label, row), other in zip(told.iterrows(), linear["mean"], strict=True):
            rows.append((name, str(label), row["truth"], row["mean"],
                         interval(row["low"], row["high"]), other))  # fmt: skip
    middle = float(found.data["baseline_intent"].median())
    columns = ["covariate", "bin", "truth", TOLD, f"90% interval, {TOLD}", INTERACTIONS]
    return Section(
        "5. Effects over bins of each covariate",
        f"Each covariate cut at its own quantiles into {BINS} bins, without being told where. "
        "Along intent the effect bends at 0, which is the middle of intent "
        f"(its median here is {middle:.3f}): the slope is 0.45 below and 0.70 above. It is no "
        "extra for very high intent. Season and prior value are no modifiers of their own; along "
        "prior value the effect rises because intent and segment raise both.",
        pd.DataFrame(rows, columns=columns),
        _lines(found, asked),
    )


def _lines(found: Analyses, asked: dict[str, CATE]) -> Figure:
    figure, axes = blank(1, len(asked), (11.5, 3.1))
    for ax, (name, query) in zip(axes.flat, asked.items(), strict=True):
        told = found.told.compare(query).elements
        at = _middles(found.data[name], told.sizes[name])
        ax.fill_between(at, told["low"], told["high"], color=POSTERIOR, alpha=0.2, lw=0)
        ax.plot(at, told["mean"], color=POSTERIOR, lw=1.6, label=f"{TOLD}, 90%")
        linear = found.linear.compare(query).elements["mean"]
        ax.plot(at, linear, color=COLOURS[4], lw=1.4, ls="--", label=INTERACTIONS)
        ax.plot(at, told["truth"], "D", ms=6, mfc="none", mec=TRUTH, mew=1.4, label="truth")
        ax.axhline(0, color=MUTED, lw=0.8)
        ax.set_xlabel(name, fontsize=9)
        if len(at) <= LEVELS:
            ax.set_xticks(at)
            ax.set_xlim(-0.4, 1.4)
    lows, highs = zip(*(ax.get_ylim() for ax in axes.flat), strict=True)
    for ax in axes.flat:
        ax.set_ylim(min(lows), max(highs))
    axes[0, 0].set_ylabel("effect on weekly value")
    figure.legend(
        *axes.flat[0].get_legend_handles_labels(),
        loc="outside lower center", ncols=3, frameon=False, fontsize=9,
    )  # fmt: skip
    return finish(figure, "The effect bends at an intent of 0, in the middle of the users")


def _middles(values: pd.Series, groups: int) -> Any:
    """Return where each bin of a covariate is drawn: its median, or its value."""
    if values.nunique() <= LEVELS:
        return np.sort(values.unique())
    return np.quantile(values, (np.arange(groups) + 0.5) / groups)
