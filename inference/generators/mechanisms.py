"""A mechanism: a Bayesian regression with shrunk terms, and its posterior draws.

The terms stand in groups (lines, curves, products, and those that the treatment changes), each with
a spread of its own. The model is `regression`'s; `condition` computes its posterior by blocks.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import AssumptionWarning
from ..posterior.flat import flat
from .columns import Column
from .counts import count_draws
from .laws import Law, mean_of
from .terms import FREE, Terms, terms_of

__all__ = ["GROUPS", "Mechanism", "learn_mechanism"]

Floats = NDArray[np.float64]

# Of terms, in the order of their coefficients; the last is multiplied by the treatment.
GROUPS = (FREE, "line", "curve", "product", "treated")
ROWS = 20_000  # whose terms are held at once
# Of the chains: sweeps left out at the start, and between two draws that are kept.
CHAINS, TUNE, THIN = 2, 200, 4
SMALLEST = 1e-3  # standard deviation that is left, as a share of the response's own


@dataclass(frozen=True, eq=False)
class Mechanism:
    """A regression of one column on others, and perhaps on the treatment.

    Attributes
    ----------
    law : str
        Of the response.
    terms : Terms
    treated : bool
        Whether the treatment is among the regressors.
    spread : float
        Of the response, or of its logarithm: what the priors are in units of.
    coefficients : ndarray of shape (draw, term)
    scales : ndarray of shape (draw,)
        Standard deviation (of the logarithm for a log-normal law), or the size of a negative
        binomial law; 1 for a Bernoulli law.
    shrinkage : ndarray of shape (draw, group)
        Standard deviation of the coefficients of each of `GROUPS` but the first; 0 for a group
        without terms.
    """

    law: Law
    terms: Terms
    treated: bool
    spread: float
    coefficients: Floats
    scales: Floats
    shrinkage: Floats

    def taken(self, draws: slice) -> Mechanism:
        """Return some of the draws."""
        own = {n: getattr(self, n)[draws] for n in ("coefficients", "scales", "shrinkage")}
        return replace(self, **own)

    @property
    def sizes(self) -> dict[str, int]:
        """How many terms each group has, in the order of the coefficients."""
        lines = len(self.terms.centre)
        # The curves are what is left: their number depends on the knots of each column.
        known = {FREE: 1 + self.treated, "line": lines, "product": len(self.terms.pairs)}
        known["treated"] = lines if self.treated else 0
        curves = self.coefficients.shape[1] - sum(known.values())
        every = {**known, "curve": curves}
        return {g: every[g] for g in GROUPS if every[g]}

    def designs(self, frame: pd.DataFrame) -> dict[str, Floats]:
        """Return the terms of each group of rows, without the treatment."""
        return _groups(self.terms, frame, np.ones(len(frame)) if self.treated else None)

    def predictor(
        self, frame: pd.DataFrame, treatment: Floats | None, chosen: NDArray[np.int64]
    ) -> Floats:
        """Return the linear predictor of each row, each in the draw that `chosen` names.

        Parameters
        ----------
        frame : pd.DataFrame
        treatment : Floats, optional
        chosen : ndarray
        """
        out = np.empty(len(frame))
        for rows, design in self._designs(frame, treatment):
            out[rows] = np.einsum("nt,nt->n", design, self.coefficients[chosen[rows]])
        return out

    def mean(self, frame: pd.DataFrame, treatment: Floats | None, draw: int | None) -> Floats:
        """Return the mean of the response of each row, in one draw or over all draws.

        Parameters
        ----------
        frame : pd.DataFrame
        treatment : Floats, optional
        draw : int, optional
        """
        which = slice(None) if draw is None else slice(draw, draw + 1)
        coefficients, scales = self.coefficients[which], self.scales[which]
        out = np.empty(len(frame))
        for rows, design in self._designs(frame, treatment):
            means = mean_of(self.law, design @ coefficients.T, scales)
            out[rows] = means.mean(axis=1)
        return out

    def _designs(
        self, frame: pd.DataFrame, treatment: Floats | None
    ) -> Iterator[tuple[slice, Floats]]:
        """Yield rows and their terms, so that not all of them are held at once."""
        for start in range(0, len(frame), ROWS):
            rows = slice(start, start + ROWS)
            given = None if treatment is None else treatment[rows]
            groups = _groups(self.terms, frame.iloc[rows], given)
            yield rows, np.column_stack(list(groups.values()))


def _groups(terms: Terms, frame: pd.DataFrame, treatment: Floats | None) -> dict[str, Floats]:
    """Return the groups of terms that there are; nothing shrinks the first."""
    lines, curves, products = terms.blocks(frame)
    one = np.ones((len(frame), 1))
    parts = [one, lines, curves, products]
    if treatment is not None:
        given = np.asarray(treatment, dtype=np.float64)[:, None]
        parts = [np.column_stack([one, given]), lines, curves, products, lines * given]
    return {n: p for n, p in zip(GROUPS, parts, strict=False) if p.shape[1]}


def learn_mechanism(
    frame: pd.DataFrame,
    columns: tuple[Column, ...],
    response: tuple[Law, Floats],
    treatment: Floats | None,
    draws: int,
    rng: np.random.Generator,
) -> Mechanism:
    """Return a regression of a response on columns.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : tuple of Column
        Of the frame.
    response : tuple of str and ndarray of shape (unit,)
        The law, and the values.
    treatment : ndarray of shape (unit,) or None
        Of 0 and 1, if it is a regressor.
    draws : int
    rng : numpy.random.Generator

    Notes
    -----
    Draws are of Markov chains, thinned. A count has a chain of its own: no block has a negative
    binomial mechanism with unknown spreads and NUTS takes minutes.
    """
    law, values = response
    linear = np.log(values) if law == "lognormal" else values
    terms = terms_of(frame, columns, linear)
    groups = _groups(terms, frame, treatment)
    spread = float(linear.std()) if law in ("normal", "lognormal") else 1.0
    if law == "negative_binomial":
        weights, scales, shrinkage = count_draws(groups, values, draws, rng)
    else:
        if law != "bernoulli":
            # What the regressors determine would leave no noise, and a matrix without an inverse.
            linear = linear + SMALLEST * spread * rng.standard_normal(len(linear))
        seen = np.exp(linear) if law == "lognormal" else linear
        weights, scales, shrinkage = _posterior(law, groups, seen, spread, draws, rng)
    own = np.stack([shrinkage.get(g, np.zeros(draws)) for g in GROUPS[1:]], axis=1)
    return Mechanism(law, terms, treatment is not None, spread, weights, scales, own)


def _posterior(
    law: Law,
    groups: Mapping[str, Floats],
    values: Floats,
    spread: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Return draws of the weights, of the noise, and of the spread of each group."""
    from ..conditioning.condition import condition  # which loads PyMC
    from .regression import regression

    each = -(-draws // CHAINS) * THIN
    seen = values.astype(np.int64) if law == "bernoulli" else values
    with warnings.catch_warnings():
        # The priors are proper, and `learn` says in the table's words what the data do not tell.
        warnings.simplefilter("ignore", AssumptionWarning)
        found = condition(
            regression(law, groups, spread),
            {"response": seen},
            draws=each,
            tune=TUNE,
            chains=CHAINS,
            seed=int(rng.integers(2**31)),
            progress=False,
        ).idata["posterior"]
    kept = slice(THIN - 1, None, THIN)

    def of(name: str) -> Floats:
        return np.asarray(flat(found[f"response_{name}"].isel(draw=kept)))[:draws]

    weights = np.concatenate([of(f"{g}_weight") for g in groups], axis=1)
    noise = np.ones(draws) if law == "bernoulli" else of("noise")
    return weights, noise, {g: of(f"{g}_scale")[:, 0] for g in groups if g != FREE}
