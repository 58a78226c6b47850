"""Switchbacks of which only the last few periods matter: effects of whole runs of an arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from ..errors import DataError
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability, positive_whole
from .timeline import read_periods

__all__ = ["lagged_effect"]

Array = NDArray[np.float64]


@takes_ci_prob
def lagged_effect(
    outcome: ArrayLike,
    arm: ArrayLike,
    block: int,
    lag: int,
    *,
    time: ArrayLike | None = None,
    ci_prob: float = 0.95,
) -> pd.DataFrame:
    r"""Return the effect of treating for good, where the arms of `lag` periods ago matter at most.

    A coin decided each block. A period counts for an arm if that arm ruled it and the `lag` periods
    before it; the chance of that is one half to the number k of blocks that these periods lie in.
    With :math:`A_t` the arm that ruled them all, or none, and T periods,

    .. math::

        \hat\tau = \frac{1}{T - lag} \sum_{t > lag} 2^{k_t} Y_t (1\{A_t = 1\} - 1\{A_t = 0\})

    Parameters
    ----------
    outcome, arm : array of shape (period,)
        The arm is 0 or 1, the same for all periods of a block, by a fair coin for each block.
    block : int
        Periods in a block.
    lag : int
        For how many periods after it an arm still matters; 0 for none.
    time : array of shape (period,), optional
        When each period was, in increasing order.
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    pandas.DataFrame
        Rows ``horvitz_thompson``, as above: no bias over the coins if the lag is long enough, and
        an error that is large where the outcome is far from 0; and ``hajek``, the difference of two
        weighted means, steadier. Columns ``value``, ``se``, ``low``, ``high``, by the normal
        distribution, and the number of ``periods`` that count for either arm. The errors are
        conservative: the outcomes of one period under both arms are never seen together.

    Raises
    ------
    DataError
        If times are out of order, a block has two arms, the lag leaves no period, or no period
        counts for one of the arms.
    QueryError
        If `ci_prob` is no probability.

    Notes
    -----
    Bojinov, Simchi-Levi and Zhao (2023), doi:10.1287/mnsc.2022.4583, for designs with a coin at the
    beginning of each block; the bound of the variance is that of Aronow and Samii (2017),
    doi:10.1214/16-AOAS1005, with the exact joint probabilities.

    Examples
    --------
    >>> table = lagged_effect([1, 1, 3, 3, 1, 1, 3, 3], [0, 0, 1, 1, 0, 0, 1, 1], 2, 1)
    >>> table["value"].round(3).to_dict()
    {'horvitz_thompson': 1.143, 'hajek': 2.0}
    """
    reach = norm.ppf((1 + checked_probability("ci_prob", ci_prob)) / 2)
    y, group = read_periods(outcome, arm, time)
    block, lag = positive_whole("block", block, DataError), _lag(lag, len(y))
    first, last = _coins(group, block, lag)
    y = y[lag:]
    if np.ptp(y) == 0:
        raise DataError("the outcome is the same in all periods; nothing can be read from it")
    seen = _seen(group, lag)
    weight = {k: np.where(mine, 2.0 ** (last - first + 1), 0.0) for k, mine in seen.items()}
    rows = {}
    for name in ("horvitz_thompson", "hajek"):
        whole = {k: len(y) if name == "horvitz_thompson" else w.sum() for k, w in weight.items()}
        mean = {k: (w @ y) / whole[k] for k, w in weight.items()}
        # A ratio varies as the Horvitz-Thompson mean of what is left of the outcome.
        left = {k: y - (mean[k] if name == "hajek" else 0.0) for k in weight}
        value = mean[1] - mean[0]
        se = float(np.sqrt(max(_variance(left, weight, first, last), 0.0)) / len(y))
        count = int(seen[0].sum() + seen[1].sum())
        rows[name] = (value, se, value - reach * se, value + reach * se, count)
    columns = ["value", "se", "low", "high", "periods"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _coins(
    group: NDArray[np.float64], block: int, lag: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last block that a period and the `lag` before it lie in."""
    coins = np.arange(len(group)) // block
    if (mixed := np.flatnonzero(np.diff(group) * (np.diff(coins) == 0))).size:
        raise DataError(
            f"{len(np.unique(coins[mixed]))} of {coins[-1] + 1} blocks of {block} periods have "
            "both arms; give the block length of the schedule"
        )
    return coins[: len(group) - lag], coins[lag:]


def _seen(group: NDArray[np.float64], lag: int) -> dict[int, NDArray[np.bool_]]:
    """Return which periods count for an arm: it ruled them and the `lag` before."""
    treated = np.convolve(group, np.ones(lag + 1), "valid")
    seen = {1: treated == lag + 1, 0: treated == 0}
    for k, mine in seen.items():
        if not mine.any():
            raise DataError(
                f"no period has arm {k} in itself and the {lag} before it; give a shorter lag, or "
                "run longer, or in longer blocks"
            )
    return seen


def _variance(
    left: dict[int, Array],
    weight: dict[int, Array],
    first: NDArray[np.integer],
    last: NDArray[np.integer],
) -> float:
    """Return the conservative estimate of the variance of the difference of two totals.

    Of two periods of one arm the joint chance is one half to the number of coins in either; of two
    periods of different arms with a coin in common it is 0, so that the product of their outcomes
    is bounded by half the sum of their squares.
    """
    value, size = 0.0, len(first)
    scores = {k: left[k] * weight[k] for k in weight}
    squares = {k: left[k] ** 2 * weight[k] for k in weight}
    for apart in range(size):
        a, b = slice(0, size - apart), slice(apart, size)
        common = last[a] - first[b] + 1  # coins in both windows
        near = common > 0
        if not near.any():
            break
        twice = 1.0 if apart == 0 else 2.0
        share = np.where(near, 1 - 0.5 ** np.maximum(common, 0), 0.0)
        for k in weight:
            value += twice * float(share @ (scores[k][a] * scores[k][b]))
        bound = (squares[0][a] + squares[1][b] + squares[1][a] + squares[0][b]) / 2
        value += twice * float(near @ bound)
    return value


def _lag(lag: int, periods: int) -> int:
    if isinstance(lag, bool) or not isinstance(lag, int | np.integer) or lag < 0:
        raise DataError(f"lag is a whole number of periods, 0 or more, not {lag!r}")
    if lag >= periods:
        raise DataError(f"a lag of {lag} leaves none of {periods} periods; give a shorter one")
    return int(lag)
