"""What each analysis finds of a treatment that spills over, beside the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from ifonly.inference import Posterior, World, set_to
from ifonly.inference.experiments.interference import (
    assign_clusters,
    cluster_test,
    exposure_effect,
    exposures,
)
from ifonly.inference.queries.unit_level import PotentialOutcome

from ..scenario import Section
from .truth import QUERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reports.findings import Pair

__all__ = ["by_clusters", "by_design", "ring", "sections"]

EVERYONE = QUERIES["effect of treating everyone"]
DESIGNS = 4_000  # assignments from which the probabilities of exposures are counted
SIZES = (1, 2, 5, 10, 20)
COLUMNS = ["value", "se", "low", "high"]
TIMES = 12  # assignments of clusters that are simulated


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the five effects, what analyses find of the last, and what clusters do.

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
    yield _effects(pair)
    yield _analyses(pair)
    yield _clusters(pair)


def ring(units: int) -> sparse.csr_array:
    """Return the ring's network: each unit beside two others.

    Examples
    --------
    >>> ring(4).toarray()[0].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    each = np.arange(units)
    beside = np.concatenate([(each + 1) % units, (each - 1) % units])
    return sparse.csr_array((np.ones(2 * units), (np.tile(each, 2), beside)), (units, units))


def by_design(world: World, draws: int = DESIGNS) -> pd.DataFrame:
    """Return the effect of treating everyone by exposure mapping, and the difference in means.

    Parameters
    ----------
    world : World
    draws : int
        Assignments from which the probabilities of exposures are counted.

    Returns
    -------
    pandas.DataFrame
        Rows: difference in means, Horvitz-Thompson, Hájek; columns value, se, low and high, with
        intervals of 90 %.
    """
    t, y = world.data["t"].to_numpy(), world.data["y"].to_numpy()
    network = ring(len(t))
    coins = np.random.default_rng(1).integers(0, 2, (draws, len(t)))
    found = exposure_effect(
        y,
        exposures(network, t, kind="all"),
        exposures(network, coins, kind="all"),
        of=3,
        versus=0,
        ci_prob=0.9,
    )
    naive = cluster_test(y, t, np.arange(len(t)), ci_prob=0.9)
    table = pd.concat([naive, found]).rename(
        index={
            "units": "difference in means",
            "horvitz_thompson": "Horvitz-Thompson",
            "hajek": "Hájek",
        }
    )
    return table.loc[["difference in means", "Horvitz-Thompson", "Hájek"], COLUMNS]


def by_clusters(world: World, sizes: tuple[int, ...] = SIZES, times: int = TIMES) -> pd.Series:
    """Return what a difference in means finds on average when whole stretches are treated.

    Parameters
    ----------
    world : World
        Its units' outcomes under each assignment are its own answers.
    sizes : tuple of int
        Neighbouring units in a cluster.
    times : int
        Assignments of each size.

    Returns
    -------
    pandas.Series
        By size.
    """
    units = world.data.sizes["unit"]
    arms = [
        assign_clusters(np.arange(units) // size, seed=seed)
        for size in sizes
        for seed in range(times)
    ]
    # The units' noise is in both worlds, so their change alone is compared: no noise, no luck.
    nobody = world.ask(PotentialOutcome("y", do={"t": 0})).to_numpy()
    found = []
    for arm in arms:
        y = world.ask(PotentialOutcome("y", do={"t": set_to(arm)})).to_numpy() - nobody
        found.append(y[arm == 1].mean() - y[arm == 0].mean())
    return pd.Series(np.reshape(found, (len(sizes), times)).mean(axis=1), index=list(sizes))


def _effects(pair: Pair) -> Section:
    from ..display.figures import blank, finish, forest
    from ..reports.findings import between

    rows = pd.concat([pair.compare(query).table for query in QUERIES.values()])
    figure, [[ax]] = blank(1, 1, (8.0, 2.9))
    forest(ax, list(QUERIES), rows)
    ax.set_xlabel("points of y")
    return Section(
        "Five effects of one treatment",
        "A model in which each unit reads its neighbours' treatment answers all five: one's own "
        "treatment (direct), the neighbours' as it was assigned (indirect), both (total), the "
        "assignment as a whole against treating nobody (overall), and treating everyone.",
        pd.DataFrame(
            {
                "effect": list(QUERIES),
                "truth": rows["truth"].to_numpy(),
                "posterior mean": rows["mean"].to_numpy(),
                "90% interval": [between(r) for r in rows.itertuples()],
            }
        ),
        finish(figure, "The model tells one's own treatment from that of the neighbours"),
    )


def _analyses(pair: Pair) -> Section:
    truth = float(pair.truth(EVERYONE))
    table = by_design(pair.world)
    row = pair.compare(EVERYONE).table.iloc[0]
    mine = {"value": row["mean"], "se": row["sd"], "low": row["low"], "high": row["high"]}
    table = pd.concat([table, pd.DataFrame([mine], index=["model"])]).rename_axis("analysis")
    return Section(
        "What they find of treating everyone",
        f"The truth is {truth:.3f}. The difference in means, {table['value'].iloc[0]:.3f}, is "
        "about one's own treatment alone, and its interval does not say so. To weigh the units "
        "whose neighbours were all treated, or none, by how likely that was under the design has "
        "no bias and needs no model of the outcome; but one unit in eight has either exposure, so "
        "it is less sure: Horvitz-Thompson, which divides by the number of units, more than Hájek, "
        "which divides by the sum of the weights. The model uses all units.",
        table.reset_index(),
    )


def _clusters(pair: Pair) -> Section:
    found = by_clusters(pair.world)
    inside = {m: 1.0 + 0.5 * (1.0 - 1.0 / m) for m in found.index}
    return Section(
        "Treating whole stretches",
        "If neighbours are treated together, a difference in means sees most of the spillover: of "
        "clusters of m units only the two at the ends have a neighbour of another cluster, and the "
        f"mean finds 1 + 0.5 (1 - 1/m). With clusters of ten that is {inside[10]:.2f}; what is "
        "left is the bias, and there are ten times fewer units to compare.",
        pd.DataFrame(
            {
                "units in a cluster": found.index,
                "found": found.to_numpy(),
                "algebra": inside.values(),
            }
        ),
        _dots(found, inside),
    )


def _dots(found: pd.Series, inside: dict[int, float]) -> Figure:
    from ..display.figures import MUTED, POSTERIOR, TRUTH, blank, finish

    figure, [[ax]] = blank(1, 1, (7.0, 2.8))
    at = np.arange(len(found))
    ax.plot(at, list(inside.values()), "_", color=MUTED, ms=24, mew=2, label="by the algebra")
    ax.plot(at, found, "o", color=POSTERIOR, ms=6, label="difference in means, simulated")
    ax.axhline(1.5, color=TRUTH, lw=1.4, label="truth")
    ax.set_xticks(at, [str(m) for m in found.index])
    ax.set_xlabel("units in a cluster")
    ax.set_ylabel("points of y")
    ax.set_ylim(0.8, 1.6)
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "The larger the cluster, the more of the spillover is seen")
