"""What a ramp-up shows when its days are pooled, day by day, and by a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ifonly.inference import Posterior, World
from ifonly.inference.experiments.drift import ramp_up
from ifonly.models.ramp_up import SHARES

from ..scenario import Section
from .truth import AVERAGE, QUERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reports.findings import Pair

__all__ = ["sections"]


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the plan, what pooling does to the effect, and the effect by day.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    from ..reports.findings import Pair

    pair = Pair(world, posterior)
    yield _plan(world)
    yield _pooled(pair)
    yield _days(pair)


def _plan(world: World) -> Section:
    frame = world.data.to_dataframe()
    by = frame.groupby("day")
    table = pd.DataFrame(
        {
            "day": list(by.groups),
            "share planned": SHARES,
            "visitors": by.size().to_numpy(),
            "treated": by["t"].sum().to_numpy(),
            "conversion, untreated": frame[frame["t"] == 0].groupby("day")["y"].mean().to_numpy(),
            "conversion, treated": frame[frame["t"] == 1].groupby("day")["y"].mean().to_numpy(),
        }
    )
    return Section(
        "The days differ, and so do the shares",
        "The share treated rises as conversions fall. Most treated visitors are of the poor days, "
        "and most untreated ones of the good days: the day is a confounder.",
        table,
        _conversions(table),
    )


def _conversions(table: pd.DataFrame) -> Figure:
    from ..display.figures import COLOURS, POSTERIOR, blank, finish

    figure, [[ax]] = blank(1, 1, (7.0, 2.8))
    at = np.arange(len(table))
    for arm, colour in (("untreated", COLOURS[0]), ("treated", POSTERIOR)):
        ax.plot(at, table[f"conversion, {arm}"], "o-", color=colour, label=arm)
    ax.set_xticks(at, [f"day {d}\n{s:.0%} treated" for d, s in zip(at, SHARES, strict=True)])
    ax.set_ylabel("share that converts")
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "On every day the treated convert more often")


def _pooled(pair: Pair) -> Section:
    found = ramp_up(pair.world.data, outcome="y", arm="t", period="day", ci_prob=0.9)
    truth = float(pair.truth(AVERAGE))
    row = pair.compare(AVERAGE).table.iloc[0]
    rows = [
        (name, *found.loc[key, ["effect", "low", "high"]])
        for name, key in (("all days pooled", "pooled"), ("within days", "within"))
    ]
    rows.append(("model", row["mean"], row["low"], row["high"]))
    table = pd.DataFrame(rows, columns=["analysis", "effect", "low", "high"]).assign(truth=truth)
    return Section(
        "Pooled, the sign is wrong",
        f"The change raises the share that converts by {truth:.4f} on average. All days together "
        f"it seems to lower it by {-rows[0][1]:.4f}, and the interval of 90% is sure of it: "
        "Simpson's paradox. Compared within days and then averaged, or by a model that knows the "
        "day, the sign is right. One change of the share in the middle is enough for this.",
        table,
    )


def _days(pair: Pair) -> Section:
    from ..reports.findings import beside

    return Section(
        "The effect on each day",
        "In log-odds the effect is the same every day; as a difference of shares it depends on "
        "where the day's share is.",
        beside(pair.compare(QUERIES["effect on each day"]), "day"),
    )
