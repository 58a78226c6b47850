"""Finding 6: the effect on each user, scored against the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference import compare

from ..display.figures import COLOURS, MUTED, POSTERIOR, TRUTH, blank, finish
from ..display.wording import interval
from ..reports.findings import Pair
from ..scenario import Section
from .analyses import TOLD, Analyses
from .truth import QUERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["EACH", "LEVEL", "scores", "section"]

EACH = QUERIES["effect on each unit"]
LEVEL = 0.95  # of the unit intervals, as the literature reports them
SHOWN = 1_500  # points of a scatter


def scores(pair: Pair) -> dict[str, float]:
    """Return how well a posterior knows the effect on each unit.

    Parameters
    ----------
    pair : Pair

    Returns
    -------
    dict of str to float
        ``pehe`` (root mean square error of the means), ``correlation``, ``slope`` (of the truth on
        the means), ``coverage`` and ``width`` of the intervals, and the share ``harmed`` with its
        ends.
    """
    answer = pair.answer(EACH)
    found: Any = compare(answer, pair.truth(EACH), ci_prob=LEVEL).summary.iloc[0]
    harmed = (answer < 0).mean("unit").to_numpy()
    low, high = np.quantile(harmed, [0.05, 0.95])
    return {
        "pehe": float(found["rmse"]),
        "correlation": float(found["correlation"]),
        "slope": float(found["slope"]),
        "coverage": float(found["coverage"]),
        "width": float(found["width"]),
        "harmed": float(harmed.mean()),
        "harmed_low": float(low),
        "harmed_high": float(high),
    }


def section(found: Analyses) -> Section:
    """Return finding 6."""
    by_label = {label: scores(pair) for label, pair in found.pairs.items()}
    truth = found.told.truth(EACH).to_numpy()
    told, linear = by_label.values()
    rows = [
        (label, s["pehe"], s["correlation"], s["slope"], f"{s['coverage']:.1%}", s["width"],
         f"{s['harmed']:.1%}", interval(100 * s["harmed_low"], 100 * s["harmed_high"]))
        for label, s in by_label.items()
    ]  # fmt: skip
    columns = ["model", "PEHE", "correlation", "calibration slope", f"covered at {LEVEL:.0%}"]
    columns += ["width", "harmed", "90% interval of harmed (%)"]
    return Section(
        "6. The effect on each user",
        f"In truth the exposure harms {(truth < 0).mean():.1%} of the users. Told the form, the "
        f"model is off by {told['pehe']:.3f} (PEHE, the root mean square over users) and its "
        f"{LEVEL:.0%} intervals hold the truth of {told['coverage']:.0%} of them. The model with "
        f"interactions alone is off by {linear['pehe']:.3f}, correlates with the truth at "
        f"{linear['correlation']:.3f}, and ranks users nearly as well; but its intervals hold "
        f"the truth of {linear['coverage']:.0%} only, because they know nothing of the kink that "
        "it lacks. Users share their parameters, so coverage over the users of one data set is no "
        "count of independent trials.",
        pd.DataFrame(rows, columns=columns),
        _scatter(found, truth),
    )


def _scatter(found: Analyses, truth: Any) -> Figure:
    figure, axes = blank(1, 2, (9.4, 3.9))
    step = max(1, len(truth) // SHOWN)
    ends = float(truth.min()), float(truth.max())
    for ax, (label, pair) in zip(axes.flat, found.pairs.items(), strict=True):
        draws = pair.answer(EACH)
        mean = draws.mean(("chain", "draw")).to_numpy()
        low, high = draws.quantile([0.025, 0.975], ("chain", "draw")).to_numpy()
        order = np.argsort(mean)
        ax.fill_between(
            mean[order][::step], low[order][::step], high[order][::step],
            color=POSTERIOR if label == TOLD else COLOURS[4], alpha=0.2, lw=0,
            label=f"{LEVEL:.0%} interval",
        )  # fmt: skip
        ax.plot(mean[::step], truth[::step], ".", ms=2.5, color=TRUTH, alpha=0.5, label="users")
        ax.plot(ends, ends, color=MUTED, lw=1.0)
        ax.axhline(0, color=MUTED, lw=0.6, ls=":")
        ax.set_title(label, fontsize=9.5)
        ax.set_xlabel("posterior mean of the user's effect")
    axes[0, 0].set_ylabel("true effect on weekly value")
    axes[0, 0].legend(frameon=False, fontsize=8.5, loc="upper left")
    return finish(figure, "Without the kink the intervals miss whole ranges of users")
