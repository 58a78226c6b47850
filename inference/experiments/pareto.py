"""Several goals at once: which arms no other arm beats, and how sure that is."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ..errors import DataError, unknown
from ..inputs.arrays import numbers, shown
from ..inputs.labels import DRAWS

__all__ = ["pareto", "trade_off"]

Array = NDArray[np.float64]


def pareto(goals: Mapping[str, xr.DataArray], *, minimise: Collection[str] = ()) -> pd.DataFrame:
    """Return how likely each arm is on the Pareto front of several goals.

    An arm is on the front if no other arm is at least as good in every goal and better in one.

    Parameters
    ----------
    goals : mapping of str to xarray.DataArray
        The value of each arm in each goal: draws, with dims chain, draw and one for the arms, as a
        posterior answers a query on a sequence of interventions; or the truth, without the draws.
        All draws come from one posterior, so that their dependence is kept.
    minimise : collection of str
        The goals of which less is better.

    Returns
    -------
    pandas.DataFrame
        A row per arm: the mean of each goal; ``front``, the probability that it is on the front;
        ``best: GOAL``, that no arm is better in that goal; and ``beaten by``, the arm that most
        often beats it (None if none ever does), with that probability, ``beaten``.

    Raises
    ------
    DataError
        If there are fewer than two goals, the arrays do not fit each other, or hold NaN.

    Notes
    -----
    The share of draws whose front has the arm: the front of the means alone says nothing of how
    sure it is. Binois, Ginsbourger and Roustant (2015), doi:10.1016/j.ejor.2014.07.032.

    Examples
    --------
    >>> value = xr.DataArray([0.0, 1.0, 0.5], dims="arm")
    >>> other = xr.DataArray([1.0, 0.0, -0.5], dims="arm")
    >>> pareto({"value": value, "other": other})["front"].to_list()
    [1.0, 1.0, 0.0]
    """
    values, labels, name = _stacked(goals, minimise)
    beats = _beats(values)
    on_front = ~beats.any(axis=1)  # (draw, arm)
    table = pd.DataFrame(
        {
            goal: _signed(goal, minimise) * values[..., k].mean(axis=0)
            for k, goal in enumerate(goals)
        },
        index=pd.Index(labels, name=name),
    )
    table["front"] = on_front.mean(axis=0)
    for k, goal in enumerate(goals):
        best = values[..., k] == values[..., k].max(axis=1, keepdims=True)
        table[f"best: {goal}"] = best.mean(axis=0)
    often = beats.mean(axis=0)  # of the row's arm beating the column's
    worst = often.max(axis=0)
    table["beaten by"] = pd.Series(
        [labels[k] if p else None for k, p in zip(often.argmax(axis=0), worst, strict=True)],
        index=table.index,
        dtype=object,
    )
    table["beaten"] = worst
    return table


def trade_off(
    goals: Mapping[str, xr.DataArray],
    weights: Sequence[Mapping[str, float]],
    *,
    minimise: Collection[str] = (),
) -> pd.DataFrame:
    """Return the best arm for each weighing of the goals, and what choosing it may lose.

    Parameters
    ----------
    goals : mapping of str to xarray.DataArray
        As in `pareto`.
    weights : sequence of mapping of str to float
        What one point of each goal is worth; a goal that is left out is worth nothing.
    minimise : collection of str
        The goals of which less is better.

    Returns
    -------
    pandas.DataFrame
        A row per weighing: its weights; ``arm``, the best on average; ``value``, its weighted
        value; ``probability`` that no arm is better; and ``loss``, how much better the truly best
        arm is on average.

    Raises
    ------
    DataError
        If weights are below 0, or of a goal that does not exist, or the goals do not fit.

    Examples
    --------
    >>> value = xr.DataArray([0.0, 1.0], dims="arm")
    >>> other = xr.DataArray([1.0, 0.0], dims="arm")
    >>> table = trade_off({"a": value, "b": other}, [{"a": 1.0}, {"b": 1.0}])
    >>> table["arm"].to_list()
    [1, 0]
    """
    values, labels, _ = _stacked(goals, minimise)
    rows = []
    if not isinstance(weights, Sequence) or not all(isinstance(w, Mapping) for w in weights):
        raise DataError(
            f"weights is a list of mappings from goals to numbers, not {shown(weights)}"
        )
    for weight in weights:
        for goal in weight:
            if goal not in goals:
                raise DataError(unknown("weights name the goal", goal, goals))
        w = numbers([weight.get(goal, 0.0) for goal in goals])
        if w is None or not np.isfinite(w).all() or (w < 0).any() or not w.any():
            raise DataError(
                f"weights are finite numbers from 0 up, and one is above 0, not {shown(weight)}; "
                "name a goal of which less is better in minimise="
            )
        worth = values @ w
        best = int(worth.mean(axis=0).argmax())
        most = worth.max(axis=1)
        rows.append(
            {
                **dict(zip(goals, w, strict=True)),
                "arm": labels[best],
                "value": worth[:, best].mean(),
                "probability": (worth[:, best] == most).mean(),
                "loss": (most - worth[:, best]).mean(),
            }
        )
    return pd.DataFrame(rows)


def _beats(values: Array) -> NDArray[np.bool_]:
    """Return whether one arm beats another in each draw, of shape (draw, arm, other)."""
    one, other = values[:, :, None, :], values[:, None, :, :]
    return (one >= other).all(axis=-1) & (one > other).any(axis=-1)


def _signed(goal: str, minimise: Collection[str]) -> float:
    return -1.0 if goal in minimise else 1.0


def _stacked(
    goals: Mapping[str, xr.DataArray], minimise: Collection[str]
) -> tuple[Array, list[object], str]:
    """Return the goals, more being better, of shape (draw, arm, goal); the arms and their dim."""
    if not isinstance(goals, Mapping) or len(goals) < 2:
        raise DataError(
            "pareto compares two goals or more, as a mapping from names to DataArrays; for one "
            "goal compare the answer's means"
        )
    if isinstance(minimise, str):
        raise DataError(f"minimise is a collection of goals; write ({minimise!r},)")
    if not isinstance(minimise, Collection):
        raise DataError(f"minimise is a collection of goals, not {shown(minimise)}")
    for goal in minimise:
        if not isinstance(goal, Hashable) or goal not in goals:
            raise DataError(unknown("minimise names the goal", goal, goals))
    first_goal, first = next(iter(goals.items()))
    parts = []
    for goal, value in goals.items():
        if not isinstance(value, xr.DataArray) or value.dtype.kind not in "biuf":
            raise DataError(f"the goal {goal!r} is a DataArray of numbers, not {shown(value)}")
        if (others := [d for d in value.dims if d not in DRAWS]) and len(others) != 1:
            raise DataError(f"the goal {goal!r} has one dim for the arms, not {others}")
        if not others or set(value.dims) != set(first.dims) or value.sizes != first.sizes:
            raise DataError(
                f"the goals {first_goal!r} and {goal!r} have dims {dict(first.sizes)} and "
                f"{dict(value.sizes)}; ask both of one posterior, with the same arms"
            )
        if not value.size:
            raise DataError(f"the goal {goal!r} is empty: it has dims {dict(value.sizes)}")
        drawn = [d for d in DRAWS if d in value.dims]
        flat = value.transpose(*drawn, others[0]).to_numpy().astype(float)
        parts.append(_signed(goal, minimise) * flat.reshape(-1, value.sizes[others[0]]))
    values = np.stack(parts, axis=-1)
    if not values.size or not np.isfinite(values).all():
        raise DataError("a goal has no draws, or holds NaN or infinite ones; leave those arms out")
    return values, first[others[0]].to_numpy().tolist(), str(others[0])
