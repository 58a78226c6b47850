"""What an estimator of unit effects learns from, as arrays: covariates, treatment, outcome."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DataError, IfonlyError
from ...graph.regression import independent, standardised
from ...inputs.columns import read_columns
from ...inputs.scalars import checked_probability, checked_seed
from ..base import GREATEST_RANDOM_STATE, UnfitError
from ..design import Design, read_design
from ..roles import Roles

__all__ = ["Sample", "fitting", "read_sample"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sample:
    """Checked arrays.

    Attributes
    ----------
    covariates : array of shape (unit, column)
        What is learnt from: numbers as they are, and an indicator per level but the first of
        categories.
    treatment : int array of shape (unit,)
        0 or 1.
    outcome : array of shape (unit,)
    at : array of shape (asked, column)
        The covariates of the units whose effects are wanted.
    own : bool
        Whether these are the units learnt from.
    roles : Roles
    ci_prob : float
    random_state : int
        A seed that scikit-learn takes.
    """

    covariates: Floats
    treatment: NDArray[np.int64]
    outcome: Floats
    at: Floats
    own: bool
    roles: Roles
    ci_prob: float
    random_state: int

    def needs_covariates(self, label: str) -> None:
        """Raise an `UnfitError` if there is nothing that effects could vary with."""
        if not self.covariates.shape[1]:
            raise UnfitError(
                f"{label} learns effects from covariates, and the roles hold none; name some in "
                "adjust"
            )

    @property
    def linear(self) -> tuple[Floats, Floats]:
        """The covariates for a linear model, of the units learnt from and of those asked about.

        Columns have the mean 0 and the standard deviation 1 of the units learnt from; those that a
        constant and earlier ones determine are left out.
        """
        kept = independent(standardised(self.covariates))
        learnt, asked = self.covariates[:, kept], self.at[:, kept]
        centre = learnt.mean(axis=0)
        spread = (learnt - centre).std(axis=0)
        return (learnt - centre) / spread, (asked - centre) / spread

    def again(self, rows: NDArray[np.int64]) -> Sample:
        """Return the sample with the units in `rows` to learn from, and the same asked about."""
        parts = {n: getattr(self, n)[rows] for n in ("covariates", "treatment", "outcome")}
        return replace(self, **parts, own=False)


def read_sample(
    label: str, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
) -> Sample:
    """Return what an estimator of unit effects is given, checked.

    Parameters
    ----------
    label : str
        Of the estimator, for messages.
    data, roles, at, ci_prob, seed
        As for `UnitEffectEstimator.unit_effects`.

    Returns
    -------
    Sample

    Raises
    ------
    DataError
        If the treatment is not 0 and 1, a column is missing or has gaps, a unit asked about has a
        category that no unit learnt from has, or there are fewer than two units in an arm.
    """
    checked_probability("ci_prob", ci_prob)
    random_state = checked_seed(seed) % GREATEST_RANDOM_STATE
    design = read_design(data, roles)
    if not design.binary:
        raise UnfitError(
            f"{label} takes a treatment that is 0 or 1, with at least two units of both; the "
            f"column {roles.treatment!r} is not so"
        )
    covariates = design.encoded(roles.adjust)
    asked = covariates if at is None else _asked(design, at)
    return Sample(
        covariates.to_numpy(dtype=float),
        design.treatment.astype(np.int64),
        design.outcome,
        asked.to_numpy(dtype=float),
        at is None,
        roles,
        ci_prob,
        random_state,
    )


def _asked(design: Design, at: Any) -> pd.DataFrame:
    """Return the covariates of the units asked about, with the columns of those learnt from."""
    names = design.roles.adjust
    if not names:
        return pd.DataFrame(index=range(_length(at)))
    frame = read_columns(at, names, "the effects are asked at units with the column")
    for name in names:
        if not design.is_categorical(name):
            if not pd.api.types.is_numeric_dtype(frame[name]):
                raise DataError(f"the column {name!r} holds numbers in the data, and text in `at`")
            continue
        levels = np.unique(design.frame[name].to_numpy())
        if strange := sorted(set(frame[name]) - set(levels), key=str):
            raise DataError(
                f"{name!r} is {strange[0]!r} for a unit asked about, and for none that was learnt "
                "from; leave such units out"
            )
        frame[name] = pd.Categorical(frame[name], categories=levels)
    return Design(frame, design.roles).encoded(names)


def _length(at: Any) -> int:
    try:
        first = next(iter(at))
        return len(at) if isinstance(at, pd.DataFrame) else int(np.size(at[first]))
    except (TypeError, StopIteration, KeyError):
        raise DataError("`at` is a table of units, and this one has no column") from None


@contextmanager
def fitting(label: str, sample: Sample) -> Iterator[None]:
    """Turn what a library raises into an `UnfitError`, and keep what it warns of to itself.

    The libraries warn of their own conventions (feature names, deprecated defaults, shapes), which
    a user of this contract can do nothing about.

    Parameters
    ----------
    label : str
    sample : Sample
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        if isinstance(error, IfonlyError):
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UnfitError(
            f"{label} cannot be fitted to these {len(sample.outcome)} units ({reason}); give more "
            "units, or hold fewer variables"
        ) from None
