"""The figure of the arena: error, coverage, calibration and targeting of each estimator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..plots import MUTED, POSTERIOR, TRUTH, blank, names_as_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_arena"]


@names_as_text()
def plot_arena(summary: pd.DataFrame, table: pd.DataFrame, about: Mapping[str, Any]) -> Figure:
    """Return four panels that share their rows: an estimator each, the least error first.

    Parameters
    ----------
    summary, table : pandas.DataFrame
        Of an `Arena`.
    about : mapping
        With the name of the cases and the probability of the intervals.

    Returns
    -------
    matplotlib.figure.Figure
    """
    summary, table = summary[summary["replications"] > 0], table.reset_index()
    names, ci_prob = list(summary.index), float(about["ci_prob"])
    inside = f"share of units inside\ntheir {ci_prob:.0%} interval"
    figure, [[error, cover, slope, lift]] = blank(1, 4, (12.6, 1.6 + 0.3 * max(3, len(names))))
    best = float(summary["best_lift"].max())
    _rows(error, table, names, "pehe", "error of unit effects\n(PEHE)", None)
    _rows(cover, table, names, "coverage", inside, ci_prob)
    _rows(slope, table, names, "slope", "slope of truth on prediction\n(1: calibrated)", 1.0)
    _rows(lift, table, names, "lift", "lift of the fifth predicted best\n(line: the largest)", best)
    error.set_xlim(left=0)
    cover.set_xlim(-0.03, 1.03)
    lift.set_xlim(right=1.08 * best if best > 0 else None)
    for ax in (error, cover, slope, lift):
        ax.set_yticks(range(len(names)), [str(v) for v in summary["label"]])
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.tick_params(labelleft=ax is error)
    for ax, words in ((cover, "no interval"), (slope, "one effect for all")):
        _absent(ax, summary, words)
    count = int(table["replication"].nunique())
    worlds = "one data set" if count == 1 else f"{count} data sets; dots: each, bars: their mean"
    figure.suptitle(f"{about['cases']}: {worlds}", fontsize=10)
    return figure


def _rows(
    ax: Axes, table: pd.DataFrame, names: list[str], column: str, label: str, line: float | None
) -> None:
    """Draw each replication as a dot, and the mean as a bar across."""
    if line is not None:
        ax.axvline(line, color=TRUTH, lw=1.2)
    for row, name in enumerate(names):
        values = table.loc[table["estimator"] == name, column].dropna().to_numpy(dtype=float)
        ax.axhline(row, color=MUTED, lw=0.4, alpha=0.5)
        if not len(values):
            continue
        if len(values) > 1:
            ax.plot(values, np.full(len(values), row), "o", ms=3.5, color=POSTERIOR, alpha=0.45)
        ax.plot(values.mean(), row, "|", ms=13, mew=2.4, color=POSTERIOR)
    ax.set_xlabel(label, fontsize=9)
    ax.tick_params(labelsize=9)
    ax.spines[["left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _absent(ax: Axes, summary: pd.DataFrame, words: str) -> None:
    column = "coverage" if words == "no interval" else "slope"
    for row, lacks in enumerate(summary[column].isna()):
        if lacks:
            ax.annotate(
                words, (0.5, row), xycoords=("axes fraction", "data"), ha="center", va="center",
                fontsize=8, color=MUTED,
            )  # fmt: skip
