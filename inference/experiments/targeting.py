"""Targeting: what is gained by treating those first who are expected to gain most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..alignment import DRAWS
from ..errors import DataError

__all__ = ["targeting"]

SHARES = tuple(k / 20 for k in range(1, 21))


def targeting(
    score: ArrayLike,
    effect: xr.DataArray,
    *,
    group: ArrayLike | None = None,
    cost: ArrayLike = 0.0,
    value: ArrayLike = 1.0,
    shares: Sequence[float] = SHARES,
    level: float = 0.9,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what treating the units with the highest scores gives, by the share treated.

    Parameters
    ----------
    score : array of shape (unit,)
        Treated first are those with the highest. Learn it from other units: scores and effects
        from the same noise make the top look better than it is (the winner's curse).
    effect : xarray.DataArray
        Draws of the effect of each group of units, with dims chain and draw; or the true effects,
        without them. Its other dims are the groups, in C order.
    group : int array of shape (unit,), optional
        The position of each unit's group; by default each unit is a group.
    cost, value : number or array of shape (unit,)
        Of treating a unit, and of one point of its outcome, in one currency.
    shares : sequence of float
        Shares of the units treated.
    level : float
        Probability of the equal-tailed intervals.
    seed : int
        Of the lot that orders equal scores.

    Returns
    -------
    pandas.DataFrame
        A row per share: ``units`` treated; ``budget``; the posterior means ``uplift`` (mean effect
        on a treated unit), ``captured`` (its share of what treating all gives), ``profit`` and
        ``roi`` (profit per unit of budget; NaN where nothing is spent); and the ends of their
        intervals, ``uplift_low``, ``uplift_high`` and so on.

    Raises
    ------
    DataError
        If scores, groups, costs or values are not one per unit, or a share is none.

    Notes
    -----
    The curve of Radcliffe (2007) with costs; honest evaluation on other units: Athey and Imbens
    (2016), doi:10.1073/pnas.1510489113.

    Examples
    --------
    >>> effect = xr.DataArray([0.0, 2.0], dims="unit")
    >>> table = targeting([0.1, 0.9], effect, cost=1.0, shares=(0.5, 1.0))
    >>> table["profit"].to_list()
    [1.0, 0.0]
    """
    scores = np.asarray(score, dtype=float)
    flat = _flat(effect)
    place = np.arange(len(scores)) if group is None else np.asarray(group)
    if scores.ndim != 1 or place.shape != scores.shape:
        raise DataError(f"score and group are one per unit, not {scores.shape} and {place.shape}")
    if not 0 <= place.min() <= place.max() < flat.shape[1]:
        raise DataError(
            f"groups run from {place.min()} to {place.max()}; the effect has {flat.shape[1]}"
        )
    if any(not 0 < share <= 1 for share in shares):
        raise DataError(f"shares are above 0 and at most 1, not {list(shares)}")
    costs, values = (_per_unit(v, n, len(scores)) for v, n in ((cost, "cost"), (value, "value")))
    order = np.lexsort((np.random.default_rng(seed).random(len(scores)), -scores))
    counts = [max(1, round(share * len(scores))) for share in shares]
    budget = np.array([costs[order[:n]].sum() for n in counts])

    def summed(weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the effects summed over the treated, of shape (draws, shares)."""
        kinds = [np.bincount(place[order[:n]], weight[order[:n]], flat.shape[1]) for n in counts]
        return flat @ np.column_stack(kinds)

    ones = np.ones(len(scores))
    gained, everybody = summed(ones), flat @ np.bincount(place, ones, flat.shape[1])
    profit = summed(values) - budget
    spent = np.where(budget > 0, budget, np.nan)
    found = {
        "uplift": gained / np.array(counts),
        "captured": gained / everybody[:, None],
        "profit": profit,
        "roi": profit / spent,
    }
    table: dict[str, ArrayLike] = {"units": counts, "budget": budget}
    tail = (1 - level) / 2
    for name, draws in found.items():
        table[name] = draws.mean(axis=0)
        low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
        table |= {f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(table, index=pd.Index(shares, name="share"))


def _flat(effect: xr.DataArray) -> NDArray[np.float64]:
    """Return the effects as an array of shape (draws, groups); one draw where they are known."""
    groups = [d for d in effect.dims if d not in DRAWS]
    drawn = [d for d in DRAWS if d in effect.dims]
    values = effect.transpose(*drawn, *groups).to_numpy().astype(float)
    size = int(np.prod([effect.sizes[d] for d in groups]))
    # A group without units has no effect, and nobody to weigh it with.
    return np.nan_to_num(values.reshape(-1, size))


def _per_unit(given: ArrayLike, name: str, units: int) -> NDArray[np.float64]:
    array = np.asarray(given, dtype=float)
    if array.shape not in ((), (units,)):
        raise DataError(f"{name} has shape {array.shape}; give a number, or one for each unit")
    return np.broadcast_to(array, units)
