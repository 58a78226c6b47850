"""Whether numbers are uniform: a band for their empirical distribution, and a p-value.

ArviZ has the band (`plot_ecdf_pit`) without a p-value, and tests without a band. Here both come
from one simulation: a curve leaves the band just where the p-value is below 1 - `ci_prob`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import DataError
from ...inputs.arrays import numbers as numbers_of
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import checked_probability, positive_whole

__all__ = ["Band", "band", "p_value"]

SIMULATIONS = 10_000
MOST_POINTS = 100


@dataclass(frozen=True, eq=False)
class Band:
    """A simultaneous band for the empirical distribution function of uniform numbers.

    Attributes
    ----------
    points : array of shape (point,)
        Where it is evaluated, inside (0, 1).
    low, high : array of shape (point,)
        The shares between which all points lie with probability `ci_prob`.
    """

    points: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    ci_prob: float


@takes_ci_prob
def band(count: int, ci_prob: float = 0.95) -> Band:
    """Return the band for `count` independent uniform numbers.

    Parameters
    ----------
    count : int
    ci_prob : float
        The probability that the whole function stays inside.

    Returns
    -------
    Band

    Raises
    ------
    QueryError
        If `count` is no positive whole number, or `ci_prob` no probability.

    References
    ----------
    Säilynoja, Bürkner and Vehtari (2022), Graphical test for discrete uniformity and its
    applications, doi:10.1007/s11222-022-10090-6.

    Examples
    --------
    >>> wide, narrow = band(20), band(2_000)
    >>> bool((wide.high - wide.low).max() > (narrow.high - narrow.low).max())
    True
    """
    from scipy.stats import binom  # half a second to import

    count = positive_whole("count", count)
    points = _points(count)
    ci_prob = checked_probability("ci_prob", ci_prob)
    tail = float(np.quantile(_null(count), 1 - ci_prob, method="lower")) / 2
    low, high = (binom.ppf(p, count, points) / count for p in (tail, 1 - tail))
    return Band(points, low, high, ci_prob)


def p_value(numbers: ArrayLike) -> float:
    """Return the probability that uniform numbers leave a band at least as wide as these do.

    Parameters
    ----------
    numbers : array of shape (number,)
        Between 0 and 1, independent.

    Returns
    -------
    float
        Of the test whose band `band` gives: below ``1 - ci_prob`` just where a number leaves it.
        NaN without numbers.

    Raises
    ------
    DataError
        If they are no numbers from 0 to 1, or one is missing.

    Examples
    --------
    >>> import numpy as np
    >>> p_value((np.arange(100) + 0.5) / 100) > 0.5, p_value(np.linspace(0.4, 0.6, 100)) < 0.001
    (True, True)
    """
    values = numbers_of(numbers)
    if values is None or values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise DataError("the numbers are a list of values between 0 and 1, none of them missing")
    if not len(values):
        return float("nan")
    points = _points(len(values))
    counts = np.searchsorted(np.sort(values), points, side="right")
    found = _extremity(counts[None], len(values))[0]
    null = _null(len(values))
    return float((1 + (null <= found * (1 + 1e-12)).sum()) / (1 + len(null)))


def _points(count: int) -> NDArray[np.float64]:
    pieces = max(2, min(count, MOST_POINTS))
    return np.arange(1, pieces) / pieces


def _extremity(counts: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """Return twice the smallest binomial tail probability over the points, for each row."""
    from scipy.stats import binom

    points = _points(count)
    below = binom.cdf(np.arange(-1, count + 1)[:, None], count, points)
    column = np.arange(len(points))
    low, high = below[counts + 1, column], 1 - below[counts, column]
    return 2 * np.minimum(low, high).min(axis=1)


@lru_cache(maxsize=8)
def _null(count: int) -> NDArray[np.float64]:
    """Return the extremity of simulated uniform numbers; counts in cells are multinomial."""
    pieces = len(_points(count)) + 1
    rng = np.random.default_rng(count)
    cells = rng.multinomial(count, np.full(pieces, 1 / pieces), size=SIMULATIONS)
    return _extremity(cells.cumsum(axis=1)[:, :-1], count)
