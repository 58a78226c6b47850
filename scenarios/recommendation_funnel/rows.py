"""Findings of the recommendation funnel about rows: counterfactuals, who benefits, the oracle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from ifonly.inference import Comparison, PotentialOutcome, World
from ifonly.models.recommendation_funnel import recommendation_funnel

from ..display.figures import MUTED, POSTERIOR, TRUTH, blank, finish, forest, heatmap, movement
from ..display.wording import interval
from ..reports.findings import Pair, between
from ..scenario import Section
from .truth import (
    DOWHY_PUBLISHED,
    DOWHY_RERUN,
    EACH_LEVER_NEW,
    INTENT,
    LEVERS,
    PARAMETERS,
    QUALITY,
    QUERIES,
    SOFT,
    VALUE,
    published,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["figures_table", "sections"]

ROWS = QUERIES["effect of quality +0.5 on each row"]
MEAN = QUERIES["mean row-level effect of quality +0.5"]
NEW = 500  # units of a draw of a new population
NAMED, SAMPLED = 10, 800  # as published: rows shown one by one, and rows of the histogram


def sections(pair: Pair) -> Iterator[Section]:
    """Yield findings 7 to 10."""
    yield _named_rows(pair)
    yield _many_rows(pair)
    yield _who_benefits(pair)
    yield _oracle(pair)
    yield _three_modes(pair)


def figures_table(pair: Pair) -> Section:
    """Return the published figures, with the truth and ours beside them."""
    known = World.from_evidence(recommendation_funnel(), PARAMETERS, published())
    theirs = float(known.ask(MEAN))
    mean, rows, lever = pair.compare(MEAN), pair.compare(ROWS), pair.compare(EACH_LEVER_NEW).table
    zero = pair.compare(QUERIES["ladder of shifts of quality"]).table.loc[0.0]
    found, level = mean.table.iloc[0], "mean row-level effect of quality +0.5"
    lines = [
        (level, found["truth"], "mean row-level effect", found["mean"], between(found)),
        ("RMSE of the row-level effects", 0.0, "RMSE", rows.rmse, ""),
        ("correlation of the row-level effects with the truth", 1.0, "correlation",
         float(rows.summary["correlation"].iloc[0]), ""),
    ]  # fmt: skip
    lines += [
        (f"average causal effect, {name} +0.5", row["truth"], name, row["mean"], between(row))
        for name, (_, row) in zip(LEVERS, lever.iterrows(), strict=True)
    ]
    lines += [("ladder at shift 0", 0.0, "ladder at 0", zero["mean"], between(zero))]
    table = pd.DataFrame(lines, columns=["figure", "truth", "key", "ours", "90% interval"])
    key = table.pop("key")
    table.insert(2, "DoWhy, published", key.map(DOWHY_PUBLISHED).astype(float))
    table.insert(3, "DoWhy, run again", key.map(DOWHY_RERUN).astype(float))
    return Section(
        "The published figures, and ours",
        "DoWhy is the package of Blöbaum, Götz, Budhathoki, Mastakouri and Janzing (2024), "
        '"DoWhy-GCM: An extension of DoWhy for causal inference in graphical causal models". '
        f"Its figures are for its own 4,000 rows, on which the true mean row-level effect is "
        f"{theirs:.4f}; truth and ours are for the {pair.posterior.state.units} rows at hand. "
        f"Row by row, DoWhy's effects correlate with the truth by {DOWHY_RERUN['correlation']}, "
        f"ours by {rows.summary['correlation'].iloc[0]:.3f}. The comparison is not an even one: "
        "ours is told the form of the equations, and the trees are not. The alternative model "
        "`flexible` is not told it either.",
        table,
    )


def _named_rows(pair: Pair) -> Section:
    found = pair.compare(ROWS).table.head(NAMED)
    was = pair.world.data[VALUE].to_numpy()[:NAMED]
    columns = ["mean", "low", "high", "truth"]
    moved = found[columns].add(was, axis=0).assign(factual=was)
    names, widest = [f"row {u}" for u in found.index], float((found["high"] - found["low"]).max())
    figure, [[ax]] = blank(1, 1, (8.2, 0.3 * NAMED + 1.4))
    movement(ax, names, moved)
    ax.set_xlabel("next_week_value (score)")
    table = pd.DataFrame(
        {
            "row": found.index,
            "intent": pair.world.data[INTENT].to_numpy()[:NAMED],
            "value as it was": was,
            "would have been": moved["mean"].to_numpy(),
            "90% interval": [between(row) for row in moved.itertuples()],
            "truly would have been": moved["truth"].to_numpy(),
            "effect": found["mean"].to_numpy(),
            "true effect": found["truth"].to_numpy(),
        }
    )
    return Section(
        f"7a. {NAMED} rows, one by one",
        "What each row's value would have been had its quality been 0.5 higher, with the row's own "
        f"noise in watch time and in value. The intervals hold the truth of "
        f"{int(found['covered'].sum())} of {NAMED}; they share one posterior, so that they tend to "
        "hit or miss together.",
        table,
        finish(figure, f"Every row gains, and by how much is known to within {widest / 2:.2f}"),
    )


def _many_rows(pair: Pair) -> Section:
    found = pair.compare(ROWS).table.head(SAMPLED)
    mean, truth = found["mean"].to_numpy(), found["truth"].to_numpy()
    figure, [[ax]] = blank(1, 1, (7.6, 3.2))
    bins = np.linspace(min(mean.min(), truth.min()), max(mean.max(), truth.max()), 41).tolist()
    ax.hist(mean, bins, color=POSTERIOR, alpha=0.55, label="posterior means")
    ax.hist(truth, bins, histtype="step", color=TRUTH, lw=1.5, label="truth")
    ax.axvline(DOWHY_PUBLISHED["mean row-level effect"], color=MUTED, ls="--", lw=1.2,
               label="DoWhy's mean, published")  # fmt: skip
    ax.axvline(mean.mean(), color=POSTERIOR, ls="--", lw=1.2, label="our mean")
    ax.set_xlabel("effect of quality +0.5 on one row's next_week_value (score)")
    ax.set_ylabel("rows")
    ax.legend(frameon=False, fontsize=8.5, loc="upper right")
    rows = [
        (label, v.mean(), v.std(ddof=1), v.min(), np.median(v), v.max())
        for label, v in (("posterior means", mean), ("truth", truth))
    ]
    return Section(
        f"7b. {len(found)} rows: how the effects are spread",
        f"The smallest effect among these rows is {truth.min():.3f} in truth and {mean.min():.3f} "
        "in the posterior mean. The published minimum of 0.0000 is no finding but an artefact: a "
        "tree is constant between its cuts, so that rows that cross none do not move.",
        pd.DataFrame(rows, columns=["effects", "mean", "sd", "min", "median", "max"]),
        finish(figure, "Effects differ from row to row, and none is zero"),
    )


def _who_benefits(pair: Pair) -> Section:
    comparison = pair.compare(QUERIES["who benefits, by intent and quality"])
    grid = comparison.elements["mean"].transpose(QUALITY, INTENT)
    covered = comparison.table["covered"]
    figure, [[ax]] = blank(1, 1, (6.8, 4.0))
    heatmap(ax, grid, "mean effect of quality +0.5 (score)")
    ax.set_xticks(range(4), _lines(grid[INTENT]), fontsize=8)
    ax.set_yticks(range(4), _lines(grid[QUALITY]), fontsize=8)
    ax.set_xlabel("quartile of user_intent (score)")
    ax.set_ylabel("quartile of recommendation_quality (score)")
    table = comparison.table[["truth", "mean", "low", "high", "covered"]].reset_index()
    return Section(
        "8. Who benefits",
        "The mean effect in each quartile of intent and of quality. It rises with intent, and "
        "within a quartile of intent hardly with quality: in truth the effect depends on intent "
        f"alone. The interval holds the truth in {int(covered.sum())} of {len(covered)} groups.",
        table,
        finish(figure, "Those with high intent benefit most, whatever their quality was"),
    )


def _lines(labels: xr.DataArray) -> list[str]:
    """Return the labels of quantile groups on two lines each."""
    return [str(label).replace(": ", "\n") for label in labels.to_numpy()]


def _oracle(pair: Pair) -> Section:
    comparison = pair.compare(ROWS)
    summary = comparison.summary.iloc[0]
    rows = [
        ("RMSE (score)", summary["rmse"], DOWHY_RERUN["RMSE"]),
        ("correlation with the truth", summary["correlation"], DOWHY_RERUN["correlation"]),
        ("share of rows whose 90% interval holds the truth", summary["coverage"], np.nan),
        ("mean width of the 90% interval (score)", summary["width"], np.nan),
    ]
    return Section(
        "9. The oracle",
        "The same counterfactual through the true equations with the true noise, beside the fitted "
        f"model's, for {int(summary['elements'])} rows. Coverage over the rows of one data set is "
        "no check of calibration, since all rows share the coefficients; `ifonly calibrate` "
        "repeats it over many data sets.",
        pd.DataFrame(rows, columns=["measure", "ours", "DoWhy, run again"]),
        _against_truth(comparison, summary["correlation"]),
    )


def _against_truth(comparison: Comparison, correlation: float) -> Figure:
    found = comparison.elements
    truth, mean = found["truth"].to_numpy(), found["mean"].to_numpy()
    order = np.argsort(truth)[:: max(1, truth.size // 2_000)]
    figure, [[ax]] = blank(1, 1, (5.6, 4.2))
    ends = np.array([truth.min(), truth.max()])
    low, high = found["low"].to_numpy()[order], found["high"].to_numpy()[order]
    ax.fill_between(truth[order], low, high, color=POSTERIOR, alpha=0.2, lw=0, label="90% interval")
    ax.plot(truth[order], mean[order], ".", ms=3, color=POSTERIOR, label="posterior mean of a row")
    ax.plot(ends, ends, color=TRUTH, lw=1.2, label="where they are equal")
    ax.set_xlabel("true effect on the row (score)")
    ax.set_ylabel("fitted effect on the row (score)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left")
    return finish(figure, f"Row by row, fitted and true effects correlate by {correlation:.4f}")


def _three_modes(pair: Pair) -> Section:
    apart = pair.answer(_new({}, seed=1)).mean("unit")
    apart = pair.answer(_new(SOFT, seed=2)).mean("unit") - apart
    lever, rows = pair.compare(EACH_LEVER_NEW), pair.compare(MEAN).table.iloc[0]
    population = lever.table.iloc[0]
    truth = population["truth"]
    low, high = np.quantile(apart, [0.05, 0.95])
    ends = [(low, high), *((float(r["low"]), float(r["high"])) for r in (population, rows))]
    lines = [
        ("difference of interventional means", "E[V(do)] - E[V], worlds drawn apart", "new", truth,
         float(apart.mean()), float(apart.std()), interval(*ends[0])),
        ("average causal effect", "E[V(do) - V], worlds with shared noise", "new", truth,
         population["mean"], population["sd"], between(population)),
        ("mean row-level effect", "mean over these rows of V_i(do) - V_i", "observed",
         rows["truth"], rows["mean"], rows["sd"], between(rows)),
    ]  # fmt: skip
    columns = ["mode", "estimand", "units", "truth", "mean", "sd", "90% interval"]
    return Section(
        "10. Three modes, three estimands",
        f"The first two are one number of the population, {truth:.4f}. The first draws its two "
        f"worlds apart ({NEW} units each in a draw), so that its spread ({lines[0][5]:.3f}) is "
        f"sampling error and not ignorance; with shared noise {lines[1][5]:.4f} is left. The third "
        "is about these very rows, whose intents happen to be what they are.",
        pd.DataFrame(lines, columns=columns),
        _modes_figure(lines, ends),
    )


def _modes_figure(lines: list[tuple[Any, ...]], ends: list[tuple[float, float]]) -> Figure:
    figure, [[ax]] = blank(1, 1, (8.2, 2.3))
    low, high = zip(*ends, strict=True)
    found = pd.DataFrame(
        {"truth": [x[3] for x in lines], "mean": [x[4] for x in lines], "low": low, "high": high}
    )
    forest(ax, [str(line[0]) for line in lines], found)
    ax.set_xlim(left=min(low) - 0.02)
    ax.set_xlabel("effect of quality +0.5 on next_week_value (score)")
    return finish(figure, "Worlds drawn apart hide the effect behind sampling error")


def _new(do: Mapping[str, Any], seed: int) -> PotentialOutcome:
    return PotentialOutcome(VALUE, do=do, units="new", size=NEW, seed=seed)
