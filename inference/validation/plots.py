"""Figures of comparisons and calibrations; matplotlib is loaded when one is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..inputs.label_texts import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Shown", "names_as_text", "plot_comparison"]

POSTERIOR, TRUTH, MUTED = "#3b6fb6", "#d1495b", "#8a8f98"
# Points beyond this many hide each other and swell a saved figure.
MOST_POINTS = 5_000
POINTS: dict[str, Any] = {"fmt": "o", "ms": 4.5, "color": POSTERIOR, "capsize": 3, "lw": 1.4}
DIAMONDS: dict[str, Any] = {
    "ls": "none",
    "marker": "D",
    "ms": 6.5,
    "mfc": "none",
    "mec": TRUTH,
    "mew": 1.5,
    "zorder": 3,
}
CI_PROBS = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True, eq=False)
class Shown:
    """What the figure of a comparison shows.

    Attributes
    ----------
    elements : xarray.Dataset
        Truth, mean, sd, low, high, covered, rank and z of each element; dims: the estimand's.
    draws : array of shape (draw, ...), optional
        The posterior's draws of each element; None where only mean and sd are known.
    ci_prob : float
        Probability of the equal-tailed intervals.
    outcome : str
        The label of the axes that are in the outcome's unit of measure.
    summary : mapping of str to float
        Over all elements: elements, rmse, coverage, correlation and slope.
    """

    elements: xr.Dataset
    draws: NDArray[np.float64] | None
    ci_prob: float
    outcome: str
    summary: Mapping[str, float]

    @property
    def interval(self) -> str:
        """What a bar means, in words."""
        return f"posterior mean, {self.ci_prob:.0%} interval"


@contextmanager
def names_as_text() -> Iterator[None]:
    """Show names as they are; a figure sets what stands between dollar signs as a formula."""
    from matplotlib import rc_context

    with rc_context({"text.parse_math": False, "text.usetex": False}):
        yield


@names_as_text()
def plot_comparison(shown: Shown, shape: str, title: str = "") -> Figure:
    """Return the figure of a comparison.

    Parameters
    ----------
    shown : Shown
    shape : {"scalar", "line", "forest", "grid", "units"}
        Of the estimand: one number; along a numeric coordinate; along names; over two coordinates;
        or over units, too many to show each.
    title : str
        Wrapped to the width of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    kinds: dict[str, Callable[[Shown], Figure]] = {
        "scalar": _scalar,
        "line": _line,
        "forest": _forest,
        "grid": _grid,
        "units": _units,
    }
    figure = kinds[shape](shown)
    if title:
        width = int(figure.get_size_inches()[0] * 12)
        figure.suptitle("\n".join(textwrap.wrap(title, width)), fontsize=9.5)
    return figure


def with_intervals(
    ax: Axes,
    mean: ArrayLike,
    at: ArrayLike,
    ends: tuple[ArrayLike, ArrayLike],
    *,
    along: Literal["x", "y"] = "x",
    **style: Any,
) -> None:
    """Draw points and their intervals.

    A mean may lie outside its interval, as that of a count that is seldom above zero does, which
    bars that are given by their lengths cannot draw.

    Parameters
    ----------
    ax : matplotlib Axes
    mean : array of shape (row,)
    at : array of shape (row,)
        Where each stands on the other axis.
    ends : tuple of array of shape (row,)
        The lower and the upper end of each interval.
    along : {"x", "y"}
        The axis of the numbers.
    **style
        As for `matplotlib.axes.Axes.errorbar`; by default `POINTS`.
    """
    # A row of a table that holds texts too is of objects.
    points, low, high = (np.asarray(v, float) for v in (mean, *ends))
    rows = np.asarray(at)
    middle, half = (low + high) / 2, (high - low) / 2
    upright = along == "y"
    x, y = (rows, middle) if upright else (middle, rows)
    look: dict[str, Any] = {**POINTS, **style, f"{along}err": half}
    drawn = ax.errorbar(x, y, **look)
    there = (rows, points) if upright else (points, rows)
    drawn.lines[0].set_data(*there)
    ax.update_datalim(np.column_stack([ax.convert_xunits(there[0]), ax.convert_yunits(there[1])]))
    ax.autoscale_view()


def blank(rows: int, columns: int, size: tuple[float, float]) -> tuple[Figure, Any]:
    """Return an empty figure and its axes.

    Parameters
    ----------
    rows, columns : int
    size : tuple of float
        Width and height, in inches.

    Returns
    -------
    matplotlib.figure.Figure
    array of matplotlib.axes.Axes of shape (rows, columns)
    """
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    # Pyplot would keep it, and a notebook would show it a second time.
    pyplot.close(figure)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _scalar(shown: Shown) -> Figure:
    found = {str(n): v.item() for n, v in shown.elements.data_vars.items()}
    figure, [[ax]] = blank(1, 1, (6.4, 3.4))
    x, density = _density(shown)
    ax.plot(x, density, color=POSTERIOR, lw=1.6, label="posterior")
    inside = (x >= found["low"]) & (x <= found["high"])
    percent = f"{shown.ci_prob:.0%} interval"
    ax.fill_between(x[inside], density[inside], color=POSTERIOR, alpha=0.22, lw=0, label=percent)
    ax.axvline(found["mean"], color=POSTERIOR, ls=":", lw=1.4, label=f"mean {found['mean']:.4g}")
    ax.axvline(found["truth"], color=TRUTH, lw=1.8, label=f"truth {found['truth']:.4g}")
    ax.set_ylim(bottom=0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(shown.outcome)
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _density(shown: Shown) -> tuple[np.ndarray, np.ndarray]:
    """Return points and the posterior's density there."""
    found = shown.elements
    if shown.draws is not None and float(found["sd"]) > 0:
        from arviz_stats.base import array_stats

        x, density, _ = array_stats.kde(shown.draws)
        return np.asarray(x), np.asarray(density)
    mean, sd = float(found["mean"]), max(float(found["sd"]), 1e-12)
    x = np.linspace(mean - 4 * sd, mean + 4 * sd, 401)
    return x, np.exp(-0.5 * ((x - mean) / sd) ** 2)


def _line(shown: Shown) -> Figure:
    """Draw intervals and truths along a numeric coordinate, and their difference below."""
    [dim] = map(str, shown.elements["truth"].dims)
    found = shown.elements.sortby(dim)
    x = found[dim].to_numpy()
    figure, [[above], [below]] = blank(2, 1, (6.4, 5.2))
    low, mean, high, truth = (found[n].to_numpy() for n in ("low", "mean", "high", "truth"))
    for ax, less in ((above, 0.0), (below, truth)):
        ends = (low - less, high - less)
        with_intervals(ax, mean - less, x, ends, along="y", label=shown.interval)
        ax.plot(x, truth - less, label="truth", **DIAMONDS)
        if len(x) <= 12:
            ax.set_xticks(x, [f"{v:g}" for v in x])
        ax.set_xlabel(dim)
        bottom, top = ax.get_ylim()
        if bottom < 0 < top:  # else it would leave no room for what differs
            ax.axhline(0, color=MUTED, lw=0.7, zorder=0)
    above.set_ylabel(shown.outcome)
    below.set_ylabel("difference from the truth")
    _shared_legend(figure, above)
    return figure


def _forest(shown: Shown) -> Figure:
    """Draw one row per named element, and beside it the difference from the truth."""
    [dim] = map(str, shown.elements["truth"].dims)
    found = shown.elements
    labels = [str(v) for v in readable(found[dim].to_numpy())]
    rows = np.arange(len(labels))
    figure, [[left, right]] = blank(1, 2, (8.8, 1.5 + 0.34 * len(labels)))
    low, mean, high, truth = (found[n].to_numpy() for n in ("low", "mean", "high", "truth"))
    for ax, less in ((left, 0.0), (right, truth)):
        with_intervals(ax, mean - less, rows, (low - less, high - less), label=shown.interval)
        ax.plot(truth - less, rows, label="truth", **DIAMONDS)
        ax.set_yticks(rows, labels if ax is left else [])
        ax.set_ylim(len(labels) - 0.5, -0.5)
    right.axvline(0, color=MUTED, lw=0.7, zorder=0)
    left.set(ylabel=dim, xlabel=shown.outcome)
    right.set_xlabel("difference from the truth")
    for ax in (left, right):
        ax.locator_params(axis="x", nbins=5)
    _shared_legend(figure, left)
    return figure


def _shared_legend(figure: Figure, ax: Axes) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=8.5)


def _grid(shown: Shown) -> Figure:
    """Draw truth, posterior mean and z over two dimensions."""
    found = shown.elements
    down, across = map(str, found["truth"].dims)
    if found.sizes[across] < found.sizes[down]:
        down, across = across, down
    found = found.transpose(down, across)
    size = (4.2 + 1.05 * found.sizes[across] * 1.6, 2.4 + 0.45 * found.sizes[down])
    figure, [axes] = blank(1, 3, (min(size[0] * 1.2, 15), min(size[1], 9)))
    both = np.stack([found["truth"], found["mean"]])
    ends = (np.nanmin(both), np.nanmax(both))
    limit = max(3.0, float(np.nanmax(np.abs(np.where(np.isfinite(found["z"]), found["z"], 0)))))
    panels = (
        ("truth", "truth", "viridis", ends),
        ("mean", "posterior mean", "viridis", ends),
        ("z", "(mean - truth) / sd", "RdBu_r", (-limit, limit)),
    )
    for ax, (name, title, cmap, (low, high)) in zip(axes, panels, strict=True):
        image = ax.imshow(found[name], cmap=cmap, vmin=low, vmax=high, aspect="auto")
        ax.set_title(title, fontsize=9.5)
        _name_grid(ax, found[name], first=ax is axes[0])
        if name != "truth":
            label = shown.outcome if name == "mean" else "posterior sds"
            figure.colorbar(image, ax=ax, shrink=0.85).set_label(label, fontsize=8.5)
    missed = np.argwhere(~found["covered"].to_numpy() & np.isfinite(found["truth"].to_numpy()))
    axes[2].plot(missed[:, 1], missed[:, 0], "x", color="black", ms=6)
    if len(missed):
        axes[2].set_title(f"{panels[2][1]}; x: not covered at {shown.ci_prob:.0%}", fontsize=9.5)
    return figure


def _name_grid(ax: Axes, values: xr.DataArray, *, first: bool) -> None:
    down, across = (str(d) for d in values.dims)
    ax.spines[:].set_visible(False)
    for dim, set_ticks in ((across, ax.set_xticks), (down, ax.set_yticks)):
        labels = readable(values[dim].to_numpy())
        texts = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in labels]
        step = max(1, len(texts) // 12)
        set_ticks(range(0, len(texts), step), texts[::step], fontsize=8)
    if max(len(str(v)) for v in readable(values[across].to_numpy())) > 5:
        ax.tick_params(axis="x", labelrotation=40)
        for label in ax.get_xticklabels():
            label.set(ha="right", rotation_mode="anchor")
    ax.set_xlabel(across)
    ax.set_ylabel(down)
    if not first:
        ax.set_ylabel("")
        ax.tick_params(axis="y", left=False, labelleft=False)


def _units(shown: Shown) -> Figure:
    """Draw the calibration of the means, and the coverage of intervals of any probability."""
    found = shown.elements
    truth, mean, sd = (found[n].to_numpy().ravel() for n in ("truth", "mean", "sd"))
    there = np.flatnonzero(np.isfinite(truth) & np.isfinite(mean))
    some = there[:: max(1, len(there) // MOST_POINTS)]
    figure, [[left, right]] = blank(1, 2, (9.6, 4.2))
    ends = np.array(
        [min(truth[there].min(), mean[there].min()), max(truth[there].max(), mean[there].max())]
    )
    ends = ends + np.array([-0.04, 0.04]) * max(np.ptp(ends), 1e-12)
    left.plot(ends, ends, color=MUTED, lw=1, label="truth = mean")
    left.errorbar(
        mean[some],
        truth[some],
        xerr=sd[some] if len(some) <= 400 else None,
        fmt="o",
        ms=3,
        lw=0.6,
        alpha=max(0.08, min(0.7, 250 / len(some))),
        color=POSTERIOR,
        mec="none",
        rasterized=True,
    )
    left.set(
        xlim=ends,
        ylim=ends,
        xlabel=f"posterior mean of {shown.outcome}",
        ylabel="truth",
        aspect="equal",
    )
    row = shown.summary
    left.set_title(
        f"{row['elements']:.0f} elements: RMSE {row['rmse']:.3g}, correlation "
        f"{row['correlation']:.3f}, slope {row['slope']:.3f}",
        fontsize=9,
    )
    _coverage(shown, right)
    return figure


def _coverage(shown: Shown, ax: Axes) -> None:
    rank, z = (shown.elements[n].to_numpy().ravel() for n in ("rank", "z"))
    if shown.draws is None:
        from scipy.stats import norm

        rank = norm.cdf(-z)
    rank = rank[np.isfinite(rank)]
    # An equal-tailed interval covers beyond the probability at which its end meets the truth.
    covered = [(2 * np.abs(rank - 0.5) <= p).mean() for p in CI_PROBS]
    ax.plot([0, 1], [0, 1], color=MUTED, lw=1)
    ax.plot(CI_PROBS, covered, color=POSTERIOR, lw=1.8)
    ax.plot(shown.ci_prob, shown.summary["coverage"], "o", color=TRUTH, ms=6)
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1),
        aspect="equal",
        xlabel="probability of the interval",
        ylabel="share of truths inside",
    )
    ax.set_title(f"{shown.ci_prob:.0%} intervals cover {shown.summary['coverage']:.1%}", fontsize=9)
