"""The law of the covariates, learnt from a table: what goes into the mixture and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from .columns import Column
from .gibbs import Evidence, Prior, sampled
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
    draws : Draws
    """

    columns: tuple[Column, ...]
    draws: Draws

    def taken(self, draws: slice) -> Covariates:
        """Return some of the draws."""
        return replace(self, draws=self.draws.taken(draws))

    def frame(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
        """Return one row for each entry of `chosen`, which names the draw that it comes from."""
        latents = rows_of(self.draws, chosen, rng)
        shares = _shares(self.draws, latents.scores, chosen)
        out, score, code = {}, 0, 0
        for column in self.columns:
            values, codes = np.empty(len(chosen)), None
            if column.margin is not None:
                values = column.margin.column(shares[:, score])
                score += 1
            if column.sizes:
                codes = latents.codes[:, code]
                code += 1
            out[column.name] = column.series(values, codes)
        return pd.DataFrame(out)


def learn_covariates(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    prior: Prior,
    sweeps: tuple[int, int, int],
    rng: np.random.Generator,
) -> Covariates:
    """Return the posterior of the law of a table's columns.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : sequence of Column
        Of the frame.
    prior : Prior
    sweeps : tuple of int
        As for `gibbs.sampled`.
    rng : numpy.random.Generator
    """
    found = sampled(_evidence(frame, columns), prior, sweeps, rng)
    return Covariates(tuple(columns), found)


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
