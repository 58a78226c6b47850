"""Interleaving: two rankings merged into one list, and judged by whose items are clicked."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from ..errors import DataError
from ..inputs.arrays import numbers, shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import are_finite, checked_probability, checked_seed, positive_whole
from .inputs import together

__all__ = ["interleaving_test", "team_draft"]


def team_draft(
    one: Sequence[Hashable],
    other: Sequence[Hashable],
    *,
    seed: int,
    length: int | None = None,
) -> tuple[list[Hashable], NDArray[np.int64]]:
    """Return one list made of two rankings, and whose pick each item was.

    In each round both rankings pick, in random order, their best item that is not yet in the list.

    Parameters
    ----------
    one, other : sequence
        Items, best first, each once.
    seed : int
        Of all random numbers: the same seed gives the same result.
    length : int, optional
        Of the list; by default it ends when a ranking has nothing left to pick.

    Returns
    -------
    list
        The items that are shown.
    ndarray of int
        0 where `one` picked, 1 where `other` did.

    Raises
    ------
    DataError
        If a ranking is empty or has an item twice, or `length` is no count.
    QueryError
        If `seed` is no whole number from 0 to 2**63 - 1.

    Notes
    -----
    Radlinski, Kurup and Joachims (2008), doi:10.1145/1458082.1458092.

    Examples
    --------
    >>> items, team = team_draft("abc", "bad", seed=1)
    >>> sorted(items[:2]), sorted(team[:2].tolist())
    (['a', 'b'], [0, 1])
    """
    rankings = _items(one), _items(other)
    most = None if length is None else positive_whole("length", length, DataError)
    rng = np.random.default_rng(checked_seed(seed))
    merged: list[Hashable] = []
    team: list[int] = []
    while most is None or len(merged) < most:
        first = int(rng.integers(0, 2))
        picked = 0
        for side in (first, 1 - first):
            left = [item for item in rankings[side] if item not in merged]
            if left and (most is None or len(merged) < most):
                merged.append(left[0])
                team.append(side)
                picked += 1
        if picked < 2:
            break
    return merged, np.array(team, dtype=np.int64)


def _items(given: Sequence[Hashable]) -> list[Hashable]:
    items = list(given) if isinstance(given, Iterable) else []
    hashable = all(isinstance(item, Hashable) for item in items)
    if not items or not hashable or len(set(items)) < len(items):
        raise DataError(f"a ranking has items, each once, not {shown(given)}")
    return items


@takes_ci_prob
def interleaving_test(one: ArrayLike, other: ArrayLike, *, ci_prob: float = 0.95) -> pd.Series:
    """Return which of two rankings wins more lists, and whether chance would do as much.

    Parameters
    ----------
    one, other : array of shape (list,)
        Clicks on the items that each ranking picked, one number for each list that was shown (or
        for each user: lists of one user are not independent).
    ci_prob : float
        Probability of the interval.

    Returns
    -------
    pandas.Series
        ``wins``, ``losses`` and ``ties`` of `one`; ``preference``, the share of lists that it wins,
        ties counted half, less 0.5; ``share``, its share of the lists that have a winner, with the
        exact interval ``low`` to ``high``; and ``p`` of the sign test.

    Raises
    ------
    DataError
        If clicks are no counts, or all lists are ties.
    QueryError
        If `ci_prob` is no probability.

    Notes
    -----
    Chapelle, Joachims, Radlinski and Yue (2012), doi:10.1145/2094072.2094078, for the preference.

    Examples
    --------
    >>> found = interleaving_test([1, 2, 0, 1], [0, 0, 1, 1])
    >>> found[["wins", "preference"]].tolist()
    [2.0, 0.125]
    """
    checked_probability("ci_prob", ci_prob)
    a, b = map(numbers, together(one=one, other=other))
    if a is None or b is None or a.ndim != 1 or a.shape != b.shape or not len(a):
        raise DataError("one and other are the clicks of each list, of the same length")
    if not all(are_finite(v) and (v >= 0).all() for v in (a, b)):
        raise DataError("clicks are counts of 0 or more")
    wins, losses = int((a > b).sum()), int((a < b).sum())
    if wins + losses == 0:
        raise DataError(f"all {len(a)} lists are ties, so neither ranking is preferred; show more")
    test = binomtest(wins, wins + losses)
    interval = test.proportion_ci(ci_prob)
    ties = len(a) - wins - losses
    return pd.Series(
        {
            "wins": wins,
            "losses": losses,
            "ties": ties,
            "preference": (wins + ties / 2) / len(a) - 0.5,
            "share": wins / (wins + losses),
            "low": interval.low,
            "high": interval.high,
            "p": test.pvalue,
        },
        dtype=float,
    )
