"""The sandbox: a population whose overlap, effect and hidden confounding are exactly as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from ...errors import DataError, KnobError
from .asked import Knob, Knobs
from .confounding import assigned
from .effect import Means, faithful, specified
from .expression import Expression
from .feasibility import check_confounding, check_finite, check_means
from .outcomes import Outcome
from .overlap import FIGURES, Dial, Propensity, dialled, from_ratio, log_ratio

__all__ = ["Drawn", "KnobValues", "Learnt", "Sandbox", "sandbox", "scales_of"]

Array = NDArray[np.float64]


class Learnt(Protocol):
    """What a sandbox needs to know of a learnt generator."""

    def propensity(self, table: pd.DataFrame, /) -> Array:
        """Return P(T = 1 | x) of each row."""

    def outcome(self, table: pd.DataFrame, treatment: float, /) -> Array:
        """Return E[Y | x, T = t] of each row.

        Parameters
        ----------
        table : pd.DataFrame
        treatment : float
        """


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows as an analyst sees them, and the truth of each.

    Attributes
    ----------
    rows : pandas.DataFrame
        Covariates, treatment and outcome.
    truth : pandas.DataFrame
        Of the same rows: e, tau, kappa_0, kappa_1, u, y0, y1.
    """

    rows: pd.DataFrame
    truth: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Sandbox:
    """A population of rows with a known law of treatment and outcome; make one with `sandbox`.

    Attributes
    ----------
    covariates : pandas.DataFrame
        One row a unit of the population.
    propensity : Propensity
    means : Means
        Of the potential outcomes.
    confounding, loadings : pair of arrays of shape (unit,)
        kappa of Y(0) and Y(1), and how U loads on them.
    law : Outcome
    strength : float
        How strongly U moves the treatment.
    treatment, outcome : str
        Names of their columns.
    """

    covariates: pd.DataFrame
    propensity: Propensity
    means: Means
    confounding: tuple[Array, Array]
    loadings: tuple[Array, Array]
    law: Outcome
    strength: float
    treatment: str = "T"
    outcome: str = "Y"
    _asked: Mapping[str, Array] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.covariates)

    @property
    def threshold(self) -> Array:
        """Of shape (unit,): the normal quantile of the propensity."""
        return np.asarray(ndtri(self.propensity.values))

    @property
    def truth(self) -> pd.DataFrame:
        """What is known of each unit before anything is drawn."""
        return pd.DataFrame(
            {
                "e": self.propensity.values,
                "tau": self.means.effect,
                "kappa_0": self.confounding[0],
                "kappa_1": self.confounding[1],
            }
        )

    @property
    def figures(self) -> dict[str, float]:
        """The population's figures of overlap, effect, confounding and realism."""
        e, cost = self.propensity.values, self.means.cost
        overlap = {name: measure(e) for name, (measure, _) in FIGURES.items()}
        return {
            "prevalence": float(e.mean()),
            **overlap,
            "shift": self.propensity.shift,
            "ate": float(self.means.effect.mean()),
            "att": float(self.means.effect @ e / e.sum()),
            "kappa_0": float(self.confounding[0].mean()),
            "kappa_1": float(self.confounding[1].mean()),
            "cost_mean": float(cost.mean()),
            "cost_rms": float(np.sqrt((cost**2).mean())),
        }

    @property
    def errors(self) -> dict[str, float]:
        """The greatest error of each formula, over all units: what is realised less what was asked.

        Realised are what loadings, means and propensity imply, computed afresh from them.
        """
        found = {}
        if self.propensity.asked is not None:
            ratio = log_ratio(self.propensity.values)
            found["alpha"] = ratio - self.propensity.asked - self.propensity.shift
        if "tau" in self._asked:
            found["tau"] = self.means.effect - self._asked["tau"]
        for t, mean in enumerate((self.means.untreated, self.means.treated)):
            kappa = self.law.confounding(mean, self.threshold, self.loadings[t], self.strength)
            found[f"kappa_{t}"] = kappa - self.confounding[t]
        return {n: float(np.abs(v).max()) for n, v in found.items()}

    def draw(self, rows: int | None = None, seed: int = 0) -> Drawn:
        """Return rows of the population with treatment and outcome, and the truth of each.

        The same seed draws the same units and the same noise, whatever the knobs.

        Parameters
        ----------
        rows : int, optional
            At most as many as the population has, none twice; by default all, in their order.
        seed : int

        Returns
        -------
        Drawn

        Raises
        ------
        DataError
            If the population has fewer rows.
        """
        picks, *streams = np.random.default_rng(seed).spawn(4)
        if rows is not None and not 1 <= rows <= len(self):
            raise DataError(f"{rows} rows are asked of a population of {len(self)}; ask for fewer")
        at = np.arange(len(self)) if rows is None else picks.permutation(len(self))[:rows]
        latent, rest, noise = (s.standard_normal(at.size) for s in streams)
        treated = assigned(self.threshold[at], latent, rest, self.strength)
        means = self.means.untreated, self.means.treated
        y0, y1 = (
            self.law.draw(mean[at], load[at], latent, noise)
            for mean, load in zip(means, self.loadings, strict=True)
        )
        seen = self.covariates.iloc[at].reset_index(drop=True)
        seen[self.treatment] = treated
        own = np.where(treated == 1, y1, y0)
        seen[self.outcome] = own.astype(np.int64) if self.law.whole else own
        truth = self.truth.iloc[at].reset_index(drop=True).assign(u=latent, y0=y0, y1=y1)
        return Drawn(seen, truth)


def sandbox(
    learnt: Learnt,
    covariates: pd.DataFrame,
    knobs: Knobs,
    law: Outcome,
    *,
    treatment: str = "T",
    outcome: str = "Y",
    scales: Mapping[str, tuple[float, float]] | None = None,
    propensity: Propensity | None = None,
) -> Sandbox:
    """Return a population with the asked overlap, effect and confounding.

    Parameters
    ----------
    learnt : Learnt
        A generator: its propensity and its outcome means are what the knobs leave as they are.
    covariates : pandas.DataFrame
        The population's rows, such as the generator's own.
    knobs : Knobs
    law : Outcome
        Of the outcome given its mean.
    treatment, outcome : str
        How their columns are called.
    scales : mapping of str to pair of float, optional
        Mean and standard deviation of columns, for ``z(column)`` in expressions; by default those
        of the population.
    propensity : Propensity, optional
        In place of the one that the knobs make.

    Returns
    -------
    Sandbox

    Raises
    ------
    KnobError
        If no law of the data has what is asked, with the region of the covariates where it fails.

    References
    ----------
    The identities are those of a model with a latent index; Heckman and Vytlacil (2005),
    https://doi.org/10.1111/j.1468-0262.2005.00594.x
    """
    if clash := {treatment, outcome} & set(covariates):
        raise DataError(f"the covariates have a column {min(clash)!r}; call it otherwise")
    ask = KnobValues(covariates, scales if scales is not None else scales_of(covariates))
    propensity = _propensity(learnt, ask, knobs) if propensity is None else propensity
    e = propensity.values
    kappa = _both(lambda t: ask(knobs.confounding or 0.0, "the confounding", t=t))
    observed = _both(lambda t: np.asarray(learnt.outcome(covariates, t), dtype=float))
    asked = {}
    if knobs.effect is None:
        means = faithful(observed, e, kappa)
        why = "the confounding"
    else:
        asked["tau"] = ask(knobs.effect, "the effect")
        means = specified(observed, e, kappa, asked["tau"])
        why = "the effect"
    check_means(covariates, law, (means.untreated, means.treated), why)
    threshold, mean = np.asarray(ndtri(e)), (means.untreated, means.treated)
    for t in (0, 1):
        check_confounding(covariates, law, mean[t], threshold, kappa[t], knobs.strength, t)
    loadings = _both(lambda t: law.loading(mean[t], threshold, kappa[t], knobs.strength))
    return Sandbox(
        covariates, propensity, means, kappa, loadings, law,
        knobs.strength, treatment, outcome, asked,
    )  # fmt: skip


def _both(of: Callable[[int], Array]) -> tuple[Array, Array]:
    """Return something of Y(0) and of Y(1)."""
    return of(0), of(1)


@dataclass(frozen=True, eq=False)
class KnobValues:
    """Knobs evaluated on a table.

    Attributes
    ----------
    table : pandas.DataFrame
    scales : mapping of str to pair of float
        For ``z(column)``.
    """

    table: pd.DataFrame
    scales: Mapping[str, tuple[float, float]]

    def __call__(self, knob: Knob, what: str, **also: float) -> Array:
        """Return a knob's number for each row; `also` are further names that it may read."""
        if isinstance(knob, str):
            knob = Expression(knob, self.scales)
        if isinstance(knob, Expression):
            values = knob(self.table, **also)
        elif callable(knob):
            values = self._called(knob, what, also)
        else:
            values = np.full(len(self.table), float(knob))
        check_finite(self.table, values, what)
        return values

    def _called(self, knob: Callable[..., Array], what: str, also: Mapping[str, float]) -> Array:
        try:
            given = np.asarray(knob(self.table, *also.values()), dtype=float)
            return np.broadcast_to(given, (len(self.table),)).copy()
        except Exception as error:  # a user's function raises whatever it likes
            first = next(iter(str(error).splitlines()), "")
            raise KnobError(
                f"the function for {what} fails with {type(error).__name__}: {first}; it takes a "
                "table and gives a number for each row"
            ) from error


def _propensity(learnt: Learnt, ask: KnobValues, knobs: Knobs) -> Propensity:
    e = np.asarray(learnt.propensity(ask.table), dtype=float)
    prevalence = float(e.mean()) if knobs.prevalence is None else knobs.prevalence
    match knobs.overlap:
        case None if knobs.prevalence is None:
            return Propensity(e)
        case None:
            return from_ratio(log_ratio(e), prevalence)
        case Dial() as dial:
            return dialled(e, dial, prevalence)
        case knob:
            return from_ratio(ask(knob, "the overlap"), prevalence, knobs.keep)


def scales_of(table: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return mean and standard deviation of each column of numbers."""
    numeric = table.select_dtypes(include=["number", "bool"]).astype(float)
    return {
        str(n): (float(numeric[n].mean()), float(numeric[n].std(ddof=0)) or 1.0) for n in numeric
    }
