"""Random assignment of units to arms, over all of them or within strata."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.arrays import numbers, shown
from ..inputs.scalars import checked_seed
from .inputs import labels_of

__all__ = ["assign"]


def assign(
    units: int,
    *,
    seed: int,
    shares: Sequence[float] = (0.5, 0.5),
    strata: ArrayLike | None = None,
) -> NDArray[np.int64]:
    """Return the arm of each unit: 0, 1, ...

    Parameters
    ----------
    units : int
        How many units.
    seed : int
        Of all random numbers: the same seed gives the same result.
    shares : sequence of float
        Each arm's share of the units; they add up to 1.
    strata : array of shape (unit,), optional
        Labels of strata. Arms are drawn within each, so that there too their sizes are what
        the shares say, to within one unit.

    Returns
    -------
    ndarray of shape (unit,)

    Raises
    ------
    DataError
        If `units` is no count, the shares are no shares, there is not one stratum per unit, or a
        unit has none (NaN).
    QueryError
        If `seed` is no whole number from 0 to 2**63 - 1.

    Notes
    -----
    Complete randomisation: the sizes of the arms are fixed, and every unit has the same
    probabilities (Imbens and Rubin, 2015, doi:10.1017/CBO9781139025751, chapters 4 and 9). If a
    share of a stratum is not a whole number, it is rounded up or down at random, so that its
    expected size is the share.

    Examples
    --------
    >>> arm = assign(10, seed=1, strata=[0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    >>> int(arm[:4].sum()), int(arm[4:].sum())
    (2, 3)
    """
    if isinstance(units, bool) or not isinstance(units, int | np.integer) or units < 0:
        raise DataError(f"units is how many there are, a whole number, not {shown(units)}")
    part = numbers(shares)
    if (
        part is None
        or part.ndim != 1
        or len(part) < 2
        or not (part > 0).all()
        or not np.isclose(part.sum(), 1.0)
    ):
        raise DataError(
            f"shares are two or more positive numbers that add up to 1, not {shown(shares)}"
        )
    given = np.zeros(units, dtype=int) if strata is None else strata
    codes, levels = labels_of(given, "strata", units)
    rng = np.random.default_rng(checked_seed(seed))
    arm = np.empty(units, dtype=np.int64)
    for code in range(len(levels)):
        rows = np.flatnonzero(codes == code)
        ends = np.append(np.cumsum(part)[:-1], 1.0) * len(rows)
        # One random offset for all ends: each size is its share, rounded up or down without bias.
        ends = np.floor(ends + rng.random()).astype(int)
        ends[-1] = len(rows)
        arm[rng.permutation(rows)] = np.searchsorted(ends, np.arange(len(rows)), side="right")
    return arm
