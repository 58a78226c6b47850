"""Findings 7 and 10: models that are not told the form of the effect, and all models compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ifonly.inference.errors import ExtraError

from ..analyses.effects.analysis import Effects, effects
from ..display.figures import COLOURS, MUTED, TRUTH, blank, finish
from ..display.wording import interval
from ..scenario import Section
from .analyses import INTERACTIONS, TOLD, Analyses
from .truth import COVARIATES
from .units import EACH, LEVEL

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "PEERS",
    "SPLINES",
    "Scored",
    "comparison",
    "scored",
    "scored_or_ours",
    "section",
    "splines",
]

Floats = NDArray[np.float64]
SPLINES = "splines, not told the form"
PEERS = ("constant", "linear_dml", "x_learner", "causal_forest")
SHOWN = 1_500  # points of a scatter


@dataclass(frozen=True, eq=False)
class Scored:
    """What one model says of each unit, beside the truth.

    Attributes
    ----------
    label : str
    truth, mean, low, high : array of shape (unit,)
        Ends are NaN where a model has no intervals.
    ate, ate_low, ate_high : float
    seconds : float
        To fit it and to ask it; NaN where that was done before.
    r_hat : float
        Of the units' effects, the largest; 1 where draws are independent, NaN without draws.
    """

    label: str
    truth: Floats
    mean: Floats
    low: Floats
    high: Floats
    ate: float
    ate_low: float
    ate_high: float
    seconds: float = np.nan
    r_hat: float = np.nan

    @classmethod
    def of_draws(
        cls, label: str, truth: Floats, draws: Floats, seconds: float = np.nan, r_hat: float = 1.0
    ) -> Scored:
        """Return the scores of draws of each unit's effect, of shape (draw, unit).

        Parameters
        ----------
        label : str
        truth : Floats
        draws : Floats
        seconds : float
        r_hat : float
        """
        tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
        low, high = np.quantile(draws, tails, axis=0)
        mean, average = draws.mean(axis=0), draws.mean(axis=1)
        least, most = np.quantile(average, tails).tolist()
        ate = float(average.mean())
        return cls(label, truth, mean, low, high, ate, least, most, seconds, r_hat)

    @property
    def pehe(self) -> float:
        """Root mean square error over units."""
        return float(np.sqrt(np.mean((self.mean - self.truth) ** 2)))

    @property
    def correlation(self) -> float:
        """Of predicted and true effects; NaN where all are predicted the same."""
        if np.ptp(self.mean) == 0:
            return np.nan
        return float(np.corrcoef(self.mean, self.truth)[0, 1])

    @property
    def coverage(self) -> float:
        """Share of the units whose interval holds the truth; NaN without intervals."""
        if np.isnan(self.low).any():
            return np.nan
        return float(((self.low <= self.truth) & (self.truth <= self.high)).mean())

    @property
    def top(self) -> float:
        """Mean true effect of the fifth that is predicted highest; of all, where it ranks none."""
        if np.ptp(self.mean) == 0:
            return float(self.truth.mean())
        count = max(1, len(self.mean) // 5)
        return float(self.truth[np.argsort(-self.mean, kind="stable")[:count]].mean())


def splines(found: Analyses) -> Effects:
    """Return the effects of the model of curves and products, which is told no form."""
    like = found.told.posterior.idata["posterior"].sizes
    count = 2 * like["draw"]  # its draws are less independent than those of the other models
    return effects(
        found.data,
        treatment="exposure",
        outcome="weekly_value",
        covariates=COVARIATES,
        model="splines",
        ci_prob=LEVEL,
        seed=4,
        draws=count,
        tune=count,
    )


def scored(found: Analyses, peers: Sequence[str] = PEERS) -> list[Scored]:
    """Return what every model says of the same users, ours first.

    Parameters
    ----------
    found : Analyses
    peers : sequence of str

    Raises
    ------
    ExtraError
        If a peer's library is not installed.
    """
    truth = found.told.truth(EACH).to_numpy()
    labels = {TOLD: f"model, {TOLD}", INTERACTIONS: f"model, {INTERACTIONS}"}
    ours = [
        Scored.of_draws(labels[name], truth, _flat(pair.answer(EACH)))
        for name, pair in found.pairs.items()
    ]
    start = perf_counter()
    free = splines(found)
    seconds, r_hat = perf_counter() - start, free.parts["splines"].r_hat
    ours.append(Scored.of_draws(SPLINES, truth, free.draws, seconds, r_hat))
    return [*ours, *_peers(found, truth, peers)]


def _flat(answer: xr.DataArray) -> Floats:
    values = answer.transpose("chain", "draw", ...).to_numpy()
    return values.reshape(-1, values.shape[-1])


def _peers(found: Analyses, truth: Floats, names: Sequence[str]) -> Iterator[Scored]:
    from ifonly.inference.estimators import Roles
    from ifonly.inference.estimators.effects import estimator

    roles = Roles("exposure", "weekly_value", adjust=COVARIATES)
    for name in names:
        start = perf_counter()
        made = estimator(name)
        said = made.unit_effects(found.data, roles, ci_prob=LEVEL, seed=0)
        yield Scored(
            made.label, truth, said.mean, said.low, said.high, said.ate, said.ate_low,
            said.ate_high, perf_counter() - start,
        )  # fmt: skip


def section(rows: Sequence[Scored]) -> Section:
    """Return finding 7."""
    linear, free = rows[1], rows[2]
    others = list(rows[3:])
    said = ""
    if others:
        last = others[-1]
        said = (
            f" The {last.label} (trees, each leaf its own mean) is off by {last.pehe:.3f}, with "
            f"{last.coverage:.0%} covered: where the truth is smooth, steps have to be many."
        )
    return Section(
        "7. Models that are not told the form",
        "The model of curves and products knows of no kink and of no modifier; most of its terms "
        f"are shrunk away. It is off by {free.pehe:.3f} (PEHE), where the model with interactions "
        f"is off by {linear.pehe:.3f}; its {LEVEL:.0%} intervals hold the truth of "
        f"{free.coverage:.0%} of the users against {linear.coverage:.0%}. The R-hat of "
        f"its users' effects is at most {free.r_hat:.3f}.{said}",
        _table([linear, free, *others[-1:]]),
        _scatter([linear, free, *others[-1:]]),
    )


def comparison(rows: Sequence[Scored], missing: str = "") -> Section:
    """Return finding 10.

    Parameters
    ----------
    rows : sequence of Scored
    missing : str
    """
    truth = float(rows[0].truth.mean())
    ranked = sorted(rows, key=lambda one: one.pehe)
    oracle = float(np.sort(rows[0].truth)[-max(1, len(rows[0].truth) // 5) :].mean())
    return Section(
        "10. All models side by side",
        f"The true average is {truth:.3f}; the best fifth truly has {oracle:.3f}. Nearest user by "
        f"user is “{ranked[0].label}”. A wrong form costs little where only the ranking counts, "
        "and a lot where intervals do: a mean over the best fifth hardly tells the models apart, "
        f"and coverage does. Intervals have a probability of {LEVEL:.0%}; one data set cannot show "
        f"how often they hold.{missing}",
        _table(rows),
        _bars(rows),
    )


def _table(rows: Sequence[Scored]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": [r.label for r in rows],
            "average effect": [r.ate for r in rows],
            f"{LEVEL:.0%} interval": [
                interval(r.ate_low, r.ate_high) if np.isfinite(r.ate_low) else "–" for r in rows
            ],
            "PEHE": [r.pehe for r in rows],
            "correlation": [r.correlation for r in rows],
            "users covered": [
                f"{r.coverage:.1%}" if np.isfinite(r.coverage) else "–" for r in rows
            ],
            "true effect of its best fifth": [r.top for r in rows],
            "seconds": [round(r.seconds, 1) for r in rows],
        }
    )


def _scatter(rows: Sequence[Scored]) -> Figure:
    figure, axes = blank(1, len(rows), (3.6 * len(rows), 3.5))
    truth = rows[0].truth
    ends = float(truth.min()), float(truth.max())
    step = max(1, len(truth) // SHOWN)
    for ax, row in zip(axes.flat, rows, strict=True):
        ax.plot(row.mean[::step], truth[::step], ".", ms=2.5, color=TRUTH, alpha=0.45)
        ax.plot(ends, ends, color=MUTED, lw=1.0)
        ax.set_xlim(ends[0] - 0.3, ends[1] + 0.3)
        ax.set_ylim(ends[0] - 0.3, ends[1] + 0.3)
        ax.set_title(f"{row.label}\nPEHE {row.pehe:.3f}", fontsize=9)
        ax.set_xlabel("predicted effect")
    axes[0, 0].set_ylabel("true effect on weekly value")
    return finish(figure, "Curves bend where the truth does; lines and steps do not")


def _bars(rows: Sequence[Scored]) -> Figure:
    figure, axes = blank(1, 3, (10.8, 0.34 * len(rows) + 1.4))
    at = np.arange(len(rows))[::-1]
    panels = {
        "PEHE (currency)": ([r.pehe for r in rows], None),
        f"users covered at {LEVEL:.0%}": ([r.coverage for r in rows], LEVEL),
        "true effect of its best fifth": ([r.top for r in rows], None),
    }
    for ax, (name, (values, aim)) in zip(axes.flat, panels.items(), strict=True):
        colours = [COLOURS[1] if k < 3 else COLOURS[0] for k in range(len(rows))]
        ax.barh(at, np.nan_to_num(values), 0.65, color=colours, alpha=0.85)
        if aim is not None:
            ax.axvline(aim, color=TRUTH, lw=1.4)
            ax.set_xlim(0, 1.02)
        for y, value in zip(at, values, strict=True):
            inside = value > 0.25 * np.nanmax(values)
            text = f" {value:.2f}" if np.isfinite(value) else " no intervals"
            ax.text(
                0 if inside or np.isnan(value) else value, y, text, va="center", fontsize=8,
                color="white" if inside else "black",
            )  # fmt: skip
        if aim is None:
            ax.set_xlim(0, 1.2 * np.nanmax(values))
        ax.set_yticks(at, [r.label for r in rows] if ax is axes[0, 0] else [""] * len(rows))
        ax.set_xlabel(name, fontsize=9)
    return finish(figure, "The ranking is easy; effects user by user, with intervals, are not")


def scored_or_ours(found: Analyses) -> tuple[list[Scored], str]:
    """Return what every model says, or only ours, with the reason."""
    try:
        return scored(found), ""
    except ExtraError as error:
        return scored(found, peers=()), f" To see what others say, {error}."
