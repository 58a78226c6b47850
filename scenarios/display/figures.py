"""Figures that more than one scenario draws; matplotlib is loaded when one is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ifonly.inference.validation.plots import MUTED, POSTERIOR, TRUTH, blank, with_intervals

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "MUTED",
    "POSTERIOR",
    "TRUTH",
    "bars",
    "blank",
    "densities",
    "finish",
    "forest",
    "heatmap",
    "marginals",
    "movement",
    "with_intervals",
]

# Distinct also without colour vision (Okabe and Ito, 2008), the two of truth and posterior first.
COLOURS = ("#8a8f98", POSTERIOR, "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
# A density needs no more values than this.
MOST_VALUES = 50_000


def finish(figure: Figure, title: str) -> Figure:
    """Return the figure with the finding as its title.

    Parameters
    ----------
    figure : Figure
    title : str
    """
    figure.suptitle(title, fontsize=10.5, x=0.01, ha="left")
    return figure


def density(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points and a kernel density there."""
    from arviz_stats.base import array_stats

    flat = np.asarray(values, dtype=float).ravel()
    x, y, _ = array_stats.kde(flat[:: max(1, flat.size // MOST_VALUES)])
    return np.asarray(x), np.asarray(y)


def densities(ax: Axes, samples: Mapping[str, ArrayLike], colours: Sequence[str] = COLOURS) -> None:
    """Draw the density of each sample, named in the legend.

    Parameters
    ----------
    ax : Axes
    samples : mapping of str to array_like
    colours : sequence of str
    """
    for (label, values), colour in zip(samples.items(), colours, strict=False):
        x, y = density(values)
        ax.plot(x, y, color=colour, lw=1.6, label=label)
        ax.fill_between(x, y, color=colour, alpha=0.08, lw=0)
    ends = [np.quantile(np.asarray(v), [0.001, 0.999]) for v in samples.values()]
    ax.set_xlim(min(low for low, _ in ends), max(high for _, high in ends))
    ax.set_ylim(bottom=0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def marginals(
    title: str, samples: Mapping[str, Mapping[str, ArrayLike]], truths: Mapping[str, float]
) -> Figure:
    """Return one density plot per variable, with a line at each true value that is known.

    Parameters
    ----------
    title : str
    samples : mapping of str to mapping of str to array
        By variable, then by what the legend calls the sample.
    truths : mapping of str to float
        By variable.
    """
    columns = min(3, len(samples))
    rows = -(-len(samples) // columns)
    figure, axes = blank(rows, columns, (3.1 * columns, 2.3 * rows + 0.5))
    colours = COLOURS if len(next(iter(samples.values()))) > 1 else (POSTERIOR,)
    for ax, (name, by_label) in zip(axes.flat, samples.items(), strict=False):
        densities(ax, by_label, colours)
        if name in truths:
            ax.axvline(truths[name], color=TRUTH, lw=1.6, label="truth")
        ax.locator_params(axis="x", nbins=5)
        ax.set_xlabel(name)
    for ax in axes.flat[len(samples) :]:
        ax.set_visible(False)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return finish(figure, title)


def forest(
    ax: Axes,
    labels: Sequence[str],
    found: Any,
    others: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Draw posterior means with intervals, truths, and what others published, one line per label.

    Parameters
    ----------
    ax : matplotlib Axes
    labels : sequence of str
        From top to bottom.
    found : pandas.DataFrame
        With columns truth, mean, low and high, a row per label.
    others : mapping of str to mapping of str to float, optional
        By their name, then by label.
    """
    at = np.arange(len(labels))[::-1]
    mean, low, high = (found[c].to_numpy() for c in ("mean", "low", "high"))
    with_intervals(ax, mean, at, (low, high), ms=5, label="posterior, 90%")
    ax.plot(
        found["truth"],
        at,
        ls="none",
        marker="D",
        ms=8,
        mfc="none",
        mec=TRUTH,
        mew=1.5,
        label="truth",
    )
    for (name, values), marker in zip((others or {}).items(), "x+", strict=False):
        where = [(values[label], y) for label, y in zip(labels, at, strict=True) if label in values]
        x, y = zip(*where, strict=True)
        ax.plot(x, y, ls="none", marker=marker, ms=8, mew=1.8, color="#444444", label=name)
    ax.axvline(0, color=MUTED, lw=0.8)
    ax.set_yticks(at, labels)
    ax.set_ylim(-0.6, len(labels) - 0.4)
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def bars(
    ax: Axes,
    at: ArrayLike,
    mean: ArrayLike,
    ends: tuple[ArrayLike, ArrayLike],
    width: float,
    *,
    colour: str = POSTERIOR,
    alpha: float = 1.0,
    label: str | None = None,
) -> None:
    """Draw a bar up to each mean, and its interval, which need not hold the mean.

    Parameters
    ----------
    ax : matplotlib Axes
    at, mean : array of shape (bar,)
    ends : tuple of array of shape (bar,)
        The lower and the upper end of each interval.
    width : float
    colour : str
    alpha : float
    label : str, optional
    """
    low, high = (np.asarray(v, dtype=float) for v in ends)
    ax.bar(at, mean, width, color=colour, alpha=alpha, label=label)
    middle, half = (low + high) / 2, (high - low) / 2
    ax.errorbar(at, middle, yerr=half, fmt="none", ecolor="#444444", capsize=3)


def movement(ax: Axes, labels: Sequence[str], rows: Any) -> None:
    """Draw where each row was, where it would have been, and where it truly would have been.

    Parameters
    ----------
    ax : matplotlib Axes
    labels : sequence of str
        From top to bottom.
    rows : pandas.DataFrame
        With columns factual, mean, low, high and truth, a row per label.
    """
    at = np.arange(len(labels))[::-1]
    factual, mean = rows["factual"].to_numpy(), rows["mean"].to_numpy()
    ax.hlines(at, factual, mean, color=MUTED, lw=1.2, zorder=1)
    with_intervals(ax, mean, at, (rows["low"], rows["high"]), ms=5, label="would have been (90%)")
    ax.plot(factual, at, ls="none", marker="o", ms=5.5, mfc="white", mec="#444444", label="was")
    ax.plot(
        rows["truth"], at, ls="none", marker="D", ms=8, mfc="none", mec=TRUTH, mew=1.4,
        label="truly would have been",
    )  # fmt: skip
    ax.set_yticks(at, labels)
    ax.set_ylim(-0.6, len(labels) - 0.4)
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def heatmap(
    ax: Axes,
    grid: ArrayLike,
    label: str | None,
    *,
    digits: int = 3,
    cmap: str = "viridis",
    ends: tuple[float, float] | None = None,
) -> None:
    """Draw a number in each cell of a grid, on its colour.

    Parameters
    ----------
    ax : matplotlib Axes
    grid : array of shape (down, across)
        The first row is drawn at the bottom.
    label : str or None
        Of the colour bar; None draws none, for a grid beside another one.
    digits : int
        Behind the point.
    cmap : str
    ends : tuple of float, optional
        What the colours run between; by default the least and the greatest number.
    """
    values = np.asarray(grid, dtype=float)
    low, high = ends or (np.nanmin(values), np.nanmax(values))
    image = ax.imshow(values, cmap=cmap, origin="lower", aspect="auto", vmin=low, vmax=high)
    for (i, j), value in np.ndenumerate(values):
        if np.isfinite(value):
            red, green, blue, _ = image.cmap(image.norm(value))
            light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
            colour = "black" if light else "white"
            # No minus before a zero.
            text = f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
            ax.text(j, i, text, ha="center", va="center", fontsize=9, color=colour)
    ax.spines[:].set_visible(False)
    if label is not None:
        ax.figure.colorbar(image, ax=ax, label=label)
