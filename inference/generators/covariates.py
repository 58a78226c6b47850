"""The law of the covariates, learnt from a table: what goes into the mixture and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtr

from .columns import Column
from .derived import Derived
from .gibbs import Evidence, Prior, Sweeps, sampled
from .margins import Margin
from .mixture import Draws, rows_of

__all__ = ["Covariates", "learn_covariates"]

Floats = NDArray[np.float64]

GRID = np.linspace(-8.0, 8.0, 1601)  # where the law of a score is read


@dataclass(frozen=True, eq=False)
class Covariates:
    """The posterior of the law of a table's columns.

    Attributes
    ----------
    columns : tuple of Column
        Those of the mixture.
    draws : Draws
    margins : tuple of ndarray of shape (draw, value)
        Weights of the values of each column of ordered numbers. They are a Bayesian bootstrap of
        the units within each component (Rubin, 1981, doi:10.1214/aos/1176345338), so that each draw
        has margins of its own, which agree with its mixture.
    derived : tuple of Derived
        The columns that are functions of those of the mixture.
    traces : xarray.Dataset
        What the chains went through: see `convergence`.
    """

    columns: tuple[Column, ...]
    draws: Draws
    margins: tuple[Floats, ...]
    derived: tuple[Derived, ...]
    traces: xr.Dataset

    def taken(self, draws: slice) -> Covariates:
        """Return some of the draws."""
        return replace(
            self, draws=self.draws.taken(draws), margins=tuple(m[draws] for m in self.margins)
        )

    def frame(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
        """Return one row for each entry of `chosen`, which names the draw that it comes from.

        Parameters
        ----------
        chosen : ndarray
        rng : np.random.Generator
        """
        latents = rows_of(self.draws, chosen, rng)
        shares = _shares(self.draws, latents.scores, chosen)
        out, score, code = {}, 0, 0
        for column in self.columns:
            values, codes = np.empty(len(chosen)), None
            if column.margin is not None:
                values = self._values(column.margin, shares[:, score], chosen, score)
                score += 1
            if column.sizes:
                codes = latents.codes[:, code]
                code += 1
            out[column.name] = column.series(values, codes)
        found = pd.DataFrame(out)
        return found.assign(**{d.column.name: d.of(found) for d in self.derived})

    def _values(
        self, margin: Margin, shares: Floats, chosen: NDArray[np.int64], score: int
    ) -> Floats:
        """Return the quantiles of each row's own draw of the margin."""
        out = np.empty(len(chosen))
        for draw in np.unique(chosen):
            rows = np.flatnonzero(chosen == draw)
            out[rows] = margin.column(shares[rows], self.margins[score][draw])
        return out


def learn_covariates(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    prior: Prior,
    sweeps: Sweeps,
    rng: np.random.Generator,
    derived: Sequence[Derived] = (),
) -> Covariates:
    """Return the posterior of the law of a table's columns.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : sequence of Column
        Of the frame.
    prior : Prior
    sweeps : Sweeps
    rng : numpy.random.Generator
    derived : sequence of Derived
        Columns that are functions of these.
    """
    found = sampled(_evidence(frame, columns), prior, sweeps, rng)
    margins = tuple(
        column.margin.counts_of(column.numbers(frame[column.name]), found.weights)
        for column in columns
        if column.margin is not None
    )
    return Covariates(tuple(columns), found.draws, margins, tuple(derived), found.traces)


def _evidence(frame: pd.DataFrame, columns: Sequence[Column]) -> Evidence:
    bounds = [
        column.margin.intervals(column.numbers(frame[column.name]))
        for column in columns
        if column.margin is not None
    ]
    coded = [column for column in columns if column.sizes]
    nothing = np.empty((len(frame), 0))
    return Evidence(
        low=np.column_stack([low for low, _ in bounds]) if bounds else nothing,
        high=np.column_stack([high for _, high in bounds]) if bounds else nothing,
        codes=np.column_stack([nothing, *(c.codes(frame[c.name]) for c in coded)]).astype(np.int64),
        sizes=tuple(c.sizes[0] for c in coded),
    )


def _shares(draws: Draws, scores: Floats, chosen: NDArray[np.int64]) -> Floats:
    """Return the share of its draw's law below each score.

    The table's quantiles at these shares have the table's own margins, in each draw.
    """
    out = np.empty_like(scores)
    spread = np.sqrt((draws.factors**2).sum(axis=3))
    for draw in np.unique(chosen):
        rows = np.flatnonzero(chosen == draw)
        for j in range(scores.shape[1]):
            below = ndtr((GRID[:, None] - draws.means[draw, :, j]) / spread[draw, :, j])
            out[rows, j] = np.interp(scores[rows, j], GRID, below @ draws.weights[draw])
    return out
