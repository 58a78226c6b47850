"""A rule of when to stop, and what it does: size, power, expected sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from ...errors import QueryError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite, checked_number, checked_probability
from .passage import Interval, first_passage

__all__ = ["StoppingRule", "checked_times"]


@dataclass(frozen=True)
class StoppingRule:
    """When to stop, by the z-statistic at each look.

    Attributes
    ----------
    times : tuple of float
        Information at each look, as a share of the last one's: they rise to 1. Where each look
        adds as many units, look `k` of `K` is at `k / K`.
    upper, lower : tuple of float
        One stops for a positive effect above, for a negative one below; infinite where one never
        does.
    inner : tuple of pair of float, optional
        One stops within, for no effect worth having; a pair whose ends are equal is none.

    Raises
    ------
    QueryError
        If the times do not rise to 1, or the bounds are not in order at some look.

    Examples
    --------
    >>> rule = StoppingRule((0.5, 1.0), (1.96, 1.96), (-1.96, -1.96))
    >>> round(rule.size, 4)
    0.0831
    """

    times: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float, ...]
    inner: tuple[Interval, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("times", "upper", "lower"):
            found = numbers(getattr(self, name))
            if found is None or found.ndim != 1:
                raise QueryError(
                    f"{name} has one number for each look, not {shown(getattr(self, name))}"
                )
            object.__setattr__(self, name, tuple(found.astype(float).tolist()))
        if self.inner is not None:
            object.__setattr__(self, "inner", _pairs(self.inner))
        checked_times(self.times)
        counts = {len(self.times), len(self.upper), len(self.lower)}
        if len(counts | {len(self.inner or self.times)}) > 1:
            raise QueryError(
                f"a stopping rule has a bound for each of its {len(self.times)} looks, above and "
                f"below, not {len(self.upper)} and {len(self.lower)}"
            )
        for k, (low, high) in enumerate(zip(self.lower, self.upper, strict=True), start=1):
            inside = self.inner[k - 1] if self.inner else (low, low)
            if not low <= inside[0] <= inside[1] <= high:
                raise QueryError(
                    f"at look {k} the bounds {low:g} and {high:g} are not in order, or what is "
                    f"within them, {inside}, is not"
                )

    @property
    def size(self) -> float:
        """Probability to claim an effect, of either sign, where there is none."""
        return float(first_passage(self.times, self._regions(), 0.0)[:, :2].sum())

    def stopping(self, drift: float = 0.0) -> pd.DataFrame:
        """Return the probability to stop at each look, and why.

        Parameters
        ----------
        drift : float
            The effect in standard errors of the last look: mean of its z-statistic.

        Returns
        -------
        pandas.DataFrame
            Index ``look``, from 1; columns ``time``, ``above``, ``below``, ``within``, and ``on``,
            the probability that one goes on after the look.
        """
        found = first_passage(self.times, self._regions(), checked_number("drift", drift))
        table = pd.DataFrame(found, columns=["above", "below", "within"])
        table.insert(0, "time", self.times)
        table["on"] = np.maximum(1.0 - np.cumsum(found.sum(axis=1)), 0.0)
        return table.set_index(pd.RangeIndex(1, len(table) + 1, name="look"))

    def power(self, drift: float) -> float:
        """Return the probability to claim an effect of the right sign.

        Parameters
        ----------
        drift : float
            As for `stopping`.
        """
        drift = checked_number("drift", drift)
        found = first_passage(self.times, self._regions(), drift).sum(axis=0)
        return float(found[0] if drift >= 0 else found[1])

    def expected(self, drift: float = 0.0) -> float:
        """Return the expected information when one stops, as a share of the last look's."""
        found = first_passage(self.times, self._regions(), checked_number("drift", drift)).sum(
            axis=1
        )
        left = 1.0 - found.sum()
        return float(found @ np.array(self.times) + left)

    def drift(self, power: float = 0.8) -> float:
        """Return the effect, in standard errors of the last look, that is found so often.

        Raises
        ------
        QueryError
            If `power` is no probability, or an effect of nought has it too.
        """
        checked_probability("power", power)
        if power <= (least := self.power(0.0)):
            raise QueryError(
                f"power {power:g} is not above {least:.4g}, which no effect has; ask for more"
            )
        end = 4.0
        while self.power(end) < power and end < 64:
            end *= 2
        if self.power(end) < power:
            raise QueryError(f"no effect is found with power {power:g} under this rule")
        return float(brentq(lambda d: self.power(d) - power, 0.0, end, xtol=1e-10))

    def inflation(self, power: float = 0.8, alpha: float = 0.05) -> float:
        """Return the largest sample over that of one look with the same power.

        Parameters
        ----------
        power : float
            At which both are compared, between 0 and 1.
        alpha : float
            Two-sided size of the test with one look.

        Examples
        --------
        >>> from ifonly.inference.experiments import group_sequential
        >>> round(group_sequential(5, "pocock").inflation(0.9), 3)
        1.207
        """
        checked_probability("alpha", alpha)
        single = float(-ndtri(alpha / 2))
        once = StoppingRule((1.0,), (single,), (-single,))
        return (self.drift(power) / once.drift(power)) ** 2

    def decide(self, statistics: ArrayLike) -> tuple[int, str] | None:
        """Return the look at which one stops, from 1, and why; None if one goes on.

        Parameters
        ----------
        statistics : array of shape (looks so far,)
            The z-statistics.

        Returns
        -------
        tuple of int and str, or None
            The word is ``"above"``, ``"below"`` or ``"within"``.

        Raises
        ------
        QueryError
            If there are more statistics than looks, or one is not finite.
        """
        values: Any = numbers(statistics)
        if values is None or values.ndim != 1 or not len(values) or not are_finite(values):
            raise QueryError(f"statistics are finite, one a look, not {shown(statistics)}")
        if len(values) > len(self.times):
            raise QueryError(f"there are {len(values)} statistics for {len(self.times)} looks")
        look, why = self.stops(values.astype(float)[None])
        return (int(look[0]) + 1, ("above", "below", "within")[why[0]]) if why[0] >= 0 else None

    def stops(self, z: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where many runs stop, and why.

        Parameters
        ----------
        z : array of shape (run, look)
            Test statistics of each run at each look, in standard errors.

        Returns
        -------
        look : array of shape (run,)
            From 0; the last one where a run never stops.
        why : array of shape (run,)
            0 above, 1 below, 2 within, -1 if it never stops.
        """
        n = z.shape[1]
        above, below = z > np.array(self.upper)[:n], z < np.array(self.lower)[:n]
        inner = np.array(self.inner or [(0.0, 0.0)] * len(self.times))[:n]
        within = (z > inner[:, 0]) & (z < inner[:, 1])
        any_ = above | below | within
        stopped = any_.any(axis=1)
        look = np.where(stopped, any_.argmax(axis=1), n - 1)
        run = np.arange(len(z))
        why = np.select([above[run, look], below[run, look], within[run, look]], [0, 1, 2], -1)
        return look.astype(np.int64), why.astype(np.int64)

    def _regions(self) -> list[list[Interval]]:
        inner = self.inner or [(low, low) for low in self.lower]
        return [
            [(low, a), (b, high)] if a < b else [(low, high)]
            for low, high, (a, b) in zip(self.lower, self.upper, inner, strict=True)
        ]


def _pairs(given: Any) -> tuple[Interval, ...]:
    found = numbers(given)
    if found is None or found.ndim != 2 or found.shape[1] != 2:
        raise QueryError(f"inner has a pair of numbers for each look, not {shown(given)}")
    return tuple((float(low), float(high)) for low, high in found)


def checked_times(times: Sequence[float] | ArrayLike) -> NDArray[np.float64]:
    """Return the information at each look, which rises to 1.

    Raises
    ------
    QueryError
        If it does not.
    """
    found: Any = numbers(times)
    if found is None or found.ndim != 1 or not len(found):
        raise QueryError(f"times is the share of information at each look, not {shown(times)}")
    values: NDArray[np.float64] = found.astype(float)
    if not (np.diff(values, prepend=0.0) > 0).all() or not np.isclose(values[-1], 1.0, atol=1e-9):
        raise QueryError(
            f"times are the shares of information at each look, which rise to 1, not {shown(times)}"
        )
    return values
