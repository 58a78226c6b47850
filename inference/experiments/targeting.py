"""Targeting: the gain from treating first the units with the highest expected effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability, checked_seed
from .inputs import in_units_order, per_unit, scored, shares_of

__all__ = ["targeting"]

SHARES = tuple(k / 20 for k in range(1, 21))


@takes_ci_prob
def targeting(
    score: ArrayLike,
    effect: xr.DataArray,
    *,
    group: ArrayLike | None = None,
    cost: ArrayLike = 0.0,
    value: ArrayLike = 1.0,
    shares: Sequence[float] = SHARES,
    ci_prob: float = 0.9,
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
    ci_prob : float
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
        If `ci_prob` is no probability, or `seed` no whole number from 0 to 2**63 - 1.

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
    checked_probability("ci_prob", ci_prob)
    if group is None:
        cost, value = (
            in_units_order(given, effect, name)
            for name, given in (("cost", cost), ("value", value))
        )
    scores, flat, place = scored(score, effect, group)
    flat = np.nan_to_num(flat)  # of groups that no unit is in
    part = shares_of(shares)
    costs, values = (per_unit(v, n, len(scores)) for v, n in ((cost, "cost"), (value, "value")))
    order = np.lexsort((np.random.default_rng(checked_seed(seed)).random(len(scores)), -scores))
    counts = [max(1, round(share * len(scores))) for share in part]
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
    table = pd.DataFrame({"units": counts, "budget": budget}, pd.Index(part, name="share"))
    return table.assign(**_with_ends(found, ci_prob))


def _with_ends(
    found: Mapping[str, NDArray[np.float64]], ci_prob: float
) -> dict[str, NDArray[np.float64]]:
    """Return means over draws, (draw, share), and the ends of their equal-tailed intervals."""
    tail = (1 - ci_prob) / 2
    table: dict[str, NDArray[np.float64]] = {}
    for name, draws in found.items():
        low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
        table |= {name: draws.mean(axis=0), f"{name}_low": low, f"{name}_high": high}
    return table
