"""A model with processes whose lengthscales are uncertain: they are learnt from several samples.

At the maximum of the marginal likelihood lengthscales, amplitudes and the baseline arm pass for
known, and intervals are too narrow. So they are found anew from samples of the units, drawn without
replacement, of half of them where that is not too many for the search: estimates from halves
scatter about that from all as it does about the truth (Shao and Wu, 1989,
doi:10.1214/aos/1176347263). The model is conditioned on all units with each, and the draws are
pooled as those of multiple imputations: to what each draw is off its mean comes what the means of
K lengthscales are apart. These are K only, so that the mean at the true ones is about theirs as
Student's t of K - 1 degrees of freedom, with 1 + 1/K times their variance (Rubin, 1987,
doi:10.1002/9780470316696, section 3.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .assignment import Assignment
from .bases import Bases, process_bases
from .models import Fitted, fit
from .table import EffectTable

__all__ = [
    "DECISIVE",
    "LEAST_GAIN",
    "SAMPLES",
    "Pooled",
    "between",
    "fit_pooled",
    "fitted",
    "pooled",
]

Floats = NDArray[np.float64]
# Samples of the units from which lengthscales are learnt, the first that of a single search.
SAMPLES = 4
# Processes were found where the log marginal likelihood is higher than with curves by this.
LEAST_GAIN = 10.0
# Where it is higher by this curves alone have no weight in an average.
DECISIVE = 100.0
# Student's t with fewer degrees of freedom has no variance.
LEAST_FREEDOM = 3
# Chains and tuning steps of each; and a quarter of the draws of all together.
CHAINS, TUNE, DRAWS = 2, 100, 800


@dataclass(frozen=True, eq=False)
class Pooled(Fitted):
    """A model conditioned on a table at several lengthscales.

    Attributes
    ----------
    others : tuple of Fitted
        At other lengthscales; as likely as this one.
    """

    others: tuple[Fitted, ...] = ()

    def effects(self, at: pd.DataFrame | None = None) -> Floats:
        """Return draws of each unit's expected effect, of shape (draw, unit), from all in turn.

        Those of a normal outcome are about the mean of all, with `between` added.

        Parameters
        ----------
        at : pandas.DataFrame, optional
            With the covariates; by default the table's rows.
        """
        found = np.stack([super().effects(at), *(o.effects(at) for o in self.others)])
        if len(found) > 1 and self.family == "normal":
            means = found.mean(axis=1, keepdims=True)
            found += means.mean(axis=0) - means
            rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(2,)))
            found += between(means[:, 0], found.shape[1] * len(found), rng).reshape(found.shape)
        return found.reshape(-1, found.shape[-1])

    def simulated(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Return outcomes of the table's units drawn anew under one draw of one of them.

        Parameters
        ----------
        rng : numpy Generator

        Returns
        -------
        outcomes, effects : array of shape (unit,)
        """
        k = int(rng.integers(1 + len(self.others)))
        return self.others[k - 1].simulated(rng) if k else super().simulated(rng)

    def log_likelihood(self, most: int = 400) -> Floats:
        """Return the log-density of each unit's outcome, of shape (draw, unit), of some draws.

        Parameters
        ----------
        most : int
            Draws, about.
        """
        each = max(1, most // (1 + len(self.others)))
        found = [super().log_likelihood(each), *(o.log_likelihood(each) for o in self.others)]
        return np.concatenate(found)

    @cached_property
    def r_hat(self) -> float:
        """The largest R-hat within one of them; between them the draws differ as they should."""
        own = super().effects
        return max([self._r_hat_of(own), *(o.r_hat for o in self.others)])


def between(means: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Return draws of how far the mean at the true lengthscales is from that of all means.

    Parameters
    ----------
    means : array of shape (lengthscale, unit)
    count : int
        Of draws.
    rng : numpy Generator

    Returns
    -------
    array of shape (draw, unit)
        Their mean is 0. Of each unit they are Student's t, and of all units together multivariate.
    """
    number = len(means)
    freedom = max(number - 1, LEAST_FREEDOM)
    width = np.sqrt((1 + 1 / number) / (number - 1) * freedom / rng.chisquare(freedom, count))
    share = width[:, None] * rng.standard_normal((count, number))
    return np.asarray((share - share.mean(axis=0)) @ (means - means.mean(axis=0)))


def fit_pooled(
    table: EffectTable,
    assignment: Assignment,
    *,
    seed: int = 0,
    draws: int | None = None,
    tune: int | None = None,
    first: tuple[Bases, float] | None = None,
    **options: Any,
) -> Pooled:
    """Return the model with processes conditioned on a table at several lengthscales.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    seed : int
    draws : int, optional
        A quarter of all kept draws; by default 800.
    tune : int, optional
        Tuning steps of each chain; by default 100.
    first : tuple of Bases and float, optional
        What `process_bases` gives of the first sample, if it is known.
    options
        Of `fit`.
    """
    found = [process_bases(table, assignment, k) for k in range(int(first is not None), SAMPLES)]
    found = [*([first] if first else []), *found]
    # Where curves alone have no weight beside one search, one that found nothing else has failed.
    if any(gain > DECISIVE for _, gain in found):
        found = [(bases, gain) for bases, gain in found if gain > LEAST_GAIN]
    each = max(1, -(-4 * (draws or DRAWS) // (len(found) * CHAINS)))
    parts = []
    for k, (bases, _) in enumerate(found):
        own = int(np.random.SeedSequence(seed, spawn_key=(k,)).generate_state(1)[0]) if k else seed
        part = fit(
            table, assignment, "process", seed=own, draws=each, tune=tune or TUNE, chains=CHAINS,
            bases=bases, **options,
        )  # fmt: skip
        parts.append(part)
    return pooled(parts)


def pooled(parts: Sequence[Fitted]) -> Pooled:
    """Return models as one whose draws are theirs, each as likely as any other.

    Parameters
    ----------
    parts : sequence of Fitted
        Of one table, with as many draws each.
    """
    own = {f.name: getattr(parts[0], f.name) for f in fields(Fitted)}
    return Pooled(**own, others=tuple(parts[1:]))


def fitted(table: EffectTable, assignment: Assignment, name: str, **options: Any) -> Fitted:
    """Return a model conditioned on a table, one with processes at several lengthscales.

    Parameters
    ----------
    table : EffectTable
    assignment : Assignment
    name : str
        A key of `MODELS`.
    options
        Of `fit`.
    """
    if name == "process":
        return fit_pooled(table, assignment, **options)
    return fit(table, assignment, name, **options)
