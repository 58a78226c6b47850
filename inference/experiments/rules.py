"""Rules that say whom to treat: what they return, at what cost, and what the best would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.arrays import plain, shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.scalars import checked_probability, checked_seed, positive_whole
from .inputs import draws_of, in_units_order, known, per_unit

__all__ = ["pays", "rule_values"]

Floats = NDArray[np.float64]


def pays(
    effect: xr.DataArray,
    *,
    cost: ArrayLike,
    value: ArrayLike = 1.0,
    sureness: float | None = None,
) -> NDArray[np.bool_]:
    """Return for which units a treatment pays: its worth is above its cost.

    Parameters
    ----------
    effect : xarray.DataArray
        Draws of each unit's effect, with dims chain, draw and the unit; or the true effects, of
        which this is the oracle's rule.
    cost, value : number or array of shape (unit,)
        Of treating a unit, and of one point of its outcome, in one currency.
    sureness : float, optional
        The least probability that it pays; by default the expected worth decides, which is the best
        rule for what is known (Manski, 2004, doi:10.1111/j.1468-0262.2004.00530.x).

    Returns
    -------
    boolean ndarray of shape (unit,)

    Raises
    ------
    DataError
        If the effects are no numbers, or costs and values not one for each unit.
    QueryError
        If `sureness` is no probability.

    Examples
    --------
    >>> draws = xr.DataArray([[[0.0, 1.0], [0.0, 3.0]]], dims=("chain", "draw", "unit"))
    >>> pays(draws, cost=1.5).tolist(), pays(draws, cost=1.5, sureness=0.9).tolist()
    ([False, True], [False, False])
    """
    flat = known(draws_of(effect))
    price, worth = _money(effect, flat.shape[1], cost, value)
    if sureness is None:
        return np.asarray(flat.mean(axis=0) * worth > price)
    checked_probability("sureness", sureness)
    return np.asarray((flat * worth > price).mean(axis=0) >= sureness)


@takes_ci_prob
def rule_values(
    rules: Mapping[str, ArrayLike],
    effect: xr.DataArray,
    *,
    cost: ArrayLike,
    value: ArrayLike = 1.0,
    truth: xr.DataArray | None = None,
    ci_prob: float = 0.9,
    resamples: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what each rule returns per unit, less what it costs.

    Parameters
    ----------
    rules : mapping of str to boolean array of shape (unit,)
        Whom each treats. Make them from other units than the effects come from, or the best will
        look better than it is (the winner's curse).
    effect : xarray.DataArray
        Draws of each unit's effect, with dims chain, draw and the unit; or one number a unit whose
        mean is its effect (a doubly robust score).
    cost, value : number or array of shape (unit,)
        Of treating a unit, and of one point of its outcome, in one currency.
    truth : xarray.DataArray, optional
        The true effects; with them the table has what each rule truly returns, and its regret.
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
        A row per rule: ``units`` and ``share`` treated, ``budget``, ``profit`` per unit there is,
        treated or not, with ``low`` and ``high``; and with `truth`, ``true_profit`` and
        ``regret``: what the oracle, who treats each unit that truly pays, has more.

    Raises
    ------
    DataError
        If a rule is no boolean for each unit, or effects, costs and values are no numbers.
    QueryError
        If `ci_prob` is no probability, or `resamples` or `seed` no whole number.

    Notes
    -----
    Athey and Wager (2021), doi:10.3982/ECTA15732. Bayesian bootstrap: Rubin (1981),
    doi:10.1214/aos/1176345338.

    Examples
    --------
    >>> true = xr.DataArray([0.0, 3.0], dims="unit")
    >>> everyone = {"all": [True, True]}
    >>> rule_values(everyone, true, cost=1.0, truth=true)[["profit", "regret"]].to_numpy().tolist()
    [[0.5, 0.5]]
    """
    checked_probability("ci_prob", ci_prob)
    flat = known(draws_of(effect))
    units = flat.shape[1]
    price, worth = _money(effect, units, cost, value)
    if not isinstance(rules, Mapping) or not rules:
        raise DataError(f"rules maps names to whom each treats, not {shown(rules)}")
    chosen = np.stack([_chosen(name, rule, effect, units) for name, rule in rules.items()])
    weight = _weights(flat, resamples, seed)
    gains = (weight * (flat * worth - price)) @ chosen.T / weight.sum(axis=1, keepdims=True)
    low, high = np.quantile(gains, [(1 - ci_prob) / 2, (1 + ci_prob) / 2], axis=0)
    table: dict[str, Any] = {
        "units": chosen.sum(axis=1).astype(int),
        "share": chosen.mean(axis=1),
        "budget": chosen @ price,
        "profit": gains.mean(axis=0),
        "low": low,
        "high": high,
    }
    if truth is not None:
        true = known(draws_of(truth))
        if true.shape != (1, units):
            raise DataError(f"the truth has shape {true.shape[1:]}; give the effect of each unit")
        net = true[0] * worth - price
        table["true_profit"] = chosen @ net / units
        table["regret"] = np.maximum(net, 0.0).mean() - table["true_profit"]
    return pd.DataFrame(table, index=pd.Index(list(rules), name="rule"))


def _money(
    effect: xr.DataArray, units: int, cost: ArrayLike, value: ArrayLike
) -> tuple[Floats, Floats]:
    """Return the cost of each unit and the value of a point of it, in the effect's order."""
    found = [
        per_unit(in_units_order(given, effect, name), name, units)
        for name, given in (("cost", cost), ("value", value))
    ]
    return found[0], found[1]


def _chosen(name: str, rule: ArrayLike, effect: xr.DataArray, units: int) -> Floats:
    found = plain(in_units_order(rule, effect, f"the rule {name!r}"))
    if found.dtype != bool or found.shape != (units,):
        raise DataError(
            f"the rule {name!r} is {found.dtype} of shape {found.shape}; give a boolean for each "
            f"of {units} units"
        )
    return found.astype(float)


def _weights(flat: Floats, resamples: int | None, seed: int) -> Floats:
    """Return the weights of the units in each draw, of shape (draws, unit) or (1, unit)."""
    rng = np.random.default_rng(checked_seed(seed))
    if resamples is None:
        return np.ones((1, flat.shape[1]))
    count = positive_whole("resamples", resamples)
    return rng.exponential(size=(len(flat) if len(flat) > 1 else count, flat.shape[1]))
