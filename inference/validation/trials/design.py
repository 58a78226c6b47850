"""Who is assigned how, and when one looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import QueryError, unknown
from ...experiments.assignment import assign
from ...inputs.scalars import checked_number, positive_whole

__all__ = ["TwoArms"]


@dataclass(frozen=True)
class TwoArms:
    """Two arms, drawn by lot, of units that arrive in groups of equal size.

    Attributes
    ----------
    treatment, outcome : str
        Variables of the model; the treatment is set to the arm, 0 or 1, whatever its own equation.
    units : int
        All units, of both arms.
    looks : int
        After each of so many equal parts of the units one looks.
    share : float
        Of the units that are treated.
    strata : str, optional
        A variable that the treatment does not move, within whose values arms are drawn.

    Raises
    ------
    QueryError
        If a number has no meaning, or there are fewer than four units a look.

    Examples
    --------
    >>> TwoArms("t", "y", units=1_000, looks=4).ends
    (250, 500, 750, 1000)
    """

    treatment: str
    outcome: str
    units: int
    looks: int = 1
    share: float = 0.5
    strata: str | None = None

    def __post_init__(self) -> None:
        positive_whole("looks", self.looks)
        if positive_whole("units", self.units) < 4 * self.looks:
            raise QueryError(
                f"{self.units} units in {self.looks} looks are fewer than four a look; plan more "
                "units, or fewer looks"
            )
        checked_number("share", self.share, above=0, below=1)
        if self.treatment == self.outcome:
            raise QueryError(f"treatment and outcome are both {self.outcome!r}; they are two")

    @property
    def ends(self) -> tuple[int, ...]:
        """How many units there are at each look."""
        return tuple(self.units * k // self.looks for k in range(1, self.looks + 1))

    @property
    def times(self) -> tuple[float, ...]:
        """Share of all units at each look."""
        return tuple(n / self.units for n in self.ends)

    def assigned(
        self, rng: np.random.Generator, columns: Mapping[str, NDArray[np.float64]], runs: int
    ) -> NDArray[np.int64]:
        """Return the arm of each unit in each run, of shape (run, unit).

        Parameters
        ----------
        rng : numpy.random.Generator
            Where random numbers come from.
        columns : mapping of str to array of shape (run, unit)
            What is known before.
        runs : int
            How many experiments at once.

        Notes
        -----
        Each look's units hold both arms in their shares, to within one unit; so do strata.
        """
        arm = np.empty((runs, self.units), dtype=np.int64)
        starts = (0, *self.ends[:-1])
        for start, end in zip(starts, self.ends, strict=True):
            size = end - start
            if self.strata is None:
                drawn = np.floor(size * self.share + rng.random(runs))
                count = np.clip(drawn, 1, size - 1)[:, None]
                first = (np.arange(size) < count).astype(np.int64)
                arm[:, start:end] = rng.permuted(first, axis=1)
                continue
            labels = columns[self.strata][:, start:end]
            seeds = rng.integers(2**62, size=runs)
            for k in range(runs):
                shares = (1 - self.share, self.share)
                arm[k, start:end] = assign(
                    size, seed=int(seeds[k]), shares=shares, strata=labels[k]
                )
        return arm

    def check(self, known: list[str]) -> None:
        """Raise a `QueryError` for a name that the model does not have."""
        for role in ("treatment", "outcome", "strata"):
            name = getattr(self, role)
            if name is not None and name not in known:
                raise QueryError(unknown(f"the design's {role} is", name, known))
