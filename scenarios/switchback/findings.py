"""What an analysis by blocks finds of an effect that carries over, and what a model does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ifonly.inference import Posterior, World
from ifonly.inference.experiments.switchback import carry_over_share, switchback

from ..scenario import Section
from .truth import ALWAYS, BLOCK, PARAMETERS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reports.findings import Pair

__all__ = ["sections"]

BURN_INS = (0, 2, 4, 8)


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the market over time, what blocks find, and what the model finds.

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
    yield _market(world)
    yield _blocks(world)
    yield _model(pair)


def _market(world: World) -> Section:
    return Section(
        "The market over time",
        "What is treated (shaded) raises the outcome slowly, and the rise outlasts the treatment: "
        "the first periods of a block still show the arm before it. A slow trend lies below.",
        figure=_over_time(world),
    )


def _over_time(world: World) -> Figure:
    from ..display.figures import MUTED, POSTERIOR, TRUTH, blank, finish

    shown = min(160, world.data.sizes["unit"])
    y, t, stock = (world.everything[n].to_numpy()[:shown] for n in ("y", "t", "stock"))
    figure, [[ax]] = blank(1, 1, (8.5, 2.8))
    for start in range(0, shown, BLOCK):
        if t[start]:
            ax.axvspan(start, min(start + BLOCK, shown), color=POSTERIOR, alpha=0.12, lw=0)
    ax.plot(y, color=MUTED, lw=1.0, label="outcome")
    passed = np.arange(1, shown + 1) / world.data.sizes["unit"]
    mean = PARAMETERS["level"] + PARAMETERS["trend"] * passed + PARAMETERS["tau"] * stock
    ax.plot(mean, color=TRUTH, lw=1.6, label="its mean")
    ax.set_xlabel("period")
    ax.set_ylabel("y (points)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "The effect builds up after a switch and fades after the next")


def _blocks(world: World) -> Section:
    y, t = world.data["y"], world.everything["t"]
    rows = []
    for burn_in in BURN_INS:
        found = switchback(y, t, BLOCK, burn_in=burn_in, ci_prob=0.9).loc["effect"]
        share = carry_over_share(PARAMETERS["rho"], BLOCK, burn_in)
        rows.append((burn_in, share, found["value"], found["low"], found["high"], found["blocks"]))
    names = ["burn-in", "share found, by algebra", "effect", "low", "high", "blocks"]
    table = pd.DataFrame(rows, columns=names)
    return Section(
        "By blocks, a part of the effect is found",
        "The means of treated blocks less those of the others, with intervals of 90% over blocks. "
        f"Of an effect of {PARAMETERS['tau']:g} they find {rows[0][1]:.4f} on average; leaving out "
        f"the first four periods of each block, {rows[2][1]:.4f}. A longer burn-in has less bias "
        "and fewer periods. The test by randomisation is right all the same: it asks whether there "
        "is any effect, not how large it is.",
        table,
    )


def _model(pair: Pair) -> Section:
    from ..display.figures import marginals

    drawn = pair.posterior.idata["posterior"]
    row = pair.compare(ALWAYS).table.iloc[0]
    names = ("tau", "rho")
    table = pd.DataFrame(
        [("effect of treating always", row["truth"], row["mean"], row["low"], row["high"])]
        + [
            (n, PARAMETERS[n], v.mean(), *np.quantile(v, [0.05, 0.95]))
            for n in names
            for v in [drawn[n].to_numpy()]
        ],
        columns=["what", "truth", "posterior mean", "low", "high"],
    )
    return Section(
        "A model of the carry-over finds all of it",
        "The model learns how much is left a period later, and with it what treating for good "
        f"would do: {row['mean']:.3f} (90% interval {row['low']:.3f} to {row['high']:.3f}; truth "
        f"{row['truth']:.3f}, a little below tau because nothing is built up at first). Here "
        "tau is the effect once it is built up, and rho the share of it that is left a period "
        "later. It rests on the carry-over being geometric, which the design-based analysis "
        "does not.",
        table,
        marginals(
            "The posterior finds the effect and how it fades",
            {n: {"posterior": drawn[n].to_numpy()} for n in names},
            PARAMETERS,
        ),
    )
