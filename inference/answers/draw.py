"""How answers are drawn, one kind a function; matplotlib and arviz-plots are loaded on use.

One number is drawn by arviz-plots. Its forest, and its other figures, take draws alone: answers may
be known or summaries, are drawn along doses and covariates too, and have groups with long names,
for which a forest of arviz-plots leaves a fixed share of the width.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..validation.plots import MUTED, POSTERIOR, blank, with_intervals
from .shown import ElementsOf, texts
from .tree import to_datatree

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bands", "draws_of_one", "forest", "scattered", "sorted_units", "worlds"]

COLOURS = ("#3b6fb6", "#d1495b", "#4d9078", "#e0a030", "#7b5ea7", "#8a8f98")
# Bars of single units beyond this many are one shape.
MOST_BARS = 400
MOST_POINTS = 3_000
# The line of no effect is drawn within so many widths of what is shown.
FARTHEST = 3.0
# So many doses have a tick each, if none stands nearer to the next than this share of the axis.
MOST_TICKS, NEAREST = 12, 0.06


def _null_line(ax: Axes, null: float | None, *, upright: bool) -> None:
    """Draw the line of no effect, unless it is so far off that nothing else could be seen."""
    if null is None:
        return
    low, high = ax.get_xlim() if upright else ax.get_ylim()
    if max(low - null, null - high) <= FARTHEST * (high - low):
        line = ax.axvline if upright else ax.axhline
        line(null, color=MUTED, lw=1.0, ls="--", zorder=0)


def _legend(figure: Figure, ax: Axes) -> None:
    handles, labels = ax.get_legend_handles_labels()
    if labels:
        figure.legend(
            handles,
            labels,
            loc="outside lower center",
            ncols=3 if sum(map(len, labels)) < 75 else 2,
            frameon=False,
            fontsize=8.5,
        )


def draws_of_one(answer: xr.DataArray, label: str, null: float | None, ci_prob: float) -> Figure:
    """Return the density of one number with its interval, by arviz-plots.

    Parameters
    ----------
    answer : xr.DataArray
    label : str
    null : float, optional
    ci_prob : float
    """
    figure, [[ax]] = blank(1, 1, (6.4, 3.4))
    if "draw" not in answer.dims or float(answer.std()) == 0.0:
        value = float(answer.sel(statistic="mean") if "statistic" in answer.dims else answer.mean())
        ax.plot([value], [0], "o", color=POSTERIOR, label=f"{value:.4g}, known")
        ax.set(xlabel=label, yticks=[])
        ax.spines["left"].set_visible(False)
        if null is not None:  # one point has no width of its own
            ax.plot([null], [0], " ")
        _null_line(ax, null, upright=True)
        _legend(figure, ax)
        return figure
    import arviz_plots
    from matplotlib import pyplot

    pyplot.close(figure)
    drawn = arviz_plots.plot_dist(
        to_datatree(answer.rename("answer")),
        kind="kde",
        ci_kind="eti",
        ci_prob=ci_prob,
        point_estimate="mean",
        backend="matplotlib",
        visuals={"title": False, "point_estimate_text": False},
        figure_kwargs={"figsize": (6.4, 3.4)},
    )
    figure, ax = drawn.viz["figure"].item(), drawn.viz["plot"]["answer"].item()
    pyplot.close(figure)
    figure.set_layout_engine("constrained")
    low, high = np.quantile(answer, [(1 - ci_prob) / 2, (1 + ci_prob) / 2])
    ax.plot([], [], " ", label=f"mean {float(answer.mean()):.4g}")
    ax.plot([], [], " ", label=f"{ci_prob:.0%} interval: {low:.4g} to {high:.4g}")
    if null is not None:
        share = float((answer > null).mean())
        words = "> 0.999" if share > 0.999 else "< 0.001" if share < 0.001 else f"= {share:.3g}"
        ax.plot([], [], " ", label=f"P(effect > {null:g}) {words}")
    _null_line(ax, null, upright=True)
    ax.set(xlabel=label, yticks=[])
    _legend(figure, ax)
    return figure


def _density(draws: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    from arviz_stats.base import array_stats

    x, density, _ = array_stats.kde(draws[np.isfinite(draws)])
    return np.asarray(x), np.asarray(density)


def forest(elements: ElementsOf, dims: list[str], label: str, null: float | None) -> Figure:
    """Return one row for each named element: its mean and interval.

    Parameters
    ----------
    elements : ElementsOf
    dims : list of str
    label : str
    null : float, optional
    """
    flat = {
        n: v.transpose(*dims).to_numpy().ravel()
        for n, v in (("mean", elements.mean), ("low", elements.low), ("high", elements.high))
    }
    labels = [""]
    for dim in dims:
        values = texts(elements.mean[dim].to_numpy())
        labels = [f"{a}, {b}" if a else b for a in labels for b in values]
    there = np.isfinite(flat["mean"])
    labels = [one for one, keep in zip(labels, there, strict=True) if keep]
    mean, low, high = (flat[n][there] for n in ("mean", "low", "high"))
    figure, [[ax]] = blank(1, 1, (6.8, 1.5 + 0.34 * len(labels)))
    rows = np.arange(len(labels))
    with_intervals(ax, mean, rows, (low, high), label=elements.interval)
    ax.set_yticks(rows, labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set(xlabel=label, ylabel=", ".join(dims))
    _null_line(ax, null, upright=True)
    _legend(figure, ax)
    return figure


def bands(elements: ElementsOf, dims: list[str], label: str, null: float | None) -> Figure:
    """Return mean and interval along a numeric dimension, a band for each value of another.

    Parameters
    ----------
    elements : ElementsOf
    dims : list of str
    label : str
    null : float, optional
    """
    along = next(d for d in reversed(dims) if elements.mean[d].dtype.kind in "iuf")
    rest = [d for d in dims if d != along]
    figure, [[ax]] = blank(1, 1, (6.8, 3.8))
    order = elements.mean[along].to_numpy().argsort()
    x = elements.mean[along].to_numpy()[order]
    names = elements.mean[rest[0]].to_numpy() if rest else [None]
    for k, name in enumerate(names):
        at = {rest[0]: name} if rest else {}
        mean, low, high = (
            v.sel(at).to_numpy()[order] for v in (elements.mean, elements.low, elements.high)
        )
        words = f"{rest[0]} {texts([name])[0]}" if rest else elements.interval
        colour = COLOURS[k % len(COLOURS)]
        ax.plot(x, mean, "o-", ms=4, lw=1.6, color=colour, label=words)
        ax.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
    if rest:
        ax.plot([], [], " ", label=elements.interval)
    if len(x) <= MOST_TICKS and (np.diff(x) >= NEAREST * np.ptp(x)).all():
        ax.set_xticks(x, texts(x))
    ax.set(xlabel=along, ylabel=label)
    _null_line(ax, null, upright=False)
    _legend(figure, ax)
    return figure


def sorted_units(elements: ElementsOf, label: str) -> Figure:
    """Return the effect on each unit, from the least to the greatest.

    Parameters
    ----------
    elements : ElementsOf
    label : str
    """
    order = elements.mean.to_numpy().argsort()
    mean, low, high = (v.to_numpy()[order] for v in (elements.mean, elements.low, elements.high))
    figure, [[ax]] = blank(1, 1, (6.8, 3.8))
    x = np.arange(1, len(order) + 1)
    if len(order) <= MOST_BARS:
        ax.vlines(x, low, high, color=POSTERIOR, alpha=0.4, lw=1.2, label=elements.interval)
    else:
        ax.fill_between(x, low, high, color=POSTERIOR, alpha=0.25, lw=0, label=elements.interval)
    ax.plot(x, mean, ".", ms=3, color=POSTERIOR)
    for share, words in (((low > 0).mean(), "above"), ((high < 0).mean(), "below")):
        ax.plot([], [], " ", label=f"interval {words} 0: {share:.0%}")
    ax.set(xlabel=f"units, sorted by effect ({len(order):,})", ylabel=label)
    _null_line(ax, 0.0, upright=False)
    _legend(figure, ax)
    return figure


def scattered(elements: ElementsOf, column: pd.Series, label: str) -> Figure:
    """Return the effect on each unit against a covariate; categories stand in their order.

    Parameters
    ----------
    elements : ElementsOf
    column : pd.Series
    label : str
    """
    mean, low, high = (v.to_numpy() for v in (elements.mean, elements.low, elements.high))
    figure, [[ax]] = blank(1, 1, (6.8, 3.8))
    if column.dtype.kind in "iufmM":
        x, there = column.to_numpy(), column.notna().to_numpy()
    else:
        categories = column.astype("category").cat
        codes, names = categories.codes.to_numpy(), [str(v) for v in categories.categories]
        x, there = codes + np.linspace(-0.2, 0.2, len(codes)), codes >= 0
        width = max(6, 72 // max(len(names), 1))
        ax.set_xticks(range(len(names)), [textwrap.fill(n, width) for n in names])
    part = np.flatnonzero(there)[:: max(1, len(mean) // MOST_POINTS)]
    ends = (low[part], high[part])
    style = {"ms": 3, "lw": 0.8, "alpha": 0.5, "capsize": 0, "label": elements.interval}
    with_intervals(ax, mean[part], x[part], ends, along="y", **style)
    ax.set(xlabel=str(column.name or "covariate"), ylabel=label)
    _null_line(ax, 0.0, upright=False)
    _legend(figure, ax)
    return figure


def worlds(answers: Mapping[str, xr.DataArray], label: str, null: float | None) -> Figure:
    """Return the distribution over units and draws in each world, one below the other.

    Parameters
    ----------
    answers : mapping of str to xr.DataArray
    label : str
    null : float, optional
    """
    figure, axes = blank(len(answers), 1, (6.8, 1.4 + 0.9 * len(answers)))
    pooled = {n: np.asarray(a.to_numpy(), dtype=float).ravel() for n, a in answers.items()}
    pooled = {n: v[np.isfinite(v)] for n, v in pooled.items()}
    everything = np.concatenate(list(pooled.values()))
    whole = bool((everything == np.round(everything)).all()) and np.ptp(everything) <= 40
    ends = np.quantile(everything, [0.001, 0.999])
    for k, (ax, (name, values)) in enumerate(zip(axes.flat, pooled.items(), strict=True)):
        colour = COLOURS[k % len(COLOURS)]
        if whole:
            levels, counts = np.unique(values, return_counts=True)
            ax.bar(levels, counts / len(values), width=0.8, color=colour, alpha=0.6)
        else:
            x, density = _density(values)
            ax.fill_between(x, density, color=colour, alpha=0.35, lw=0)
            ax.set_xlim(ends + np.array([-0.02, 0.02]) * max(np.ptp(ends), 1e-12))
        ax.axvline(values.mean(), color=colour, ls=":", lw=1.4)
        ax.set_ylabel(f"{name}\nmean {values.mean():.3g}", rotation=0, ha="right", va="center")
        ax.set_yticks([])
        if ax is not axes.flat[-1]:
            ax.tick_params(labelbottom=False)
        if k:
            ax.sharex(axes.flat[0])
        _null_line(ax, null, upright=True)
    if whole:
        axes.flat[-1].xaxis.get_major_locator().set_params(integer=True)
    axes.flat[-1].set_xlabel(f"{label}, over units and draws")
    return figure
