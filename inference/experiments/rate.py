r"""Whether a score ranks units by their effects: effects by rank, TOC, Qini curve, and RATE.

The targeting operator characteristic compares the units with the highest scores with all:
:math:`\mathrm{TOC}(q) = E[\tau \mid S \ge s_q] - E[\tau]`, with :math:`s_q` above which a share
:math:`q` of the scores lies. A rank-weighted average treatment effect (RATE) is an area below it:
:math:`\mathrm{AUTOC} = \int_0^1 \mathrm{TOC}(q)\,dq` and the Qini coefficient
:math:`\int_0^1 q\,\mathrm{TOC}(q)\,dq`, both 0 where the score tells nothing
(Yadlowsky et al., arXiv:2111.07966; the Qini curve: Radcliffe, 2007).

Each takes draws of the units' effects, or one number a unit, whose mean is its effect (a doubly
robust score). Scores are to be learnt from other units: scores and effects from the same noise make
the top look better than it is (the winner's curse).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability, checked_seed, positive_whole
from .inputs import scored, shares_of

__all__ = ["effect_by_rank", "rate", "toc"]

Floats = NDArray[np.float64]
SHARES = tuple(k / 20 for k in range(1, 21))
# Numbers held at once.
BATCH = 4_000_000


@takes_ci_prob
def effect_by_rank(
    score: ArrayLike,
    effect: xr.DataArray,
    *,
    groups: int = 5,
    ci_prob: float = 0.9,
    resamples: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the mean effect in groups of units by their score, the lowest first.

    Parameters
    ----------
    score : array of shape (unit,)
        Labels (of a Series, say) are matched with those of the effect. Equal scores share their
        mean effect.
    effect : xarray.DataArray
        Draws of each unit's effect, with dims chain, draw and the unit; or one number a unit.
    groups : int
        Of equal size, to within one unit.
    ci_prob : float
        Probability of the equal-tailed intervals.
    resamples : int, optional
        None asks of these units themselves. Else they are a sample of those asked about: each draw
        weighs them anew (Bayesian bootstrap), so many times where the effect is one number a unit.
    seed : int
        Of the weights.

    Returns
    -------
    pandas.DataFrame
        A row per group, from 1: ``units``, mean ``score``, mean ``effect``, ``low`` and ``high``.

    Raises
    ------
    DataError
        If there is not one score and one effect for each unit, or `groups` is no count of them.
    QueryError
        If `ci_prob` is no probability, or `resamples` or `seed` no whole number.

    Notes
    -----
    Chernozhukov et al. (2018), doi:10.3386/w24678, call these sorted group effects. Bayesian
    bootstrap: Rubin (1981), doi:10.1214/aos/1176345338.

    Examples
    --------
    >>> effect = xr.DataArray([3.0, 0.0, 1.0, 2.0], dims="unit")
    >>> effect_by_rank([0.9, 0.1, 0.2, 0.7], effect, groups=2)["effect"].to_list()
    [0.5, 2.5]
    """
    checked_probability("ci_prob", ci_prob)
    count = positive_whole("groups", groups, DataError)
    scores, flat, _ = scored(score, effect)
    if count > len(scores):
        raise DataError(f"{count} groups of {len(scores)} units leave some empty; give fewer")
    ends = np.round(np.linspace(0, len(scores), count + 1)).astype(int)
    order = np.argsort(scores, kind="stable")
    parts = []
    for values, weight in _sorted(scores, flat, order, resamples, seed):
        total = np.add.reduceat(values * weight, ends[:-1], axis=1)
        parts.append(total / np.add.reduceat(weight, ends[:-1], axis=1))
    table = pd.DataFrame(
        {
            "units": np.diff(ends),
            "score": np.add.reduceat(scores[order], ends[:-1]) / np.diff(ends),
            **_summed(np.concatenate(parts), "effect", ci_prob),
        },
        index=pd.RangeIndex(1, count + 1, name="group"),
    )
    return table.rename(columns={"effect_low": "low", "effect_high": "high"})


@takes_ci_prob
def toc(
    score: ArrayLike,
    effect: xr.DataArray,
    *,
    shares: Sequence[float] = SHARES,
    ci_prob: float = 0.9,
    resamples: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the targeting operator characteristic and the Qini curve.

    Parameters
    ----------
    score, effect, ci_prob, resamples, seed
        As for `effect_by_rank`.
    shares : sequence of float
        Shares of the units treated, those with the highest scores first.

    Returns
    -------
    pandas.DataFrame
        A row per share: ``uplift`` (mean effect on the treated); ``toc`` (that less the mean effect
        on all); ``qini`` (the share times ``toc``: what treating them gains for each unit there is,
        beyond treating as many by lot); and the ends of their intervals.

    Raises
    ------
    DataError
        As by `effect_by_rank`, or if a share is none.
    QueryError
        As by `effect_by_rank`.

    Examples
    --------
    >>> effect = xr.DataArray([3.0, 0.0, 1.0, 2.0], dims="unit")
    >>> toc([0.9, 0.1, 0.2, 0.7], effect, shares=(0.5, 1.0))["toc"].to_list()
    [1.0, 0.0]
    """
    checked_probability("ci_prob", ci_prob)
    part = shares_of(shares)
    scores, flat, _ = scored(score, effect)
    uplift, excess = [], []
    order = np.argsort(-scores, kind="stable")
    for values, weight in _sorted(scores, flat, order, resamples, seed):
        reached, above = _running(values, weight)
        # The first unit by which the share is reached, up to rounding.
        at = np.stack([(reached < share - 1e-9).sum(axis=1) for share in part], axis=1)
        at = np.minimum(at, len(scores) - 1)
        uplift.append(np.take_along_axis(above, at, axis=1))
        excess.append(uplift[-1] - above[:, -1:])
    more = np.concatenate(excess)
    table: dict[str, Any] = _summed(np.concatenate(uplift), "uplift", ci_prob)
    table |= _summed(more, "toc", ci_prob) | _summed(part * more, "qini", ci_prob)
    return pd.DataFrame(table, index=pd.Index(part, name="share"))


@takes_ci_prob
def rate(
    score: ArrayLike,
    effect: xr.DataArray,
    *,
    versus: ArrayLike | None = None,
    ci_prob: float = 0.9,
    resamples: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the rank-weighted average treatment effects (RATE): AUTOC and the Qini coefficient.

    Parameters
    ----------
    score, effect, ci_prob, resamples, seed
        As for `effect_by_rank`.
    versus : array of shape (unit,), optional
        Another score: the answer is how much more the first one gains, in the same draws and under
        the same weights of the units.

    Returns
    -------
    pandas.DataFrame
        Rows ``autoc`` (sensitive to few units with large effects) and ``qini`` (to many with
        moderate ones): ``mean``, ``sd``, ``low``, ``high`` and ``above_zero``, the probability that
        the score ranks better than a lot, or than `versus`. ``sd`` and ``above_zero`` are NaN of
        one draw.

    Raises
    ------
    DataError, QueryError
        As by `effect_by_rank`.

    Examples
    --------
    >>> effect = xr.DataArray(np.linspace(0.0, 1.0, 1_001), dims="unit")
    >>> rate(effect.to_numpy(), effect)["mean"].round(3).to_dict()  # 1/4 and 1/12
    {'autoc': 0.25, 'qini': 0.083}
    """
    checked_probability("ci_prob", ci_prob)
    draws = _areas(*scored(score, effect)[:2], resamples, seed)
    if versus is not None:
        draws = draws - _areas(*scored(versus, effect)[:2], resamples, seed)
    low, high = np.quantile(draws, [(1 - ci_prob) / 2, (1 + ci_prob) / 2], axis=0)
    many = len(draws) > 1
    return pd.DataFrame(
        {
            "mean": draws.mean(axis=0),
            "sd": draws.std(axis=0, ddof=1) if many else np.nan,
            "low": low,
            "high": high,
            "above_zero": (draws > 0).mean(axis=0) if many else np.nan,
        },
        index=pd.Index(["autoc", "qini"], name="rate"),
    )


def _areas(scores: Floats, flat: Floats, resamples: int | None, seed: int) -> Floats:
    """Return AUTOC and the Qini coefficient, of shape (draws, 2)."""
    found: list[Floats] = []
    order = np.argsort(-scores, kind="stable")
    for values, weight in _sorted(scores, flat, order, resamples, seed):
        reached, above = _running(values, weight)
        more = weight * (above - above[:, -1:])
        total = weight.sum(axis=1)
        areas = more.sum(axis=1) / total, (reached * more).sum(axis=1) / total
        found.append(np.stack(areas, axis=1))
    return np.concatenate(found)


def _sorted(
    scores: Floats, flat: Floats, order: NDArray[np.int64], resamples: int | None, seed: int
) -> Iterator[tuple[Floats, Floats]]:
    """Yield effects and weights in an order of the units, of shape (draws, unit), in batches."""
    rng = np.random.default_rng(checked_seed(seed))
    anew = None if resamples is None else positive_whole("resamples", resamples)
    sought = scores[order]
    starts = np.flatnonzero(np.append(True, sought[1:] != sought[:-1]))
    draws = len(flat) if anew is None or len(flat) > 1 else anew
    step = max(1, BATCH // len(scores))
    for first in range(0, draws, step):
        size = min(step, draws - first)
        part = flat[first : first + size] if len(flat) > 1 else np.repeat(flat, size, axis=0)
        values = part[:, order]
        weight = np.ones_like(values)
        if anew is not None:  # a unit has the same weights whatever its score
            weight = rng.exponential(size=values.shape)[:, order]
        if len(starts) < len(scores):
            values = _shared(values, weight, starts)
        yield values, weight


def _shared(values: Floats, weight: Floats, starts: NDArray[np.int64]) -> Floats:
    """Return the values with those of equal scores replaced by their mean."""
    total = np.add.reduceat(values * weight, starts, axis=1)
    mean = total / np.add.reduceat(weight, starts, axis=1)
    return np.repeat(mean, np.diff(np.append(starts, values.shape[1])), axis=1)


def _running(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return the share of the units up to each one, and the mean effect of these."""
    so_far = np.cumsum(weight, axis=1)
    return so_far / so_far[:, -1:], np.cumsum(values * weight, axis=1) / so_far


def _summed(draws: Floats, name: str, ci_prob: float) -> dict[str, Floats]:
    """Return the mean over draws and the ends of the interval."""
    low, high = np.quantile(draws, [(1 - ci_prob) / 2, (1 + ci_prob) / 2], axis=0)
    return {name: draws.mean(axis=0), f"{name}_low": low, f"{name}_high": high}
