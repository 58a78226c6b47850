"""Arms: what each of them would pay at each pull, which a simulation knows and a rule does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import are_finite, settle

__all__ = ["Arms", "Binary", "Linear", "Offer", "Outcomes"]

Array = NDArray[np.float64]


class Offer(NamedTuple):
    """What one pull offers: rewards and their means, and what is seen before.

    Attributes
    ----------
    mean, reward : array of shape (replication, arm)
    context : array of shape (replication, feature) or None
    """

    mean: Array
    reward: Array
    context: Array | None = None


@runtime_checkable
class Arms(Protocol):
    """What a bandit is played on."""

    @property
    def number(self) -> int:
        """How many arms there are."""
        ...

    @property
    def features(self) -> int:
        """How many features are seen before a pull; 0 for none."""
        ...

    @property
    def binary(self) -> bool:
        """Whether every reward is 0 or 1."""
        ...

    @property
    def length(self) -> int | None:
        """How many pulls there can be; None where there is no end."""
        ...

    def offer(self, t: int, replications: int, rng: np.random.Generator) -> Offer:
        """Return what pull `t` offers to each replication.

        Parameters
        ----------
        t : int
        replications : int
        rng : np.random.Generator
        """
        ...


@dataclass(frozen=True, eq=False)
class Binary:
    """Arms that pay 1 with a probability, else 0.

    Attributes
    ----------
    probability : array of shape (arm,) or (pull, arm)
        Fixed, or as it drifts from pull to pull.

    Raises
    ------
    DataError
        If these are no probabilities, or of fewer than two arms.

    Examples
    --------
    >>> Binary([0.9, 0.8]).number
    2
    """

    probability: ArrayLike

    def __post_init__(self) -> None:
        """Keep the probabilities as an array, once they are some."""
        found = _table("probabilities of shape (arm,) or (pull, arm)", self.probability, (1, 2))
        if not ((found >= 0) & (found <= 1)).all():
            raise DataError(f"probabilities of arms are from 0 to 1, not {shown(self.probability)}")
        object.__setattr__(self, "probability", _at_least_two(found, -1))

    @property
    def number(self) -> int:
        """How many arms there are."""
        return int(np.shape(self.probability)[-1])

    @property
    def features(self) -> int:
        """None is seen."""
        return 0

    @property
    def binary(self) -> bool:
        """They are."""
        return True

    @property
    def length(self) -> int | None:
        """As long as the probabilities are given, where they drift."""
        shape = np.shape(self.probability)
        return shape[0] if len(shape) == 2 else None

    def offer(self, t: int, replications: int, rng: np.random.Generator) -> Offer:
        """Return what pull `t` offers to each replication.

        Parameters
        ----------
        t : int
        replications : int
        rng : np.random.Generator
        """
        p = np.asarray(self.probability)
        mean = np.broadcast_to(p if p.ndim == 1 else p[t], (replications, self.number))
        # One uniform for all arms of a pull: only one of their rewards is ever seen.
        return Offer(mean, (rng.random((replications, 1)) < mean).astype(float))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Arms whose rewards are the potential outcomes of units, who come at random.

    Attributes
    ----------
    table : array of shape (arm, unit)
        What each unit would show under each arm: as `World.ask` answers
        ``PotentialOutcome(y, do=[{"arm": 0}, {"arm": 1}])``, with dims dose and unit.

    Raises
    ------
    DataError
        If it is no such table of finite numbers, or of fewer than two arms.

    Examples
    --------
    >>> Outcomes([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]).number
    2
    """

    table: ArrayLike

    def __post_init__(self) -> None:
        """Keep the outcomes as an array, once they are some."""
        if isinstance(self.table, xr.DataArray) and {"chain", "draw"} & set(self.table.dims):
            raise DataError(
                "arms take the outcomes of one world, and these have draws; ask a World, or take "
                "one draw"
            )
        found = _table("outcomes of shape (arm, unit)", self.table, (2,))
        object.__setattr__(self, "table", _at_least_two(found, 0))

    @property
    def number(self) -> int:
        """How many arms there are."""
        return int(np.shape(self.table)[0])

    @property
    def features(self) -> int:
        """None is seen."""
        return 0

    @property
    def binary(self) -> bool:
        """Whether every outcome in the table is 0 or 1."""
        return bool(np.isin(self.table, (0.0, 1.0)).all())

    @property
    def length(self) -> int | None:
        """No end: units are drawn with replacement."""
        return None

    def offer(self, t: int, replications: int, rng: np.random.Generator) -> Offer:
        """Return what pull `t` offers to each replication: a unit of its own.

        Parameters
        ----------
        t : int
        replications : int
        rng : np.random.Generator
        """
        table = np.asarray(self.table)
        mean = np.broadcast_to(table.mean(axis=1), (replications, self.number))
        return Offer(mean, table[:, rng.integers(table.shape[1], size=replications)].T)


@dataclass(frozen=True, eq=False)
class Linear:
    """Arms whose mean is linear in a context that is seen before each pull.

    The context is a constant 1 and independent standard normal features; rewards are normal.

    Attributes
    ----------
    coefficients : array of shape (arm, feature) or (pull, arm, feature)
        Fixed, or as they drift from pull to pull. The first of each arm is that of the constant.
    sd : float
        Of a reward around its mean.

    Raises
    ------
    DataError
        If the coefficients are no table of finite numbers, or `sd` is not above 0.

    Examples
    --------
    >>> Linear([[0.0, 1.0], [0.0, -1.0]]).features
    2
    """

    coefficients: ArrayLike
    sd: float = 1.0

    def __post_init__(self) -> None:
        """Keep the coefficients as an array, once they are some."""
        what = "coefficients of shape (arm, feature) or (pull, arm, feature)"
        found = _table(what, self.coefficients, (2, 3))
        settle(self, DataError, sd={"above": 0})
        object.__setattr__(self, "coefficients", _at_least_two(found, -2))

    @property
    def number(self) -> int:
        """How many arms there are."""
        return int(np.shape(self.coefficients)[-2])

    @property
    def features(self) -> int:
        """How many features are seen, the constant included."""
        return int(np.shape(self.coefficients)[-1])

    @property
    def binary(self) -> bool:
        """They are not."""
        return False

    @property
    def length(self) -> int | None:
        """As long as the coefficients are given, where they drift."""
        shape = np.shape(self.coefficients)
        return shape[0] if len(shape) == 3 else None

    def offer(self, t: int, replications: int, rng: np.random.Generator) -> Offer:
        """Return what pull `t` offers to each replication: a context of its own.

        Parameters
        ----------
        t : int
        replications : int
        rng : np.random.Generator
        """
        context = rng.normal(size=(replications, self.features))
        context[:, 0] = 1.0
        all_ = np.asarray(self.coefficients)
        mean = context @ (all_ if all_.ndim == 2 else all_[t]).T
        return Offer(mean, mean + self.sd * rng.normal(size=(replications, 1)), context)


def _table(what: str, given: ArrayLike, ndims: tuple[int, ...]) -> Array:
    found = numbers(given)
    if found is None or found.ndim not in ndims or not are_finite(found):
        raise DataError(f"arms take {what}, finite numbers, not {shown(given)}")
    return found.astype(float)


def _at_least_two(table: Array, axis: int) -> Array:
    if table.shape[axis] < 2:
        raise DataError(f"a bandit has two arms or more, not {table.shape[axis]}")
    return table
