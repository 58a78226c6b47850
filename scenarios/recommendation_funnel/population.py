"""Findings of the recommendation funnel about its population: samples, effects, ladders, worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference import PotentialOutcome, World, set_to, shift
from ifonly.models.recommendation_funnel import recommendation_funnel

from ..display.figures import (
    COLOURS,
    MUTED,
    POSTERIOR,
    TRUTH,
    bars,
    blank,
    densities,
    finish,
    forest,
    marginals,
)
from ..reports.findings import Pair, beside, between, pooled, signed
from ..scenario import Section
from .truth import (
    ALL,
    BOTH,
    DOWHY_PUBLISHED,
    DOWHY_RERUN,
    EACH_LEVER_NEW,
    INTENT,
    LEVERS,
    PARAMETERS,
    PROMPT,
    QUALITY,
    QUERIES,
    SOFT,
    VALUE,
    WATCH,
    WATCH_NEW,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Outcomes", "generated", "hard_and_soft", "outcomes", "policies", "sections", "worlds"]

NEW = 500  # units of a draw of a new population


def sections(pair: Pair) -> Iterator[Section]:
    """Yield findings 1 to 5."""
    yield _samples(pair)
    yield _interventions(pair)
    yield _downstream(pair)
    yield _levers(pair)
    yield _ladder(pair)


def generated(pair: Pair) -> World:
    """Return a world of as many units as were observed, from one draw of the posterior."""
    drawn = pair.posterior.idata["posterior"].to_dataset().isel(chain=0, draw=-1)
    one = {name: drawn[name].to_numpy() for name in PARAMETERS}
    return World.simulate(recommendation_funnel(), one, units=pair.posterior.state.units, seed=1)


def worlds(pair: Pair) -> dict[str, dict[str, Any]]:
    """Return the worlds whose outcome distributions are compared, by a short name."""
    quality = pair.world.data[QUALITY]
    middle, upper = (float(quality.quantile(q)) for q in (0.5, 0.75))
    return {
        "as it was": {},
        "quality +0.5": SOFT,
        f"quality = {middle:.2f} (median)": {QUALITY: set_to(middle)},
        f"quality = {upper:.2f} (75th percentile)": {QUALITY: set_to(upper)},
        "quality +0.5, prompt -0.25": BOTH,
        "quality +0.5 where intent < 0": {QUALITY: shift(0.5, where=lambda v: v[INTENT] < 0)},
    }


def _samples(pair: Pair) -> Section:
    data, made = pair.world.data, generated(pair).data
    rows = []
    for name in ALL:
        for label, values in (("data", data[name]), ("generated", made[name])):
            found = [float(f(values)) for f in (np.mean, np.std, np.min, np.max)]
            rows.append((name, label, *found))
    table = pd.DataFrame(rows, columns=["variable", "sample", "mean", "sd", "min", "max"])
    by_kind = table.pivot(index="variable", columns="sample", values="mean")
    apart = (by_kind["data"] - by_kind["generated"]).abs().max()
    samples = {n: {"data": data[n].to_numpy(), "generated": made[n].to_numpy()} for n in ALL}
    return Section(
        "1. Samples of the fitted model beside the data",
        f"{data.sizes['unit']} units generated from one draw of the posterior, as many as were "
        f"observed. No mean is further than {apart:.3f} from that of the data.",
        table,
        marginals("Generated units are spread as the observed ones are", samples, {}),
    )


def _interventions(pair: Pair) -> Section:
    labels = ["quality +0.5", "quality = 1.0", "quality +0", "quality +0.5, prompt -0.25"]
    comparison = pair.compare(QUERIES["soft, hard, identity, and two at once"])
    table = beside(comparison, "intervention").assign(intervention=labels)
    figure, [[ax]] = blank(1, 1, (7.6, 2.5))
    forest(ax, labels, comparison.table)
    ax.set_xlabel("mean change of next_week_value (score)")
    same = comparison.answer.isel(intervention=2)
    ratio = comparison.table["mean"].iloc[1] / comparison.table["mean"].iloc[0]
    return Section(
        "2. Soft, hard and identity interventions, and two nodes at once",
        "Each changes the mechanism of one node or of two; the rest stays. The mean is over the "
        "observed units, each with its own noise. The identity changes nothing, to the "
        f"last bit: the largest of {same.size} draws is {float(abs(same).max()):g}.",
        table,
        finish(figure, f"Setting quality to 1.0 does {ratio:.1f} times as much as adding 0.5"),
    )


def _downstream(pair: Pair) -> Section:
    watch = pair.compare(WATCH_NEW).table.iloc[0]
    value = pair.compare(EACH_LEVER_NEW).table.iloc[0]
    columns = ["variable", "truth", "posterior mean", "90% interval", "covered"]
    rows = [(QUALITY, 0.5, 0.5, "by construction", True)]
    rows += [
        (name, row["truth"], row["mean"], between(row), bool(row["covered"]))
        for name, row in ((WATCH, watch), (VALUE, value))
    ]
    figure, [[ax]] = blank(1, 1, (7.6, 2.1))
    forest(ax, [WATCH, VALUE], pd.DataFrame([watch, value]))
    ax.set_xlabel("shift of the population mean (score)")
    return Section(
        "3. How far the population moves when quality moves by +0.5",
        "The mean over new units of the same population (rung 2), for every variable downstream of "
        "quality. What is upstream does not move.",
        pd.DataFrame(rows, columns=columns),
        finish(
            figure, f"Half a point of quality is worth {value['mean']:.2f} of next week's value"
        ),
    )


def _levers(pair: Pair) -> Section:
    comparison = pair.compare(EACH_LEVER_NEW)
    table = beside(comparison, "lever +0.5").assign(**{"lever +0.5": LEVERS})
    table["DoWhy, published"] = [DOWHY_PUBLISHED[lever] for lever in LEVERS]
    table["DoWhy, run again"] = [DOWHY_RERUN.get(lever, np.nan) for lever in LEVERS]
    found = comparison.table
    prompt, theirs = found.iloc[LEVERS.index(PROMPT)], DOWHY_PUBLISHED[PROMPT]
    return Section(
        "4. The average causal effect of each lever",
        "The mean effect of +0.5 over new units of the population. The prompt helps watch time and "
        f"hurts value directly, which nearly cancels: the truth is {prompt['truth']:.4f}, and the "
        f"published {theirs:.4f} is {theirs / prompt['truth']:.1f} times that.",
        table,
        _bars(found),
    )


def _bars(found: pd.DataFrame) -> Figure:
    figure, [[ax]] = blank(1, 1, (7.6, 3.1))
    at = np.arange(len(LEVERS))
    mean = found["mean"].to_numpy()
    theirs = [DOWHY_PUBLISHED[lever] for lever in LEVERS]
    ax.bar(at - 0.2, theirs, 0.36, color=MUTED, alpha=0.7, label="DoWhy, published")
    bars(ax, at + 0.2, mean, (found["low"], found["high"]), 0.36, label="posterior, 90%")
    ax.hlines(found["truth"], at - 0.42, at + 0.42, color=TRUTH, lw=2, label="truth")
    ax.set_xticks(at, LEVERS)
    ax.set_ylabel("effect of +0.5 on\nnext_week_value (score)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper right")
    return finish(figure, "Quality is the strongest lever; the prompt nearly cancels itself")


def _ladder(pair: Pair) -> Section:
    comparison = pair.compare(QUERIES["ladder of shifts of quality"])
    zero = comparison.answer.sel(shift=0.0)
    return Section(
        "5. A ladder of policies",
        "The effect of shifting everyone's quality by each amount, over the observed units. All "
        "worlds share the units' noise, so a shift by 0 has an effect of exactly 0 in all "
        f"{zero.size} draws (the largest is {float(abs(zero).max()):g}). The published figure "
        f"there is {DOWHY_PUBLISHED['ladder at 0']:.4f}: its two worlds do not share their noise.",
        beside(comparison, "shift"),
        _steps(comparison.table),
    )


def _steps(found: pd.DataFrame) -> Figure:
    figure, [[ax]] = blank(1, 1, (7.6, 3.2))
    at = found.index.to_numpy(dtype=float)
    ax.axhline(0, color=MUTED, lw=0.8)
    ax.fill_between(at, found["low"], found["high"], color=POSTERIOR, alpha=0.2, lw=0)
    ax.plot(at, found["mean"], color=POSTERIOR, marker="o", ms=4, label="posterior, 90%")
    ax.plot(
        at, found["truth"], ls="none", marker="D", ms=8, mfc="none", mec=TRUTH, mew=1.4,
        label="truth",
    )  # fmt: skip
    ax.plot(
        0.0, DOWHY_PUBLISHED["ladder at 0"], ls="none", marker="x", ms=8, mew=1.8,
        color="#444444", label="DoWhy at 0, published",
    )  # fmt: skip
    ax.set_xticks(at, [signed(a) for a in at])
    ax.set_xlabel("shift of recommendation_quality (score)")
    ax.set_ylabel("mean effect on\nnext_week_value (score)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left")
    return finish(figure, "The effect grows evenly with the shift, and is exactly 0 at 0")


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The outcome of new units in each world: by the posterior, in truth, and summed up."""

    found: Mapping[str, NDArray[np.float64]]
    true: Mapping[str, NDArray[np.float64]]
    table: pd.DataFrame


def outcomes(pair: Pair) -> Outcomes:
    """Return the outcomes of new units in the worlds that are compared as distributions."""
    by_name = worlds(pair)
    query = PotentialOutcome(VALUE, do=list(by_name.values()), units="new", size=NEW, dose="world")
    ours, truth = pair.answer(query), pair.truth(query)
    found = {n: pooled(ours.isel(world=k)) for k, n in enumerate(by_name)}
    true = {n: pooled(truth.isel(world=k)) for k, n in enumerate(by_name)}
    rows = [
        (n, v.mean(), true[n].mean(), v.std(), true[n].std(), *np.quantile(v, [0.05, 0.95]))
        for n, v in found.items()
    ]
    names = ["world", "mean", "mean, truth", "sd", "sd, truth", "5% quantile", "95% quantile"]
    return Outcomes(found, true, pd.DataFrame(rows, columns=names))


def hard_and_soft(of: Outcomes) -> Section:
    """Return finding 6."""
    found, table = of.found, of.table
    names = list(found)[:4]
    figure, [[ax]] = blank(1, 1, (7.6, 3.2))
    densities(ax, {n: found[n] for n in names})
    ax.set_xlabel("next_week_value of new units (score)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    sd = table["sd"].to_numpy()
    return Section(
        "6. Hard against soft",
        "A soft shift moves everyone and keeps their differences; a hard one gives everyone the "
        "same quality, and takes away the part of the spread that came through it: the standard "
        f"deviation of the outcome falls from {sd[0]:.2f} to {sd[2]:.2f} at the median, and is "
        f"{sd[1]:.2f} under the shift.",
        table.iloc[:4],
        finish(figure, "A hard intervention narrows the outcome, a soft one does not"),
    )


def policies(of: Outcomes) -> Section:
    """Return finding 11."""
    table = of.table
    names = [n for k, n in enumerate(of.found) if k not in (2, 3)]
    rows = table[table["world"].isin(names)].reset_index(drop=True)
    gain = rows["mean"] - rows["mean"].iloc[0]
    low, high = (rows[c] - rows[c].iloc[0] for c in ("5% quantile", "95% quantile"))
    return Section(
        "11. Policy worlds, as whole distributions",
        f"Better quality for everyone raises the mean by {gain.iloc[1]:.3f}; with a weaker prompt "
        f"besides, by {gain.iloc[2]:.3f}; for those with negative intent only, by "
        f"{gain.iloc[3]:.3f}. The targeted policy lifts the 5% quantile by {low.iloc[3]:.2f}, "
        f"where treating everyone lifts it by {low.iloc[1]:.2f}, and the 95% quantile by "
        f"{high.iloc[3]:.2f}, against {high.iloc[1]:.2f}.",
        rows,
        _changes(of, names),
    )


def _changes(of: Outcomes, names: list[str]) -> Figure:
    figure, axes = blank(1, 2, (9.6, 3.7))
    left, right = axes.flat
    densities(left, {n: of.found[n] for n in names})
    left.set_xlabel("next_week_value of new units (score)")
    at = np.linspace(0.05, 0.95, 19)
    for name, colour in zip(names, COLOURS, strict=False):
        ours, true = (
            np.quantile(s[name], at) - np.quantile(s[names[0]], at) for s in (of.found, of.true)
        )
        right.plot(at, ours, color=colour, lw=1.6)
        right.plot(at, true, ls="none", marker="D", ms=4, mfc="none", mec=colour, mew=1)
    right.plot([], [], color=MUTED, label="posterior")
    right.plot([], [], ls="none", marker="D", ms=4, mfc="none", mec=MUTED, label="truth")
    right.legend(frameon=False, fontsize=8.5, loc="upper left")
    right.set_xlabel("quantile of next_week_value")
    right.set_ylabel("change of that quantile (score)")
    figure.legend(
        *left.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=2,
        frameon=False,
        fontsize=9,
    )
    return finish(figure, "The targeted policy lifts the lower end and leaves the upper one alone")
