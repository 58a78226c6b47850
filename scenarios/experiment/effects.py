"""Findings of the experiment about its effects: in whom, and whom to treat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ifonly.inference import Posterior, condition
from ifonly.inference.experiments import assign, cells, members, targeting

from ..display.figures import COLOURS, MUTED, POSTERIOR, TRUTH, blank, finish, heatmap
from ..display.wording import interval
from ..reports.findings import Pair
from ..scenario import Section
from .truth import BY_CELL, COST, QUERIES, SEGMENTS, VALUE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["sections"]

CELLS = QUERIES["effect by segment and activity"]
VARIES = 0.1  # effects of groups nearer to each other differ by the luck of exposures
SHARES = tuple(k / 20 for k in range(1, 21))


def sections(pair: Pair) -> Iterator[Section]:
    """Yield findings 6 and 7."""
    yield _heatmap(pair)
    yield _whom_to_treat(pair)


def _heatmap(pair: Pair) -> Section:
    comparison = pair.compare(CELLS)
    found = comparison.elements.transpose("segment", "activity")
    mean, low, high = (found[n].to_numpy() for n in ("mean", "low", "high"))
    figure, axes = blank(1, 2, (11.0, 3.6))
    panels = ((mean, "posterior mean"), (found["truth"].to_numpy(), "truth"))
    names = [str(v) for v in found["activity"].to_numpy()]
    ends = _ends(mean, panels[1][0])
    for ax, (grid, title) in zip(axes.flat, panels, strict=True):
        label = "effect on Y (score)" if title == "truth" else None
        heatmap(ax, grid, label, digits=2, ends=ends)
        ax.set_xticks(range(len(names)), names, fontsize=8)
        ax.set_yticks(range(found.sizes["segment"]), [str(v) for v in found["segment"].to_numpy()])
        ax.set_xlabel("activity")
        ax.set_title(title, fontsize=9.5)
    spread, error = float(np.nanstd(mean)), float(np.nanmean((high - low) / 3.29))
    table = comparison.table[["truth", "mean", "low", "high", "covered"]].reset_index()
    varies = float(np.nanstd(found["truth"])) > VARIES
    return Section(
        "6. In whom: segment by activity",
        "The average effect in each cell of segment and quartile of activity. "
        f"Between cells the posterior means have a standard deviation of {spread:.3f}, and the "
        f"posterior of one cell has {error:.3f}. "
        + (
            "In truth the effect rises with activity and is largest for VIPs."
            if varies
            else "In truth the effect is the same for everybody, up to the luck of each user's "
            "exposures; the model says so, where learners without a model report their noise "
            "as heterogeneity."
        ),
        table,
        finish(figure, _who(varies)),
    )


def _who(varies: bool) -> str:
    return "The active and the VIPs gain most" if varies else "Nobody gains more than anybody else"


def _ends(*grids: NDArray[np.float64]) -> tuple[float, float]:
    """Return colour limits that do not make small differences look large."""
    middle = float(np.nanmean(grids[0]))
    reach = max(0.3, *(float(np.nanmax(np.abs(g - middle))) for g in grids))
    return middle - reach, middle + reach


def _whom_to_treat(pair: Pair) -> Section:
    data = pair.world.data.to_dataframe()
    half = assign(len(data), seed=7, strata=data["segment"])
    learnt, held = (again(pair.posterior, data[half == k], seed=k) for k in (0, 1))
    predicted, judged = learnt.ask(CELLS), held.ask(CELLS)
    place = cells(members(data, BY_CELL))
    rest = half == 1
    value = np.array(VALUE)[data["segment"]]
    score = predicted.mean(("chain", "draw")).to_numpy().ravel()[place]

    def curve(effect: xr.DataArray, order: NDArray[np.float64]) -> pd.DataFrame:
        return targeting(
            order[rest], effect, group=place[rest], cost=COST, value=value[rest], shares=SHARES
        )

    by_effect = {
        "claimed by the half it was learnt from": curve(predicted, score),
        "judged by the other half": curve(judged, score),
        "truth": curve(pair.truth(CELLS), score),
    }
    worth = {
        "judged": curve(judged, score * value),
        "truth": curve(pair.truth(CELLS), score * value),
    }
    best = float(SHARES[int(worth["judged"]["profit"].to_numpy().argmax())])
    most: Any = worth["judged"].loc[best]
    claimed, found, true = (c.iloc[1].to_dict() for c in by_effect.values())
    return Section(
        "7. Whom to treat, and what it returns",
        "Half of the users, drawn by lot within segments, teach whom to treat first; the other "
        "half says what that gives. Of the 10% who are promised most, the half that made the "
        f"promise expects an effect of {claimed['uplift']:.2f}, the other half finds "
        f"{found['uplift']:.2f} ({interval(found['uplift_low'], found['uplift_high'])}), and the "
        f"truth is {true['uplift']:.2f}. A point of `Y` is worth {_list(VALUE)} for "
        f"{', '.join(SEGMENTS)} users, and a treatment costs {COST:g}. Ordered by what they are "
        f"expected to return, the profit is largest with {best:.0%} treated: "
        f"{most['profit']:,.0f} ({most['profit_low']:,.0f} to {most['profit_high']:,.0f}).",
        _returns(worth["judged"], worth["truth"]),
        _curves(by_effect, worth, best),
    )


def again(posterior: Posterior, data: pd.DataFrame, seed: int) -> Posterior:
    """Return the posterior of other units, found in the way `posterior` was, with as many draws."""
    sizes = posterior.idata["posterior"].sizes
    return condition(
        posterior.model,
        data,
        method=posterior.facts["method"],
        draws=sizes["draw"],
        tune=sizes["draw"],
        chains=sizes["chain"],
        seed=seed,
        progress=False,
    )


def _list(numbers: Any) -> str:
    return ", ".join(f"{v:g}" for v in numbers)


def _returns(judged: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    rows = judged.index[[1, 3, 5, 7, 9, 11, 13, 15, 17, 19]]
    part = judged.loc[rows]

    def ends(name: str) -> list[str]:
        pairs = zip(part[f"{name}_low"], part[f"{name}_high"], strict=True)
        return [interval(low, high) for low, high in pairs]

    return pd.DataFrame(
        {
            "share treated": [f"{r:.0%}" for r in rows],
            "budget": part["budget"].to_numpy(),
            "effect of those treated": part["uplift"].to_numpy(),
            "90% interval of the effect": ends("uplift"),
            "profit": part["profit"].to_numpy(),
            "90% interval of the profit": ends("profit"),
            "true profit": truth.loc[rows, "profit"].to_numpy(),
            "return on investment": part["roi"].to_numpy(),
        }
    )


def _curves(
    by_effect: dict[str, pd.DataFrame], worth: dict[str, pd.DataFrame], best: float
) -> Figure:
    figure, [[left, right]] = blank(1, 2, (11.0, 3.9))
    claimed, judged, truth = by_effect.values()
    names = list(by_effect)
    at = judged.index.to_numpy()
    left.plot(at, claimed["uplift"], color=COLOURS[2], lw=1.6, ls="--", label=names[0])
    _band(left, at, judged, "uplift", f"{names[1]}, 90%")
    left.plot(at, truth["uplift"], color=TRUTH, lw=1.6, label=names[2])
    left.set_xlabel("share treated, the most promising first")
    left.set_ylabel("mean effect on the treated (score)")
    low = min(judged["uplift_low"].min(), truth["uplift"].min())
    high = max(claimed["uplift"].max(), judged["uplift_high"].max())
    reach = max(0.3, high - low)
    left.set_ylim(low - 0.15 * reach, high + 0.6 * reach)
    left.legend(frameon=False, fontsize=8.5, loc="upper left")
    budget = worth["judged"]["budget"].to_numpy()
    right.axhline(0, color=MUTED, lw=0.8)
    _band(right, budget, worth["judged"], "profit", "judged by the other half, 90%")
    right.plot(budget, worth["truth"]["profit"], color=TRUTH, lw=1.6, label="truth")
    there = float(budget[SHARES.index(best)])
    right.axvline(there, color=MUTED, lw=1.0, ls=":", label=f"largest profit: {best:.0%} treated")
    right.set_xlabel("budget")
    right.set_ylabel("profit")
    low, high = right.get_ylim()
    right.set_ylim(low - 0.45 * (high - low), high)  # room for the legend
    right.legend(frameon=False, fontsize=8.5, loc="lower right")
    for axis in (right.xaxis, right.yaxis):
        axis.set_major_formatter("{x:,.0f}")
    gain = float(truth["uplift"].iloc[1] - truth["uplift"].iloc[-1])
    title = (
        f"Those promised most gain {gain:.2f} more than the average user"
        if gain > VARIES
        else "The effect does not choose whom to treat; what a point is worth does"
    )
    return finish(figure, title)


def _band(ax: Any, at: Any, found: pd.DataFrame, name: str, label: str) -> None:
    low, high = found[f"{name}_low"], found[f"{name}_high"]
    ax.fill_between(at, low, high, color=POSTERIOR, alpha=0.2, lw=0)
    ax.plot(at, found[name], color=POSTERIOR, lw=1.8, label=label)
