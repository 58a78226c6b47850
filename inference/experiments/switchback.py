"""Switchbacks: one market that is treated in blocks of time, with effects that carry over."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from ..errors import DataError
from ..inputs.arrays import shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import (
    checked_choice,
    checked_number,
    checked_probability,
    checked_seed,
    positive_whole,
)
from .timeline import read_periods

__all__ = ["carry_over_share", "schedule", "switchback"]

Array = NDArray[np.float64]
Kind = Literal["random", "regular"]


def schedule(periods: int, block: int, *, seed: int, kind: Kind = "random") -> NDArray[np.int64]:
    """Return the arm of each period, the same for all periods of a block.

    Parameters
    ----------
    periods : int
    block : int
        Periods in a block; the last one may be shorter.
    seed : int
    kind : {"random", "regular"}
        A coin for each block, or arms that alternate, of which the first is drawn.

    Returns
    -------
    ndarray of shape (period,)
        0 and 1.

    Raises
    ------
    DataError
        If there are not at least two blocks, or `kind` is no kind.
    QueryError
        If `seed` is no whole number from 0 to 2**63 - 1.

    Examples
    --------
    >>> schedule(6, 2, seed=1, kind="regular").tolist()
    [0, 0, 1, 1, 0, 0]
    """
    periods, block = (
        positive_whole(n, v, DataError) for n, v in (("periods", periods), ("block", block))
    )
    blocks = -(-periods // block)
    if blocks < 2:
        raise DataError(
            f"{periods} periods in blocks of {block} are one block, which has one arm; make "
            "shorter blocks"
        )
    rng = np.random.default_rng(checked_seed(seed))
    if checked_choice("kind", kind, get_args(Kind), DataError) == "random":
        arm = rng.integers(0, 2, blocks)
    else:
        arm = (np.arange(blocks) + rng.integers(0, 2)) % 2
    return np.repeat(arm, block)[:periods]


def carry_over_share(rho: float, block: int, burn_in: int = 0, *, kind: Kind = "random") -> float:
    r"""Return the share of the full effect that a difference in means finds under carry-over.

    The effect builds up geometrically: j + 1 periods after a switch from a long control it is
    :math:`\tau (1 - \rho^{j+1})`. With blocks of length L, of which the first b periods are left
    out, a coin for each block gives

    .. math:: 1 - \frac{\rho^{b+1} (1 - \rho^{L-b})}{(L - b)(1 - \rho)}

    and arms that alternate, where each block follows one of the other arm, the share of which the
    second term is :math:`2 / (1 + \rho^L)` times as large.

    Parameters
    ----------
    rho : float
        The share of the stock that is left a period later, from 0 and below 1.
    block, burn_in : int
        Periods in a block, and how many at its beginning are left out.
    kind : {"random", "regular"}
        As in `schedule`.

    Returns
    -------
    float

    Raises
    ------
    DataError
        If `rho` is not from 0 to below 1, or the burn-in leaves nothing of a block.

    Examples
    --------
    >>> [round(carry_over_share(0.8, *b), 4) for b in ((4, 0), (10, 0), (10, 4))]
    [0.4096, 0.6429, 0.7985]
    """
    block = positive_whole("block", block, DataError)
    rho = checked_number("rho, the share left a period later,", rho, DataError, least=0, below=1)
    _check_burn_in(burn_in, block)
    checked_choice("kind", kind, get_args(Kind), DataError)
    kept = block - burn_in
    lost = rho ** (burn_in + 1) * (1 - rho**kept) / (kept * (1 - rho))
    return float(1 - lost * (1.0 if kind == "random" else 2 / (1 + rho**block)))


@takes_ci_prob
def switchback(
    outcome: ArrayLike,
    arm: ArrayLike,
    block: int,
    *,
    time: ArrayLike | None = None,
    burn_in: int = 0,
    kind: Kind = "random",
    ci_prob: float = 0.95,
    draws: int = 2_000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the effect in a switchback by its design: blocks are the units, not periods.

    Parameters
    ----------
    outcome, arm : array of shape (period,)
        The arm is 0 or 1, and the same for all periods of a block.
    block : int
        Periods in a block.
    time : array of shape (period,), optional
        When each period was, in increasing order.
    burn_in : int
        Periods at the beginning of each block that are left out, while the arm before fades.
    kind : {"random", "regular"}
        How arms were assigned: the test draws them anew in the same way.
    ci_prob : float
        Probability of the interval.
    draws : int
        Assignments that the randomisation test draws.
    seed : int

    Returns
    -------
    pandas.DataFrame
        One row, ``effect``: ``value``, the difference of the means of blocks; ``se``, ``low`` and
        ``high``, by the t distribution over blocks; ``p``, by Welch's test; ``p_randomised``, the
        share of assignments as extreme as this one if the treatment did nothing to any period,
        which holds whatever the noise does over time; and the number of ``blocks``.

    Raises
    ------
    DataError
        If times are out of order, a block has two arms, an arm has fewer than two blocks, the
        burn-in leaves nothing, or the outcome does not vary.
    QueryError
        If `ci_prob` is no probability, or `seed` no whole number from 0 to 2**63 - 1.

    Notes
    -----
    Bojinov, Simchi-Levi and Zhao (2023), doi:10.1287/mnsc.2022.4583. Alternating arms have two
    assignments in all, so their randomised p is 1 or 0.5: they cannot be tested by their design.

    Examples
    --------
    >>> table = switchback([1, 2, 5, 6, 2, 2, 5, 7], [0, 0, 1, 1, 0, 0, 1, 1], 2)
    >>> table.loc["effect", "value"].item()
    4.0
    """
    share = checked_probability("ci_prob", ci_prob)
    y, group = read_periods(outcome, arm, time)
    block = positive_whole("block", block, DataError)
    _check_burn_in(burn_in, block)
    means, arms = _blocks(y, group, block, burn_in)
    value, se, df = _welch(means, arms == 1)
    reach = t.ppf((1 + share) / 2, df) * se
    row = {
        "value": value,
        "se": se,
        "low": value - reach,
        "high": value + reach,
        "p": 2 * t.sf(abs(value) / se, df) if se > 0 else 0.0,
        "p_randomised": _randomised(means, arms, kind, draws, seed),
        "blocks": len(means),
    }
    return pd.DataFrame([row], index=["effect"])


def _blocks(y: Array, group: Array, block: int, burn_in: int) -> tuple[Array, Array]:
    """Return the mean and the arm of each block, or raise a `DataError`."""
    place = np.arange(len(y))
    codes, kept = place // block, place % block >= burn_in
    used = np.unique(codes[kept])  # a short last block may be all burn-in
    means = np.bincount(codes[kept], y[kept])[used] / np.bincount(codes[kept])[used]
    arms = np.bincount(codes, group)[used] / np.bincount(codes)[used]
    if (mixed := ~np.isin(arms, (0.0, 1.0))).any():
        raise DataError(
            f"{int(mixed.sum())} of {len(used)} blocks of {block} periods have both arms; give the "
            "block length of the schedule"
        )
    for k in (0, 1):
        if (arms == k).sum() < 2:
            raise DataError(
                f"arm {k} has {int((arms == k).sum())} blocks; two or more of each arm tell how "
                "much blocks differ: run longer, or in shorter blocks"
            )
    if np.ptp(means) == 0:
        raise DataError("the outcome is the same in all blocks; nothing can be tested")
    return means, arms


def _randomised(means: Array, arms: Array, kind: Kind, draws: int, seed: int) -> float:
    """Return the share of assignments whose difference is as large as the one that was made."""
    n = len(means)
    draws = positive_whole("draws", draws, DataError)
    if checked_choice("kind", kind, get_args(Kind), DataError) == "regular":
        drawn = np.stack([arms, 1 - arms])
    else:
        drawn = np.random.default_rng(checked_seed(seed)).integers(0, 2, (draws, n)).astype(float)
        drawn = np.vstack([arms, drawn[(drawn.sum(axis=1) > 0) & (drawn.sum(axis=1) < n)]])
    ones = drawn.sum(axis=1)
    apart = np.abs(drawn @ means / ones - (1 - drawn) @ means / (n - ones))
    return float((apart >= apart[0] * (1 - 1e-12)).mean())


def _welch(means: Array, treated: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return the difference of means, its error, and Welch's degrees of freedom."""
    one, zero = means[treated], means[~treated]
    parts = np.array([one.var(ddof=1) / len(one), zero.var(ddof=1) / len(zero)])
    if parts.sum() == 0:
        return float(one.mean() - zero.mean()), 0.0, float(len(means) - 2)
    df = parts.sum() ** 2 / (parts**2 / (len(one) - 1, len(zero) - 1)).sum()
    return float(one.mean() - zero.mean()), float(np.sqrt(parts.sum())), float(df)


def _check_burn_in(burn_in: int, block: int) -> None:
    if isinstance(burn_in, bool) or not isinstance(burn_in, int) or not 0 <= burn_in < block:
        raise DataError(
            f"burn_in is a whole number from 0 to below the block length {block}, not "
            f"{shown(burn_in)}"
        )
