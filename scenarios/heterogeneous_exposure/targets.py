"""Finding 8: whom to expose, what it returns, and the winner's curse."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ifonly.inference import ConvergenceWarning, Posterior, PotentialOutcome, Query
from ifonly.inference.experiments import (
    assign,
    cells,
    doubly_robust_scores,
    effect_by_rank,
    members,
    pays,
    rate,
    rule_values,
    toc,
)
from ifonly.models.heterogeneous_exposure import interactions

from ..display.figures import COLOURS, MUTED, POSTERIOR, TRUTH, bars, blank, finish, with_intervals
from ..display.wording import interval
from ..scenario import Section
from .analyses import Analyses, again
from .question import PROPENSITY
from .truth import EXPOSED, NOT_EXPOSED
from .units import EACH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["COST", "Halves", "sections", "sections_of"]

Floats = NDArray[np.float64]
COST = 0.8  # of an exposure, in the currency of weekly value
SURENESS = 0.9
RESAMPLES = 1_000
# Cells so fine that the mean of one is mostly noise.
FINE = {"power_segment": None, "baseline_intent": 10, "prior_value": 4, "seasonality_score": 4}
_MEANS = {
    "treated_mean": PotentialOutcome("weekly_value", do=EXPOSED, expectation=True),
    "untreated_mean": PotentialOutcome("weekly_value", do=NOT_EXPOSED, expectation=True),
}


@dataclass(frozen=True, eq=False)
class Halves:
    """Users divided by lot: one half teaches whom to expose, the other says what that gives.

    Attributes
    ----------
    data : pandas.DataFrame
        All users.
    effect : array of shape (unit,)
        The true effects.
    held : boolean array of shape (unit,)
        Whether a user is of the half that judges.
    learnt : Posterior
        Of the half that teaches, as it answers of itself.
    predicted : Posterior
        The same draws, as they answer of the other half.
    """

    data: pd.DataFrame
    effect: Floats
    held: NDArray[np.bool_]
    learnt: Posterior
    predicted: Posterior

    @classmethod
    def of(cls, found: Analyses) -> Halves:
        """Return the halves of a world's users; the model has interactions and no kink."""
        data, held = found.data, assign(len(found.data), seed=7) == 1
        learnt = again(interactions(), data[~held], like=found.told.posterior, seed=2)
        predicted = Posterior.from_idata(interactions(), learnt.idata, data[held], seed=2)
        return cls(data, found.told.truth(EACH).to_numpy(), held, learnt, predicted)

    @cached_property
    def claimed(self) -> xr.DataArray:
        """What the teaching half says of each user of the other."""
        return _asked(self.predicted, EACH)

    @cached_property
    def score(self) -> Floats:
        """The effect predicted for each user of the judging half."""
        return np.asarray(self.claimed.mean(("chain", "draw")))

    @cached_property
    def judged(self) -> xr.DataArray:
        """The doubly robust score of each user of the judging half; the other half fits it."""
        return self._scores(self.predicted, self.held)

    @cached_property
    def own(self) -> xr.DataArray:
        """The doubly robust score of each user of the teaching half, fitted by itself."""
        return self._scores(self.learnt, ~self.held)

    @property
    def truth(self) -> xr.DataArray:
        """The true effect on each user of the judging half."""
        return xr.DataArray(self.effect[self.held], dims="unit")

    def _scores(self, posterior: Posterior, rows: NDArray[np.bool_]) -> xr.DataArray:
        means: Any = {n: _mean(_asked(posterior, query)) for n, query in _MEANS.items()}
        part = self.data[rows]
        found = doubly_robust_scores(
            part["exposure"], part["weekly_value"], propensity=_mean(_asked(posterior, PROPENSITY)),
            **means,
        )  # fmt: skip
        return xr.DataArray(found, dims="unit")

    @cached_property
    def by_cells(self) -> tuple[Floats, Floats]:
        """Means of the teaching half's scores in fine cells, for its users and for the others."""
        place = cells(members(self.data, FINE))
        mine = pd.Series(self.own.to_numpy()).groupby(place[~self.held]).mean()
        every = pd.Series(place).map(mine).fillna(float(mine.mean())).to_numpy()
        return every[~self.held], every[self.held]


def _asked(posterior: Posterior, query: Query) -> xr.DataArray:
    with warnings.catch_warnings():
        # Draws that are brought to other users are taken for those of a chain; these never were.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return posterior.ask(query)


def _mean(draws: xr.DataArray) -> Floats:
    return np.asarray(draws.mean(("chain", "draw")))


def sections(found: Analyses) -> Iterator[Section]:
    """Yield finding 8 in two parts."""
    yield from sections_of(Halves.of(found))


def sections_of(halves: Halves) -> Iterator[Section]:
    """Yield finding 8 of users that were divided."""
    yield _ranking(halves)
    yield _rules(halves)


def _ranking(halves: Halves) -> Section:
    score, truth, judged = halves.score, halves.truth, halves.judged
    again_: Any = {"resamples": RESAMPLES}
    groups = {
        "claimed": effect_by_rank(score, halves.claimed),
        "judged": effect_by_rank(score, judged, **again_),
        "truth": effect_by_rank(score, truth),
    }
    areas: Any = rate(score, judged, **again_)
    true: Any = rate(score, truth)["mean"]
    top = {n: float(t["effect"].iloc[-1]) for n, t in groups.items()}
    autoc, qini = areas.loc["autoc"], areas.loc["qini"]
    return Section(
        "8a. Whom to expose first",
        "Half of the users, drawn by lot, teach the model with interactions; it ranks the other "
        "half, and what these did judges it: by doubly robust scores, which lean on no form of "
        "the effect. The fifth that is ranked highest is promised an effect of "
        f"{top['claimed']:.2f}, is judged to have {top['judged']:.2f} "
        f"({_ends(groups['judged'].iloc[-1])}), and truly has {top['truth']:.2f}; "
        f"the average user has {float(truth.mean()):.2f}. The area below the targeting curve "
        f"(AUTOC) is {autoc['mean']:.2f} ({_ends(autoc)}, truth {true['autoc']:.2f}), and its "
        f"Qini coefficient {qini['mean']:.3f} ({_ends(qini)}, truth "
        f"{true['qini']:.3f}); both would be 0 for a ranking by lot.",
        _groups(groups),
        _curves(halves, groups),
    )


def _ends(row: Any) -> str:
    return f"90% interval {row['low']:.2f} to {row['high']:.2f}"


def _groups(groups: dict[str, pd.DataFrame]) -> pd.DataFrame:
    claimed, judged, truth = groups.values()
    return pd.DataFrame(
        {
            "fifth by predicted effect": claimed.index,
            "users": claimed["units"],
            "mean prediction": claimed["effect"],
            "90% interval, claimed": _intervals(claimed),
            "judged by the other half": judged["effect"],
            "90% interval, judged": _intervals(judged),
            "true effect": truth["effect"],
        }
    ).reset_index(drop=True)


def _intervals(table: pd.DataFrame) -> list[str]:
    return [interval(*pair) for pair in table[["low", "high"]].itertuples(index=False)]


def _curves(halves: Halves, groups: dict[str, pd.DataFrame]) -> Figure:
    figure, [[left, right]] = blank(1, 2, (10.4, 3.6))
    _, judged, truth = groups.values()
    at = judged.index.to_numpy()
    ends = (judged["low"], judged["high"])
    bars(left, at, judged["effect"], ends, 0.7, alpha=0.7, label="judged by the other half, 90%")
    left.plot(at, truth["effect"], "D", ms=8, mfc="none", mec=TRUTH, mew=1.6, label="truth")
    left.axhline(0, color=MUTED, lw=0.8)
    left.set_xlabel("fifth by predicted effect, the lowest first")
    left.set_ylabel("effect on weekly value")
    left.legend(frameon=False, fontsize=8.5, loc="upper left")
    shown = toc(halves.score, halves.judged, resamples=RESAMPLES)
    share = shown.index.to_numpy()
    right.fill_between(share, shown["toc_low"], shown["toc_high"], color=POSTERIOR, alpha=0.2, lw=0)
    right.plot(share, shown["toc"], color=POSTERIOR, lw=1.6, label="judged by the other half, 90%")
    right.plot(share, toc(halves.score, halves.truth)["toc"], color=TRUTH, lw=1.6, label="truth")
    right.axhline(0, color=MUTED, lw=0.8)
    right.set_xlabel("share exposed, the most promising first")
    right.set_ylabel("their effect less the average (TOC)")
    right.legend(frameon=False, fontsize=8.5, loc="upper right")
    return finish(figure, "Those ranked first gain most, and the users who judge it say so too")


def _rules(halves: Halves) -> Section:
    claimed, truth = halves.claimed, halves.truth
    units = len(truth)
    rules = {
        "nobody": np.zeros(units, dtype=bool),
        "everybody": np.ones(units, dtype=bool),
        "whom it pays to expose": pays(claimed, cost=COST),
        f"whom it pays, {SURENESS:.0%} sure": pays(claimed, cost=COST, sureness=SURENESS),
        "the oracle": pays(truth, cost=COST),
    }
    table = rule_values(rules, halves.judged, cost=COST, truth=truth, resamples=RESAMPLES)
    best, everybody, oracle = (
        table.loc[n].to_dict() for n in ("whom it pays to expose", "everybody", "the oracle")
    )
    curse = _curse(halves)
    model, fine = curse["model with interactions"], curse["means of fine cells"]
    return Section(
        "8b. What a rule returns, and the winner's curse",
        f"An exposure costs {COST:g}. To expose whom it pays, by the other half's model, is judged "
        f"to return {best['profit']:.3f} for each user there is "
        f"({_ends(best)}; truth {best['true_profit']:.3f}); everybody "
        f"returns {everybody['true_profit']:.3f}, and who knew all effects would have "
        f"{oracle['true_profit']:.3f}: the regret is {best['regret']:.3f}. The "
        "winner's curse: means of fine cells promise their best fifth "
        f"{fine['claimed']:.2f} on the users that they were taken of, other users show "
        f"{fine['judged']:.2f}, and the truth is {fine['truth']:.2f}. What is chosen for being "
        "large is large by luck too; only users who did not choose can tell. The model, which "
        f"shares what it learns over all users, promises {model['claimed']:.2f}, where other users "
        f"show {model['judged']:.2f} and the truth is {model['truth']:.2f}.",
        _returns(table),
        _bars(table, curse),
    )


def _curse(halves: Halves) -> dict[str, dict[str, float]]:
    """Return what the best fifth is promised in-sample, shows in other users, and truly has."""
    mine = halves.learnt.ask(EACH)
    own_cells, their_cells = halves.by_cells
    return {
        "model with interactions": {
            "claimed": _top(_mean(mine), mine),
            "judged": _top(halves.score, halves.judged),
            "truth": _top(halves.score, halves.truth),
        },
        "means of fine cells": {
            "claimed": _top(own_cells, xr.DataArray(own_cells, dims="unit")),
            "judged": _top(their_cells, halves.judged),
            "truth": _top(their_cells, halves.truth),
        },
    }


def _top(score: Floats, effect: xr.DataArray) -> float:
    return float(effect_by_rank(score, effect)["effect"].iloc[-1])


def _returns(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "exposed are": table.index,
            "share": [f"{s:.0%}" for s in table["share"]],
            "profit per user, judged": table["profit"].to_numpy(),
            "90% interval": _intervals(table),
            "true profit per user": table["true_profit"].to_numpy(),
            "regret": table["regret"].to_numpy(),
        }
    )


def _bars(table: pd.DataFrame, curse: dict[str, dict[str, float]]) -> Figure:
    figure, [[left, right]] = blank(1, 2, (11.0, 3.4))
    at = np.arange(len(table))[::-1]
    ends = (table["low"], table["high"])
    with_intervals(left, table["profit"], at, ends, ms=5, label="judged, 90%")
    left.plot(table["true_profit"], at, "D", ms=8, mfc="none", mec=TRUTH, mew=1.5, label="truth")
    left.axvline(0, color=MUTED, lw=0.8)
    left.set_yticks(at, table.index)
    left.set_ylim(-0.6, len(table) - 0.4)
    left.set_xlabel(f"profit per user, at a cost of {COST:g}")
    left.legend(frameon=False, fontsize=8.5, loc="upper right")
    width, colours = 0.26, (COLOURS[2], POSTERIOR, TRUTH)
    labels = ("claimed in-sample", "judged by other users", "truth")
    for k, (name, label, colour) in enumerate(zip(_KINDS, labels, colours, strict=True)):
        heights = [found[name] for found in curse.values()]
        spots = np.arange(len(curse)) + (k - 1) * width
        right.bar(spots, heights, width, color=colour, alpha=0.8, label=label)
    right.set_xticks(np.arange(len(curse)), list(curse))
    right.set_ylabel("effect of the best fifth")
    right.set_ylim(0, 1.35 * max(max(found.values()) for found in curse.values()))
    right.legend(frameon=False, fontsize=8.5, loc="upper left")
    return finish(figure, "The rule pays; what is chosen for its luck does not keep it")


_KINDS = ("claimed", "judged", "truth")
