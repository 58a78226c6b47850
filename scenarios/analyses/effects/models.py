"""The models of effects that vary, fitted to a table: bases, model, posterior, unit effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import xarray as xr
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from ifonly.inference import Posterior, condition
from ifonly.inference.errors import DataError
from ifonly.inference.inputs.process_basis import ProcessBasis
from ifonly.models.effects_linear import effects_linear
from ifonly.models.effects_process import effects_process
from ifonly.models.effects_splines import effects_splines

from .assignment import Assignment, learn_assignment
from .bases import LOGIT, Bases, bases_of, held_of
from .table import EffectTable

__all__ = ["LINKS", "MODELS", "Fitted", "columns_of", "fit", "terms_of"]

Floats = NDArray[np.float64]
# Draws and tuning steps of each chain of a model, and of one with processes.
USUAL, OF_PROCESS = (800, 200), (200, 200)
# Where the largest R-hat of unit effects is above the first, chains run anew with more draws: as
# many as bring it to the second if R-hat less 1 falls as one over the draws, up to so many times.
DOUBTFUL, CONVERGED, MOST_TIMES = 1.02, 1.01, 4
LINKS: Mapping[str, Callable[[Floats], Floats]] = {
    "normal": lambda x: x,
    "bernoulli": ndtr,
    "poisson": np.exp,
}
# Each model, and the groups of columns that it has.
MODELS: Mapping[str, tuple[Callable[..., pm.Model], tuple[str, ...]]] = {
    "linear": (effects_linear, ("line",)),
    "splines": (effects_splines, ("line", "curve", "product")),
    "process": (effects_process, ("line", "curve", "product", "process")),
}
# Names inside the models, and how others begin.
RESERVED = frozenset({"unit", "propensity", "baseline", "effect", "noise"})
PREFIXES = ("outcome_", "effect_")
# Covariates kept in the model, for queries that group by them.
MOST_KEPT = 20
# Numbers of draws times units that are held at once.
MOST_NUMBERS = 4e7
LEAST_DRAWS = 400
# Units whose chains are looked at.
WATCHED = 100


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model conditioned on a table.

    Attributes
    ----------
    name : str
        A key of `MODELS`.
    table : EffectTable
    assignment : Assignment
    bases : Bases
    family : str
    location, scale : float
        Of the outcome, as the model has them.
    groups : tuple of str
        Of terms, such as line, curve and product, that the model has.
    model : pm.Model
    posterior : Posterior
    tune : int
        Tuning steps of each chain.
    """

    name: str
    table: EffectTable
    assignment: Assignment
    bases: Bases
    family: str
    location: float
    scale: float
    groups: tuple[str, ...]
    model: pm.Model
    posterior: Posterior
    tune: int

    def effects(self, at: pd.DataFrame | None = None) -> Floats:
        """Return draws of each unit's expected effect, of shape (draw, unit).

        They are those that `ITE` gives of a normal outcome: the weights times the unit's own
        columns. Of another family they are differences of means, on the outcome's scale. Of a
        process each unit has beside them, independently, what the landmarks do not carry of it
        (Quiñonero-Candela and Rasmussen, 2005, https://jmlr.org/papers/v6/quinonero-candela05a.html):
        far from all landmarks the effect is as uncertain as the prior.

        Parameters
        ----------
        at : pandas.DataFrame, optional
            With the covariates; by default the table's rows.
        """
        frame = self.table.held if at is None else at[list(self.table.covariates)]
        some = slice(None, None, self._thinned(len(frame)))
        effect = self._linear("effect", frame, some)
        if isinstance(self.bases.effect, ProcessBasis):
            amplitude = self.scale * self.draws("effect_process_amplitude")[some, None]
            rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(1,)))
            spread = amplitude * np.sqrt(self.bases.effect.rest(frame))
            effect = effect + spread * rng.standard_normal(effect.shape)
        if self.family == "normal":
            return effect
        baseline = self._linear("outcome", frame, some)
        return self._on_scale(baseline, effect)

    def _on_scale(self, baseline: Floats, effect: Floats) -> Floats:
        """Return the effect on the mean of the outcome."""
        link = LINKS[self.family]
        untreated = baseline - self.bases.reference * effect
        return link(untreated + effect) - link(untreated)

    def simulated(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return outcomes of the table's units drawn anew under one draw of the posterior.

        Parameters
        ----------
        rng : numpy Generator

        Returns
        -------
        outcomes, effects : array of shape (unit,)
            The effects are those of that draw.
        """
        k = int(rng.integers(self._count))
        baseline, effect = (
            self._linear(part, self.table.held, slice(k, k + 1))[0]
            for part in ("outcome", "effect")
        )
        mean = LINKS[self.family](baseline + (self.table.t - self.bases.reference) * effect)
        outcomes: NDArray[Any]
        if self.family == "bernoulli":
            outcomes = rng.binomial(1, mean)
        elif self.family == "poisson":
            outcomes = rng.poisson(mean)
        else:
            outcomes = rng.normal(mean, self.draws("noise")[k])
        return outcomes.astype(float), self._on_scale(baseline, effect)

    def log_likelihood(self, most: int = 400) -> Floats:
        """Return the log-density of each unit's outcome, of shape (draw, unit), of some draws.

        Parameters
        ----------
        most : int
            Draws, about.
        """
        from scipy import stats

        table = self.table
        some = slice(None, None, max(1, self._count // most))
        mean = self._linear("outcome", table.held, some)
        away = table.t - self.bases.reference
        mean = mean + away * self._linear("effect", table.held, some)
        mean = LINKS[self.family](mean)
        if self.family == "bernoulli":
            return np.asarray(stats.bernoulli.logpmf(table.y, mean))
        if self.family == "poisson":
            return np.asarray(stats.poisson.logpmf(table.y, mean))
        return np.asarray(stats.norm.logpdf(table.y, mean, self.draws("noise")[some, None]))

    @cached_property
    def r_hat(self) -> float:
        """The largest R-hat of the effects of some units, spread over the table."""
        return self._r_hat_of(self.effects)

    def _r_hat_of(self, effects: Callable[[pd.DataFrame], Floats]) -> float:
        from arviz_stats import rhat

        posterior = self.posterior.idata["posterior"]
        rows = np.linspace(0, len(self.table) - 1, min(len(self.table), WATCHED)).astype(int)
        draws = effects(self.table.frame.iloc[rows])
        if self._thinned(len(rows)) > 1 or posterior.sizes["chain"] < 2:
            return float("nan")
        shaped = draws.reshape(posterior.sizes["chain"], -1, len(rows))
        return float(rhat(xr.DataArray(shaped, dims=("chain", "draw", "row"))).max())

    @property
    def seed(self) -> int:
        """Of the posterior's draws."""
        return int(self.posterior.idata.attrs["seed"])

    @property
    def sampling(self) -> dict[str, int]:
        """What `condition` was given: draws, tune, chains and seed."""
        sizes = self.posterior.idata["posterior"].sizes
        counts = {"draws": sizes["draw"], "tune": self.tune, "chains": sizes["chain"]}
        return counts | {"seed": self.seed}

    @property
    def _count(self) -> int:
        return self.sampling["draws"] * self.sampling["chains"]

    def _thinned(self, units: int) -> int:
        """Return every how many-th draw is used of so many units."""
        return max(1, int(self._count / max(LEAST_DRAWS, MOST_NUMBERS / units)))

    def draws(self, name: str) -> Floats:
        """Return all draws of a parameter, the chains one after another."""
        values = self.posterior.idata["posterior"][name].to_numpy()
        return values.reshape(-1, *values.shape[2:])

    def _linear(self, part: str, frame: pd.DataFrame, some: slice) -> Floats:
        """Return draws of the baseline or the effect of rows, of shape (draw, unit)."""
        if part == "outcome":
            frame = frame.assign(**{LOGIT: self.assignment.logit(frame)})
        basis = self.bases.outcome if part == "outcome" else self.bases.effect
        total = np.repeat(self.draws(f"{part}_intercept")[some, None], len(frame), axis=1)
        for name, columns in basis.terms(frame, self.groups).items():
            total += self.draws(f"{part}_{name}_weight")[some] @ columns.T
        return total


def terms_of(
    table: EffectTable, name: str, assignment: Assignment | None = None, sample: int = 0
) -> tuple[dict[str, Floats], dict[str, Floats], Floats]:
    """Return the columns that a model is made of, and the probability of treatment.

    Parameters
    ----------
    table : EffectTable
    name : str
        A key of `MODELS`.
    assignment : Assignment, optional
        By default it is learnt.
    sample : int
        Of the units from which the lengthscales of processes are learnt; see `units_of`.

    Returns
    -------
    outcome_terms, effect_terms : dict of str to array of shape (unit, term)
    propensity : array of shape (unit,)
    """
    if assignment is None:
        assignment = learn_assignment(table.held, table.t)
    return _terms(table, assignment, name, bases_of(table, assignment, name, sample=sample))


def columns_of(table: EffectTable, family: str) -> dict[str, NDArray[Any]]:
    """Return what a model is conditioned on: treatment and outcome.

    Parameters
    ----------
    table : EffectTable
    family : str
        Of the outcome.
    """
    kind = float if family == "normal" else int
    return {table.treatment: table.t.astype(int), table.outcome: table.y.astype(kind)}


def fit(
    table: EffectTable,
    assignment: Assignment,
    name: str,
    *,
    family: str = "normal",
    seed: int = 0,
    draws: int | None = None,
    tune: int | None = None,
    chains: int = 4,
    bases: Bases | None = None,
    progress: bool = False,
) -> Fitted:
    """Return a model conditioned on a table.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    name : str
        A key of `MODELS`.
    family : {"normal", "bernoulli", "poisson"}
    seed : int
    draws, tune : int, optional
        Kept draws and tuning steps of each chain; by default 800 and 200, and 200 each of a
        process, whose steps take longer. Without `draws`, up to four times as many where the chains
        did not converge.
    chains : int
    bases : Bases, optional
        By default they are learnt.
    progress : bool
        Whether the sampler shows how far it is, and how fast.

    Raises
    ------
    DataError
        If a column has a name that the model needs.
    """
    _check_names(table)
    build, groups = MODELS[name]
    bases = bases_of(table, assignment, name) if bases is None else bases
    normal = family == "normal"
    location = float(table.y.mean()) if normal else 0.0
    scale = float(table.y.std()) if normal else 1.0
    model = build(
        *_terms(table, assignment, name, bases),
        treatment=table.treatment,
        outcome=table.outcome,
        family=family,
        location=location,
        scale=scale,
        reference=bases.reference,
        covariates=_kept(table),
    )
    usual = OF_PROCESS if name == "process" else USUAL
    tune = tune or usual[1]

    def run(draws: int) -> Fitted:
        posterior = condition(
            model, columns_of(table, family), draws=draws, tune=tune, chains=chains, seed=seed,
            progress=progress,
        )  # fmt: skip
        return Fitted(
            name, table, assignment, bases, family, location, scale, groups, model, posterior, tune
        )

    found = run(draws or usual[0])
    if draws is None and found.r_hat > DOUBTFUL:
        found = run(usual[0] * min(ceil((found.r_hat - 1) / (CONVERGED - 1)), MOST_TIMES))
    return found


def _terms(
    table: EffectTable, assignment: Assignment, name: str, bases: Bases
) -> tuple[dict[str, Floats], dict[str, Floats], Floats]:
    frame, groups = held_of(table, assignment), MODELS[name][1]
    one, other = (b.terms(frame, groups) for b in (bases.outcome, bases.effect))
    return one, other, expit(frame[LOGIT].to_numpy())


def _check_names(table: EffectTable) -> None:
    for name in (table.treatment, table.outcome):
        if name in RESERVED or name.startswith(PREFIXES):
            raise DataError(f"the column {name!r} has a name that the model needs; rename it")


def _kept(table: EffectTable) -> dict[str, Floats]:
    """Return the modifiers of numbers that queries may group by."""
    numeric = [n for n in table.modifiers if pd.api.types.is_numeric_dtype(table.frame[n])]
    names = [n for n in numeric if n not in RESERVED and not n.startswith(PREFIXES)]
    return {n: table.frame[n].to_numpy(dtype=float) for n in names[:MOST_KEPT]}
