"""A generator: what a table says about its covariates, its treatment and its outcome."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import QueryError, unknown
from ..inputs.arrays import numbers, shown
from ..inputs.scalars import checked_seed, positive_whole
from ..inputs.tables import as_table
from .columns import Column
from .covariates import Covariates
from .laws import Law, drawn
from .mechanisms import Mechanism
from .stored import load_parts, save_tree, tree_of

__all__ = ["Generator"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Generator:
    """A posterior over data-generating processes: each draw is one of them.

    Attributes
    ----------
    law_of_covariates : Covariates
        p(X).
    treatment_column, outcome_column : Column or None
        What is known of the two columns.
    mechanism_of_treatment : Mechanism or None
        P(T | X).
    mechanism_of_outcome : Mechanism or None
        p(Y | X, T), or p(Y | X) without a treatment.
    order : tuple of str
        The table's columns.
    notices : tuple of str
        What a user should know of the table, in words.
    """

    law_of_covariates: Covariates
    treatment_column: Column | None
    outcome_column: Column | None
    mechanism_of_treatment: Mechanism | None
    mechanism_of_outcome: Mechanism | None
    order: tuple[str, ...]
    notices: tuple[str, ...]

    @property
    def idata(self) -> xr.DataTree:
        """The kept draws in the group ``posterior``, and what is known of the table beside them."""
        return tree_of({field.name: getattr(self, field.name) for field in fields(self)})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the generator to a netCDF file, which appears whole or not at all.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        save_tree(self.idata, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Generator:
        """Return the generator that a file holds; nothing in the file is run.

        Raises
        ------
        DataError
            If there is no such file, or it is damaged or no saved generator.
        """
        return cls(**load_parts(path))

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.law_of_covariates.draws)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The covariates that the mechanisms read: not those that follow from others."""
        return self.law_of_covariates.columns

    @property
    def family(self) -> Law | None:
        """The law of the outcome: bernoulli, normal, lognormal or negative_binomial."""
        return self.mechanism_of_outcome.law if self.mechanism_of_outcome else None

    def single(self, draw: int) -> Generator:
        """Return the generator of one draw alone: one data-generating process of the posterior."""
        at = slice(self._one_draw(draw), draw + 1)
        return replace(
            self,
            law_of_covariates=self.law_of_covariates.taken(at),
            mechanism_of_treatment=self.mechanism_of_treatment
            and self.mechanism_of_treatment.taken(at),
            mechanism_of_outcome=self.mechanism_of_outcome and self.mechanism_of_outcome.taken(at),
        )

    def covariates(self, rows: int, seed: int, draw: int | None = None) -> pd.DataFrame:
        """Return rows of the covariates, with the types, levels and bounds of the table.

        Parameters
        ----------
        rows : int
            How many rows.
        seed : int
            Of all random numbers: the same seed gives the same result.
        draw : int, optional
            Which draw is the law; by default each row has one of its own (the posterior
            predictive).

        Returns
        -------
        pandas.DataFrame of shape (rows, covariate)
        """
        rng = np.random.default_rng(checked_seed(seed))
        found = self.law_of_covariates.frame(self._chosen(rows, draw, rng), rng)
        return found[[name for name in self.order if name in found]]

    def propensity(self, frame: pd.DataFrame, draw: int | None = None) -> Floats:
        """Return P(T = 1 | x) of each row.

        Parameters
        ----------
        frame : pandas.DataFrame
            Rows of the covariates.
        draw : int, optional
            By default the mean over all draws.

        Returns
        -------
        ndarray of shape (unit,)
        """
        mechanism = self._needed(self.mechanism_of_treatment, "treatment")
        return mechanism.mean(self._checked(frame), None, self._draw(draw))

    def outcome(
        self, frame: pd.DataFrame, treatment: float | Floats | None = None, draw: int | None = None
    ) -> Floats:
        """Return E[Y | x, t] of each row.

        Parameters
        ----------
        frame : pandas.DataFrame
            Rows of the covariates.
        treatment : float or ndarray of shape (unit,), optional
            0 or 1; none where the generator has no treatment.
        draw : int, optional
            By default the mean over all draws.

        Returns
        -------
        ndarray of shape (unit,)
            In the unit of the outcome; of two values, the probability of the second.
        """
        mechanism = self._needed(self.mechanism_of_outcome, "outcome")
        frame = self._checked(frame)
        given = self._arms(mechanism, treatment, len(frame))
        return mechanism.mean(frame, given, self._draw(draw))

    def predictor(self, frame: pd.DataFrame, treatment: float | Floats | None, draw: int) -> Floats:
        """Return the linear predictor of the outcome of each row in one draw.

        It is the normal quantile of the probability, the mean, the mean of the logarithm, or the
        logarithm of the mean.

        Parameters
        ----------
        frame : pd.DataFrame
            Covariates, one row a unit.
        treatment : float or Floats, optional
            The treatment to assume, one for all rows or one a row; by default the own.
        draw : int
            Which kept draw of the generator.
        """
        mechanism = self._needed(self.mechanism_of_outcome, "outcome")
        frame = self._checked(frame)
        given = self._arms(mechanism, treatment, len(frame))
        return mechanism.predictor(frame, given, np.full(len(frame), self._one_draw(draw)))

    def scale(self, draw: int | None = None) -> float:
        """Return the scale of the outcome's law, in one draw or over all.

        Over all it is the mean; of sizes the one whose variance is the mean one. It is the standard
        deviation, that of the logarithm for a log-normal law, or the size of a negative binomial
        law (its variance is ``mean + mean**2 / size``); 1 for a Bernoulli law.
        """
        mechanism = self._needed(self.mechanism_of_outcome, "outcome")
        scales = mechanism.scales
        if self._draw(draw) is not None:
            return float(scales[draw])
        if mechanism.law == "negative_binomial":
            return float(1 / (1 / scales).mean())
        return float(scales.mean())

    def table(self, rows: int, seed: int, draw: int | None = None) -> pd.DataFrame:
        """Return rows of the whole table: covariates, and the treatment and outcome there are.

        Parameters
        ----------
        rows : int
            How many rows.
        seed : int
            Of all random numbers: the same seed gives the same result.
        draw : int, optional
            By default each row has a draw of its own.

        Returns
        -------
        pandas.DataFrame of shape (rows, column)
        """
        rng = np.random.default_rng(checked_seed(seed))
        chosen = self._chosen(rows, draw, rng)
        frame = self.law_of_covariates.frame(chosen, rng)
        out, arm = frame.copy(), None
        if self.treatment_column and self.mechanism_of_treatment:
            arm = _outcomes(self.mechanism_of_treatment, frame, None, chosen, rng)
            out[self.treatment_column.name] = _typed(self.treatment_column, arm)
        if self.outcome_column and self.mechanism_of_outcome:
            values = _outcomes(self.mechanism_of_outcome, frame, arm, chosen, rng)
            out[self.outcome_column.name] = _typed(self.outcome_column, values)
        return out[list(self.order)]

    def _chosen(self, rows: int, draw: int | None, rng: np.random.Generator) -> NDArray[np.int64]:
        rows = positive_whole("rows", rows)
        if self._draw(draw) is None:
            return rng.integers(0, self.draws, rows)
        return np.full(rows, draw, dtype=np.int64)

    def _draw(self, draw: int | None) -> int | None:
        if draw is None:
            return None
        return self._one_draw(draw)

    def _one_draw(self, draw: int) -> int:
        whole = isinstance(draw, int | np.integer) and not isinstance(draw, bool)
        if not whole or not 0 <= draw < self.draws:
            raise QueryError(
                f"draw is a whole number from 0 to {self.draws - 1}, not {shown(draw)}"
            )
        return int(draw)

    def _checked(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = as_table(frame)
        if not isinstance(frame, pd.DataFrame):
            raise QueryError(f"the rows of the covariates are a table, not {shown(frame)}")
        for column in self.columns:
            if column.name not in frame:
                raise QueryError(unknown("the generator reads", column.name, map(str, frame)))
        return frame

    def _needed(self, mechanism: Mechanism | None, what: str) -> Mechanism:
        if mechanism is None:
            raise QueryError(f"the generator was learnt without {what}=; name the column there")
        return mechanism

    def _arms(
        self, mechanism: Mechanism, treatment: float | Floats | None, rows: int
    ) -> Floats | None:
        if mechanism.treated != (treatment is not None):
            has = "needs a treatment of 0 or 1" if mechanism.treated else "has no treatment"
            raise QueryError(
                f"the outcome of this generator {has}, and {shown(treatment)} was given"
            )
        if treatment is None:
            return None
        arms = numbers(treatment)
        if arms is None or arms.shape not in ((), (rows,)) or not np.isin(arms, (0, 1)).all():
            raise QueryError(
                f"the treatment is 0 or 1, once or for each of the {rows} rows, not "
                f"{shown(treatment)}"
            )
        return np.broadcast_to(arms.astype(np.float64), (rows,))


def _outcomes(
    mechanism: Mechanism,
    frame: pd.DataFrame,
    arm: Floats | None,
    chosen: NDArray[np.int64],
    rng: np.random.Generator,
) -> Floats:
    predictor = mechanism.predictor(frame, arm, chosen)
    return drawn(mechanism.law, predictor, mechanism.scales[chosen], rng)


def _typed(column: Column, values: Floats) -> pd.Series:
    """Return values of a mechanism with the type of the table's column."""
    if column.margin is None:
        return column.series(values, values.astype(np.int64))
    least, greatest = column.margin.values[[0, -1]]
    near = np.clip(np.round(values, column.margin.decimals), least, greatest)
    return column.series(near, None)
