"""The sequential probability ratio test of a normal mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from ...errors import QueryError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite, checked_probability, settle

__all__ = ["Sprt"]

# Points of the quadrature between the bounds, for each standard deviation of a step.
DENSITY, LEAST = 12, 64


@dataclass(frozen=True)
class Sprt:
    r"""Wald's test of no effect against a given one, unit by unit.

    Attributes
    ----------
    effect : float
        Mean of a unit's difference under the alternative; under the null hypothesis it is 0.
    sd : float
        Of a unit's difference.
    alpha, beta : float
        The error to reject where there is no effect, and to accept where there is this one.

    Raises
    ------
    QueryError
        If `effect` is 0, `sd` is not positive, or the errors are not below one half.

    Notes
    -----
    One stops when the logarithm of the likelihood ratio leaves the interval from
    :math:`\ln(\beta / (1 - \alpha))` to :math:`\ln((1 - \beta) / \alpha)`. Both errors are then at
    most about what is asked for, and no test with such errors needs fewer units on average (Wald,
    1945, doi:10.1214/aoms/1177731118).

    Examples
    --------
    >>> test = Sprt(effect=0.1, sd=1.0, alpha=0.05, beta=0.05)
    >>> round(test.wald_units / test.fixed_units, 2)
    0.49
    """

    effect: float
    sd: float = 1.0
    alpha: float = 0.05
    beta: float = 0.05

    def __post_init__(self) -> None:
        for name in ("alpha", "beta"):
            if not checked_probability(name, getattr(self, name)) < 0.5:
                raise QueryError(f"{name} is an error below one half, not {getattr(self, name)!r}")
        settle(self, effect={}, sd={"above": 0})
        if self.effect == 0:
            raise QueryError("the alternative of this test is an effect other than 0")

    @property
    def bounds(self) -> tuple[float, float]:
        """Of the logarithm of the likelihood ratio: accept below, reject above."""
        low = np.log(self.beta / (1 - self.alpha))
        return float(low), float(np.log((1 - self.beta) / self.alpha))

    @property
    def fixed_units(self) -> float:
        """Units that one look needs for the same two errors, one-sided."""
        return float(((ndtri(self.alpha) + ndtri(self.beta)) * self.sd / self.effect) ** 2)

    @property
    def wald_units(self) -> float:
        """Expected units where there is no effect, by Wald's formula without the overshoot."""
        low, high = self.bounds
        return float(((1 - self.alpha) * low + self.alpha * high) / (-(self._step**2) / 2))

    @property
    def _step(self) -> float:
        """Standard deviation of what a unit adds to the logarithm."""
        return abs(self.effect) / self.sd

    def characteristics(self, effect: float = 0.0) -> dict[str, float]:
        """Return the probability to reject and the expected units, where the effect is this.

        Parameters
        ----------
        effect : float
            Mean of a unit's difference.

        Returns
        -------
        dict
            ``rejects`` and ``units``.

        Notes
        -----
        Exact, overshoot included: both solve a Fredholm equation over the interval between the
        bounds, here by Gauss-Legendre quadrature (Page, 1954, doi:10.1093/biomet/41.1-2.100).
        """
        low, high = self.bounds
        step = self._step
        mean = self.effect * (effect - self.effect / 2) / self.sd**2
        count = max(LEAST, int(DENSITY * (high - low) / step))
        if count > 4000:
            raise QueryError(
                f"the effect {self.effect:g} is small beside the sd {self.sd:g}, so that one unit "
                "is no step worth looking at; look at groups of units, and give the effect and sd "
                "of a group's mean"
            )
        x, w = np.polynomial.legendre.leggauss(count)
        at = low + (x + 1) * (high - low) / 2
        weight = w * (high - low) / 2
        to = np.exp(-0.5 * ((at[None] - at[:, None] - mean) / step) ** 2)
        to *= weight / (step * np.sqrt(2 * np.pi))
        right = np.column_stack([ndtr((at + mean - high) / step), np.ones(count)])
        solved = np.linalg.solve(np.eye(count) - to, right)
        first = np.exp(-0.5 * ((at - mean) / step) ** 2) * weight / (step * np.sqrt(2 * np.pi))
        rejects = float(ndtr((mean - high) / step) + first @ solved[:, 0])
        return {"rejects": rejects, "units": float(1 + first @ solved[:, 1])}

    def decide(self, differences: ArrayLike) -> tuple[int, str] | None:
        """Return how many units it took and ``"accept"`` or ``"reject"``; None if one goes on.

        Parameters
        ----------
        differences : array of shape (units so far,)
            One difference a unit so far, in the outcome's unit, in the order of time.

        Raises
        ------
        QueryError
            If they are no finite numbers.
        """
        found: Any = numbers(differences)
        if found is None or found.ndim != 1 or not are_finite(found):
            raise QueryError(f"differences are finite, one a unit, not {shown(differences)}")
        values: NDArray[np.float64] = found.astype(float)
        path = np.cumsum(self.effect * (values - self.effect / 2) / self.sd**2)
        low, high = self.bounds
        out = np.flatnonzero((path <= low) | (path >= high))
        if not len(out):
            return None
        return int(out[0]) + 1, "reject" if path[out[0]] >= high else "accept"
