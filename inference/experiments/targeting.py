"""Targeting: the gain from treating first the units with the highest expected effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.labels import axes_of, in_order
from ..inputs.numbers import checked_probability, checked_seed, numbers, plain, shown
from ..queries.answer import DRAWS

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
        from the same noise make the top look better than it is (the winner's curse). Where each
        unit is a group, labels (of a Series, say) are matched with those of the effect.
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
        Of the random order of equal scores.

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
        If scores, groups, costs or values are not one number per unit; if a unit that has a score
        has no effect; if the effect is no draws; or if a share is none.
    QueryError
        If `level` is no probability, or `seed` no whole number from 0 to 2**63 - 1.

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
    checked_probability("level", level)
    flat = _flat(effect)
    if group is None:
        score, cost, value = (
            _in_order(given, effect, name)
            for name, given in (("score", score), ("cost", cost), ("value", value))
        )
    scores = _scores(score)
    place = np.arange(len(scores)) if group is None else plain(group)
    if place.shape != scores.shape or place.dtype.kind not in "iu":
        raise DataError(
            f"score and group are one per unit, and groups whole numbers; there are {len(scores)} "
            f"scores, and group is {place.dtype} of shape {place.shape}"
        )
    if group is None and flat.shape[1] != len(scores):
        raise DataError(
            f"there are {len(scores)} scores and {flat.shape[1]} effects; say by group= which unit "
            "has which"
        )
    if not 0 <= place.min() <= place.max() < flat.shape[1]:
        raise DataError(
            f"groups run from {place.min()} to {place.max()}; the effect has {flat.shape[1]}"
        )
    if lacking := int(np.isnan(flat).any(axis=0)[place].sum()):
        raise DataError(
            f"{lacking} of {len(scores)} units have a score and no effect (NaN); leave those out"
        )
    flat = np.nan_to_num(flat)  # of groups that no unit is in
    part = numbers(shares)
    if part is None or part.ndim != 1 or not len(part) or not ((part > 0) & (part <= 1)).all():
        raise DataError(f"shares are above 0 and at most 1, not {shown(shares)}")
    costs, values = (_per_unit(v, n, len(scores)) for v, n in ((cost, "cost"), (value, "value")))
    order = np.lexsort((np.random.default_rng(checked_seed(seed)).random(len(scores)), -scores))
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
        # A total effect of zero has no shares.
        "captured": gained / np.where(everybody == 0.0, np.nan, everybody)[:, None],
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
    if not isinstance(effect, xr.DataArray) or "statistic" in effect.dims:
        raise DataError("the effect is an xarray.DataArray of draws, or of the true effects")
    if effect.dtype.kind not in "biuf":
        raise DataError(f"the effect holds {effect.dtype}, not real numbers")
    if bool(np.isinf(effect).any()):
        raise DataError("the effect is infinite for some units; leave those out")
    groups = [d for d in effect.dims if d not in DRAWS]
    drawn = [d for d in DRAWS if d in effect.dims]
    values = effect.transpose(*drawn, *groups).to_numpy().astype(float)
    size = int(np.prod([effect.sizes[d] for d in groups]))
    return values.reshape(int(np.prod([effect.sizes[d] for d in drawn])), size)


def _in_order(given: Any, effect: xr.DataArray, name: str) -> ArrayLike:
    """Return what is given for each unit in the order of the effect's units."""
    groups = [str(d) for d in effect.dims if d not in DRAWS]
    axes = axes_of(given)
    if len(groups) > 1 or not axes or groups[0] not in effect.coords:
        return given
    return in_order(plain(given), axes, {groups[0]: effect.get_index(groups[0])}, name, DataError)


def _scores(given: ArrayLike) -> NDArray[np.float64]:
    found = numbers(given)
    if found is None or found.ndim != 1 or not len(found) or np.isnan(found.astype(float)).any():
        raise DataError("score is one number for each unit, of one unit or more, and none is NaN")
    return found.astype(float)


def _per_unit(given: ArrayLike, name: str, units: int) -> NDArray[np.float64]:
    found = numbers(given)
    if found is None:
        raise DataError(f"{name} is a finite number, or one for each unit, not {shown(given)}")
    array = found.astype(float)
    if array.shape not in ((), (units,)) or not np.isfinite(array).all():
        raise DataError(
            f"{name} has shape {array.shape}; give a finite number, or one for each unit"
        )
    return np.broadcast_to(array, units)
