"""For whom a treatment works: the effect on every unit of a table, with intervals that hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ifonly.inference.errors import ExtraError, QueryError
from ifonly.inference.estimators import AIPW, IPW, OLS, NaiveDifference, Roles, would_say
from ifonly.inference.estimators.unit_effects import UnitEffects
from ifonly.inference.experiments import Region, no_contrast
from ifonly.inference.inputs.arrays import shown
from ifonly.inference.inputs.ci_prob import takes_ci_prob
from ifonly.inference.inputs.scalars import (
    checked_choice,
    checked_number,
    checked_probability,
    checked_seed,
    positive_whole,
)
from ifonly.inference.validation.refits import Refits

from .assignment import Assignment, learn_assignment
from .choice import checked_family, conditioned, suited
from .models import LINKS, MODELS, Fitted
from .refits import refits_of
from .stacking import mixed, stacked
from .table import EffectTable, read_effect_table

__all__ = ["Effects", "effects"]

Floats = NDArray[np.float64]
OTHERS = (NaiveDifference, OLS, IPW, AIPW)


@dataclass(frozen=True, eq=False)
class Effects:
    """The effects of a treatment on the units of a table.

    Attributes
    ----------
    table : EffectTable
    assignment : Assignment
        The probability of treatment.
    parts : mapping of str to Fitted
        Each model that was conditioned.
    weights : mapping of str to float
        Of each model in the average.
    draws : array of shape (draw, unit)
        Posterior draws of each unit's expected effect.
    ci_prob : float
        Probability of the intervals.
    refits : Refits or None
        How intervals did in worlds of the model's own, by which those of the units are corrected;
        that of the average stays.
    """

    table: EffectTable
    assignment: Assignment
    parts: Mapping[str, Fitted]
    weights: Mapping[str, float]
    draws: Floats
    ci_prob: float
    refits: Refits | None = None

    @cached_property
    def answer(self) -> UnitEffects:
        """The unit effects and their average, as every estimator of them gives them."""
        return self.answer_of(self.draws)

    def answer_of(self, draws: Floats) -> UnitEffects:
        """Return the effects on some units, with the intervals that the refits suggest.

        Parameters
        ----------
        draws : array of shape (draw, unit)
        """
        said: dict[str, Any] = {"ci_prob": self.ci_prob, "problems": self.problems}
        if self.refits is None:
            return UnitEffects.of_draws(draws, **said)
        plain = UnitEffects.of_draws(draws, ci_prob=self.ci_prob)
        average = {n: getattr(plain, n) for n in ("ate", "ate_low", "ate_high")}
        return UnitEffects.of_draws(self.refits.stretched(draws), **said, **average)

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Where one arm is all but absent; empty if scikit-learn is not installed."""
        if not self.table.covariates:
            return ()
        try:
            return no_contrast(self.table.frame, self.table.treatment, self.table.covariates)
        except ExtraError:
            return ()

    @property
    def units(self) -> pd.DataFrame:
        """One row a unit, as in the table: mean, sd, low and high of its expected effect."""
        return self.answer.table.set_axis(self.table.frame.index)

    @property
    def ate(self) -> dict[str, float]:
        """The average effect over the units: mean, sd, low and high."""
        average = self.draws.mean(axis=1)
        return _summary(average, self.ci_prob)

    @cached_property
    def verdicts(self) -> pd.Series:
        """How many units gain, lose, or are not told apart from no effect."""
        low, high = self.answer.low, self.answer.high
        found = np.where(low > 0, "above zero", np.where(high < 0, "below zero", "not told"))
        counts = pd.Series(found).value_counts()
        return counts.reindex(["above zero", "below zero", "not told"], fill_value=0)

    @property
    def share_above(self) -> dict[str, float]:
        """The share of units whose effect is above zero: mean, sd, low and high."""
        return _summary((self.draws > 0).mean(axis=1), self.ci_prob)

    def by(self, name: str, groups: int = 4) -> pd.DataFrame:
        """Return the average effect within groups of a covariate.

        Parameters
        ----------
        name : str
        groups : int
            Of a number with more values than this: by quantiles.

        Returns
        -------
        pandas.DataFrame
            One row a group: units, mean, sd, low and high.
        """
        column = self.table.frame[name]
        least = column.min() if pd.api.types.is_numeric_dtype(column) else None
        if least is not None and column.nunique() > groups:
            column = pd.qcut(column, groups, duplicates="drop")
        rows = {}
        for label in sorted(column.unique()):
            inside = (column == label).to_numpy()
            average = self.draws[:, inside].mean(axis=1)
            rows[_words(label, least)] = {"units": int(inside.sum())} | _summary(
                average, self.ci_prob
            )
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(name)

    @cached_property
    def importance(self) -> pd.Series:
        """Share of the variance of the unit effects between groups of each modifier, large first.

        A number is cut at its tenths.
        """
        effect = pd.Series(self.answer.mean)
        found = {}
        for name in self.table.modifiers:
            column = self.table.frame[name].reset_index(drop=True)
            if pd.api.types.is_numeric_dtype(column) and column.nunique() > 10:
                column = pd.qcut(column, 10, labels=False, duplicates="drop")
            between = effect.groupby(column).transform("mean")
            found[name] = float(between.var() / effect.var()) if effect.var() > 0 else 0.0
        return pd.Series(found, dtype=float).sort_values(ascending=False)

    @cached_property
    def propensity(self) -> Floats:
        """The probability of treatment of each unit, of shape (unit,)."""
        return self.assignment.propensity(self.table.held)

    @property
    def overlap(self) -> pd.DataFrame:
        """The probability of treatment by fifths of the predicted effect."""
        effect, p = self.answer.mean, self.propensity
        fifth = pd.Series(effect).rank(method="first").pipe(pd.qcut, 5, labels=False) + 1
        rows = {
            int(k): {
                "units": int((fifth == k).sum()),
                "mean effect": float(effect[fifth == k].mean()),
                "treated": float(self.table.t[fifth == k].mean()),
                "lowest probability": float(p[fifth == k].min()),
                "highest probability": float(p[fifth == k].max()),
                "below 5% or above 95%": float(((p < 0.05) | (p > 0.95))[fifth == k].mean()),
            }
            for k in sorted(fifth.unique())
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("fifth of the effect")

    @cached_property
    def others(self) -> pd.DataFrame | None:
        """What standard estimators say of the average effect; None if they are not installed."""
        table = self.table
        roles = Roles(table.treatment, table.outcome, adjust=table.covariates)
        said = [e(ci_prob=self.ci_prob) for e in OTHERS]
        try:
            return would_say(table.frame, roles, estimators=said).drop(columns=["truth", "bias"])
        except ExtraError:
            return None

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """What there is to say against the answer, in words."""
        p = self.propensity
        found = list(self.table.notes)
        extreme = (p < 0.05) | (p > 0.95)
        if extreme.any():
            found.append(
                f"{int(extreme.sum())} of {len(p)} units are treated with a probability below 5% "
                f"or above 95%{_where(self.table, extreme)}: their effects rest on the model more "
                "than on units like them"
            )
        found += [
            f"{region}: an effect there comes from the model's equations, not from a comparison of "
            "units"
            for region in self.regions
        ]
        for name, part in self.parts.items():
            r_hat = part.r_hat
            if self.weights[name] > 0 and r_hat > 1.05:
                found.append(
                    f"the chains of the model {name!r} did not converge (R-hat of the unit effects "
                    f"{r_hat:.2f}); give more draws"
                )
        return tuple(found)


@takes_ci_prob
def effects(
    table: Any,
    *,
    treatment: str,
    outcome: str,
    covariates: Iterable[str] | None = None,
    modifiers: Iterable[str] | None = None,
    model: str = "auto",
    family: str = "auto",
    ci_prob: float = 0.95,
    seed: int = 0,
    draws: int | None = None,
    tune: int | None = None,
    refits: int = 0,
    tell: Callable[[str], object] = lambda step: None,
    progress: bool = False,
) -> Effects:
    """Return the effect of a treatment on every unit of a table.

    Parameters
    ----------
    table : pandas.DataFrame, xarray.Dataset or mapping
        One row a unit.
    treatment : str
        A column of 0 (untreated) and 1 (treated).
    outcome : str
        A column of numbers.
    covariates : iterable of str, optional
        What is held: all that affects both treatment and outcome should be there, and nothing that
        the treatment affects. By default all other columns.
    modifiers : iterable of str, optional
        The covariates that the effect may vary with; by default all.
    model : {"auto", "linear", "splines", "process"}
        ``"auto"`` takes curves and products, of more than 60 covariates lines and curves of the few
        that tell most, and straight lines for counts and for more than 250 covariates; where
        processes explain more of a normal outcome, they are averaged with the curves, by stacking,
        or take their place where they explain far more.
    family : {"auto", "normal", "bernoulli", "poisson"}
        Of the outcome; ``"auto"`` is ``"bernoulli"`` for 0 and 1, else ``"normal"``. Effects are on
        the outcome's scale: a difference of probabilities for ``"bernoulli"``.
    ci_prob : float
        Probability of the intervals.
    seed : int
    draws, tune : int, optional
        Kept draws and tuning steps of each of four chains; by default as many as the model needs.
        Those of processes are twice as many chains of half as many draws at several lengthscales.
    refits : int
        In how many worlds that the fitted model makes itself the analysis is run again, so that the
        intervals of the units are made wider or narrower; each takes as long as the analysis.
    tell : callable
        Is called with each step, in words, as it begins.
    progress : bool
        Whether the sampler shows how far it is, and how fast.

    Returns
    -------
    Effects

    Raises
    ------
    DataError
        If the table does not let the effect be learnt.
    QueryError
        If an option has no meaning.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x, t = rng.normal(size=400), rng.integers(0, 2, 400)
    >>> y = x + (1 + x) * t + 0.1 * rng.normal(size=400)
    >>> found = effects({"x": x, "t": t, "y": y}, treatment="t", outcome="y", model="linear")
    >>> bool(abs(found.units["mean"] - (1 + x)).max() < 0.1)
    True
    """
    checked_choice("model", model, ("auto", *MODELS))
    checked_choice("family", family, ("auto", *LINKS))
    if checked_number("refits", refits, least=0):
        positive_whole("refits", refits)
    for name, count in (("draws", draws), ("tune", tune)):
        if count is not None:
            positive_whole(name, count)
    checked_probability("ci_prob", ci_prob)
    seed = checked_seed(seed)
    if not callable(tell):
        raise QueryError(f"tell is a function of the words of a step, not {shown(tell)}")
    read = read_effect_table(table, treatment, outcome, covariates, modifiers)
    kind = checked_family(read, model, family)
    tell("Learning who is treated")
    assignment = learn_assignment(read.held, read.t)
    options: dict[str, Any] = {
        "family": kind,
        "seed": seed,
        "draws": draws,
        "tune": tune,
        "progress": progress,
    }
    read, model = suited(read, model, kind)
    parts = conditioned(read, assignment, model, options, tell)
    weights = dict.fromkeys(parts, 1.0)
    if len(parts) > 1:
        tell("Weighing the models by how well they predict")
        weights = stacked({n: p.log_likelihood() for n, p in parts.items()})
    best = parts[max(weights, key=lambda n: weights[n])]
    if refits:
        tell(f"Running the analysis again in {refits} worlds of the model's own")
    return Effects(
        read,
        assignment,
        parts,
        weights,
        mixed({n: p.effects() for n, p in parts.items() if weights[n] > 0}, weights),
        ci_prob,
        refits_of(best, refits, ci_prob, draws=draws, tune=tune) if refits else None,
    )


def _summary(draws: Floats, ci_prob: float) -> dict[str, float]:
    low, high = np.quantile(draws, [(1 - ci_prob) / 2, (1 + ci_prob) / 2])
    return {
        "mean": float(draws.mean()), "sd": float(draws.std()),
        "low": float(low), "high": float(high),
    }  # fmt: skip


def _words(label: Any, least: Any) -> str:
    """Return a group's name: of an interval of numbers its ends, to three digits."""
    if not isinstance(label, pd.Interval):
        return str(label)
    # pandas begins the first a little below the least number.
    return f"{max(label.left, least):.3g} to {label.right:.3g}"


def _where(table: EffectTable, extreme: NDArray[np.bool_]) -> str:
    """Return in words the region of the covariate in which these units differ most."""
    best, words = 0.5, ""
    for name in table.covariates:
        column = table.frame[name]
        if not pd.api.types.is_numeric_dtype(column) or column.nunique() < 3:
            continue
        apart = (column[extreme].mean() - column.mean()) / column.std()
        if abs(apart) > best:
            best = abs(apart)
            side, edge = ("above", 0.25) if apart > 0 else ("below", 0.75)
            words = f", most of them with {name} {side} {column[extreme].quantile(edge):.3g}"
    return words
