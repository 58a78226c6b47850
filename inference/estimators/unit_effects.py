"""Effects unit by unit: what an estimator of them answers, and what it must be able to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.arrays import numbers, shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability
from .roles import Roles

__all__ = ["UnitEffectEstimator", "UnitEffects"]

Floats = NDArray[np.float64]
OF_UNITS = ("mean", "sd", "low", "high")
OF_AVERAGE = ("ate", "ate_low", "ate_high")


def _none() -> Floats:
    return np.array(np.nan)


@takes_ci_prob
@dataclass(frozen=True, eq=False, kw_only=True)
class UnitEffects:
    """The effect of a binary treatment on each unit, given the unit's covariates.

    Attributes
    ----------
    mean : array of shape (unit,)
        The estimate, in the outcome's unit of measure.
    low, high : array of shape (unit,)
        The ends of each unit's interval for its expected effect, not for a difference of two noisy
        outcomes; NaN where the method has none.
    sd : array of shape (unit,), optional
        Posterior standard deviation, or standard error.
    ate, ate_low, ate_high : float
        The average effect over the same units, and its interval; NaN where there is none.
    ci_prob : float
        Probability of the intervals.
    problems : tuple of str
        What the estimator has to say against its own answer, in words.

    Raises
    ------
    DataError
        If the columns differ in length, a mean is no finite number, or a lower end is above its
        upper end.

    Examples
    --------
    >>> effects = UnitEffects.of_draws([[0.0, 1.0], [2.0, 3.0]], ci_prob=0.5)
    >>> effects.mean, effects.ate
    (array([1., 2.]), 1.5)
    """

    mean: Floats
    low: Floats = field(default_factory=_none)
    high: Floats = field(default_factory=_none)
    sd: Floats | None = None
    ate: float
    ate_low: float = np.nan
    ate_high: float = np.nan
    ci_prob: float = 0.95
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make arrays of what was given, and check them."""
        checked_probability("ci_prob", self.ci_prob)
        mean = _column("mean", self.mean, None)
        if not np.isfinite(mean).all():
            lacking = int((~np.isfinite(mean)).sum())
            raise DataError(f"{lacking} of {len(mean)} unit effects are not finite numbers")
        object.__setattr__(self, "mean", mean)
        for name in ("sd", "low", "high"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, _column(name, given, len(mean)))
        for name in OF_AVERAGE:
            object.__setattr__(self, name, float(getattr(self, name)))
        object.__setattr__(self, "problems", tuple(self.problems))
        if (self.low > self.high).any() or self.ate_low > self.ate_high:
            raise DataError("the lower end of an interval is above its upper end")

    @classmethod
    @takes_ci_prob
    def of_draws(cls, draws: ArrayLike, ci_prob: float = 0.95, **more: Any) -> UnitEffects:
        """Return the effects that posterior draws say.

        Parameters
        ----------
        draws : array of shape (draw, unit)
            Of each unit's expected effect.
        ci_prob : float
            Probability of the equal-tailed intervals.
        **more
            Other attributes, such as `problems`.

        Returns
        -------
        UnitEffects
        """
        tail = (1 - checked_probability("ci_prob", ci_prob)) / 2
        values = np.asarray(draws, dtype=float)
        if values.ndim != 2 or not values.size:
            raise DataError(f"draws have the shape (draw, unit), not {values.shape}")
        low, high = np.quantile(values, [tail, 1 - tail], axis=0)
        average = values.mean(axis=1)
        ate_low, ate_high = np.quantile(average, [tail, 1 - tail])
        found: dict[str, Any] = {
            "mean": values.mean(axis=0), "sd": values.std(axis=0), "low": low, "high": high,
            "ate": average.mean(), "ate_low": ate_low, "ate_high": ate_high, "ci_prob": ci_prob,
        }  # fmt: skip
        return cls(**found | more)

    @property
    def table(self) -> pd.DataFrame:
        """One row per unit: mean, sd, low and high."""
        columns = {n: getattr(self, n) for n in OF_UNITS}
        return pd.DataFrame({n: np.nan if v is None else v for n, v in columns.items()})

    def __len__(self) -> int:
        return len(self.mean)


class UnitEffectEstimator(ABC):
    """What estimates the effect of a binary treatment on each unit.

    Attributes
    ----------
    name : str
        What it is called by, such as ``"causal_forest"``.
    label : str
        How tables and figures call it.
    library : str
        The package that does the work.
    """

    name: str
    label: str
    library: str

    @abstractmethod
    def unit_effects(
        self, data: Any, roles: Roles, *, at: Any = None, ci_prob: float = 0.95, seed: int = 0
    ) -> UnitEffects:
        """Return the effect of the treatment on each unit, given its covariates.

        Parameters
        ----------
        data : pandas.DataFrame, xarray.Dataset or mapping
            What is learnt from: one column of shape (unit,) per variable; the treatment is 0 or 1,
            and text columns are categories.
        roles : Roles
            `adjust` are the covariates: what is held, and what effects may vary with.
        at : pandas.DataFrame, xarray.Dataset or mapping, optional
            The units whose effects are wanted, with the columns of the covariates; by default
            those of `data`.
        ci_prob : float
            Probability of the intervals.
        seed : int
            Of everything random: the same seed gives the same answer.

        Returns
        -------
        UnitEffects
            In the order of `at`.

        Raises
        ------
        DataError
            If the data do not have the columns, or the method cannot be fitted to them.
        ExtraError
            If the library is not installed.
        """


def _column(name: str, given: Any, length: int | None) -> Floats:
    """Return a float array of shape (unit,) that nobody can write to."""
    values = numbers(given)
    if values is None:
        raise DataError(f"{name} of unit effects holds {shown(given)}, and numbers are needed")
    if values.ndim == 0 and length is not None:
        values = np.full(length, values)
    if values.ndim != 1 or (length is not None and len(values) != length) or not len(values):
        wanted = "(unit,)" if length is None else f"({length},)"
        raise DataError(f"{name} of unit effects has the shape {values.shape}, not {wanted}")
    column = np.array(values, dtype=float)
    column.flags.writeable = False
    return column
