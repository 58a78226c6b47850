"""The figure of a calibration."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..plots import MUTED, POSTERIOR, TRUTH, blank, names_as_text
from .uniformity import band

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_calibration"]

Floats = NDArray[np.float64]
# Beyond this many elements lines get no name.
MOST_NAMED = 8


@names_as_text()
def plot_calibration(
    ranks: Sequence[tuple[str, Floats]], coverage: pd.DataFrame, title: str, note: str
) -> Figure:
    """Return the histogram of ranks, their distribution with its band, and the coverage.

    Parameters
    ----------
    ranks : sequence of (str, array of shape (replication,))
        For each element its label and the ranks of the truth, from 0 to 1.
    coverage : pandas.DataFrame
        A row per element and probability, with the columns element, ci_prob, share, low and high.
    title, note : str
        What stands above the figure; the title is wrapped.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, [[left, middle, right]] = blank(1, 3, (12.6, 4.0))
    count = min(len(part) for _, part in ranks)
    _histogram(left, [part for _, part in ranks], count)
    _difference(middle, ranks, count)
    _coverage(right, coverage)
    figure.suptitle("\n".join([*textwrap.wrap(title, 140), note]), fontsize=9.5)
    return figure


def _histogram(ax: Axes, parts: list[Floats], count: int) -> None:
    from scipy.stats import binom  # half a second to import

    bins = int(np.clip(count // 10, 5, 20))
    low, high = binom.ppf([0.025, 0.975], count, 1 / bins)
    ax.axhspan(low, high, color=MUTED, alpha=0.25, lw=0)
    ax.axhline(count / bins, color=MUTED, lw=1)
    edges = np.linspace(0, 1, bins + 1).tolist()
    if len(parts) == 1:
        ax.hist(parts[0], edges, color=POSTERIOR, alpha=0.75, rwidth=0.92)
    else:
        for number, part in enumerate(parts):
            ax.hist(part, edges, histtype="step", color=f"C{number}", lw=1.4)
    ax.set(xlim=(0, 1), xlabel="rank of the truth (0: below all draws)", ylabel="replications")
    ax.set_title("grey: 95 % of uniform bars end here", fontsize=9)


def _difference(ax: Axes, ranks: Sequence[tuple[str, Floats]], count: int) -> None:
    """Draw the empirical distribution less the uniform one, in which a departure is seen best."""
    limits = band(count)
    x = np.concatenate([[0], limits.points, [1]])
    low, high = (np.concatenate([[0], v - limits.points, [0]]) for v in (limits.low, limits.high))
    ax.fill_between(x, low, high, step="post", color=MUTED, alpha=0.25, lw=0)
    ax.set_title(f"grey: {limits.ci_prob:.0%} of uniform ranks stay wholly inside", fontsize=9)
    ax.axhline(0, color=MUTED, lw=1)
    several = len(ranks) > 1
    for number, (label, part) in enumerate(ranks):
        values = np.sort(part)
        share = np.searchsorted(values, x, side="right") / len(values) - x
        ax.step(
            x, share, where="post", lw=1.6, color=f"C{number}" if several else POSTERIOR,
            label=label,
        )  # fmt: skip
    ax.set(xlim=(0, 1), xlabel="rank of the truth", ylabel="distribution less the uniform")
    if several and len(ranks) <= MOST_NAMED:
        ax.legend(frameon=False, fontsize=8, loc="upper right")


def _coverage(ax: Axes, found: pd.DataFrame) -> None:
    elements = sorted(found["element"].unique())
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1)
    for number, element in enumerate(elements):
        part = found[found["element"] == element]
        aside = 0.02 * (number - (len(elements) - 1) / 2) if len(elements) > 1 else 0.0
        ax.errorbar(
            part["ci_prob"] + aside, part["share"],
            yerr=[part["share"] - part["low"], part["high"] - part["share"]],
            fmt="o", ms=5, capsize=3, lw=1.3,
            color=f"C{number}" if len(elements) > 1 else TRUTH,
        )  # fmt: skip
    ax.set_title("coverage, with its 95 % interval", fontsize=9)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal", xlabel="probability of the interval",
           ylabel="share of worlds whose truth it holds")  # fmt: skip
