"""What experiments are given: draws of effects, and scores, numbers and labels of each unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.arrays import numbers, plain, shown
from ..inputs.containers import matched
from ..inputs.labels import DRAWS, axes_of, in_order

__all__ = [
    "draws_of",
    "in_units_order",
    "known",
    "labels_of",
    "per_unit",
    "scored",
    "scores_of",
    "shares_of",
    "together",
]


def draws_of(effect: xr.DataArray) -> NDArray[np.float64]:
    """Return the effects as an array of shape (draws, groups); one draw where they are known.

    Raises
    ------
    DataError
        If they are no real numbers, a summary of draws, infinite, or none at all.

    Examples
    --------
    >>> draws_of(xr.DataArray([0.0, 2.0], dims="unit")).shape
    (1, 2)
    """
    if not isinstance(effect, xr.DataArray) or "statistic" in effect.dims:
        raise DataError("the effect is an xarray.DataArray of draws, or of the true effects")
    if effect.dtype.kind not in "biuf":
        raise DataError(f"the effect holds {effect.dtype}, not real numbers")
    if bool(np.isinf(effect).any()):
        raise DataError("the effect is infinite for some units; leave those out")
    if not effect.size:
        raise DataError(f"the effect is empty: it has dimensions {dict(effect.sizes)}")
    groups = [d for d in effect.dims if d not in DRAWS]
    drawn = [d for d in DRAWS if d in effect.dims]
    values = effect.transpose(*drawn, *groups).to_numpy().astype(float)
    size = int(np.prod([effect.sizes[d] for d in groups]))
    return values.reshape(int(np.prod([effect.sizes[d] for d in drawn])), size)


def in_units_order(given: Any, effect: xr.DataArray, name: str) -> ArrayLike:
    """Return what is given for each unit in the order of the effect's units.

    Parameters
    ----------
    given : object
    effect : xr.DataArray
    name : str

    Raises
    ------
    DataError
        If its labels are not those of the effect's units.
    """
    if not isinstance(effect, xr.DataArray):
        return given  # which `draws_of` refuses
    groups = [str(d) for d in effect.dims if d not in DRAWS]
    axes = axes_of(given)
    if len(groups) > 1 or not axes or groups[0] not in effect.coords:
        return given
    return in_order(plain(given), axes, {groups[0]: effect.get_index(groups[0])}, name, DataError)


def known(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the effects, of shape (draws, unit), once each unit has one.

    Raises
    ------
    DataError
        If a unit has none (NaN).
    """
    if lacking := int(np.isnan(flat).any(axis=0).sum()):
        raise DataError(f"{lacking} of {flat.shape[1]} units have no effect (NaN); leave those out")
    return flat


def scored(
    score: ArrayLike, effect: xr.DataArray, group: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return the score of each unit, the effects, and which of these each unit has.

    Parameters
    ----------
    score : array of shape (unit,)
    effect : xarray.DataArray
        As for `draws_of`.
    group : int array of shape (unit,), optional
        The position of each unit's effect; by default each unit has its own, by its label.

    Returns
    -------
    scores : array of shape (unit,)
    effects : array of shape (draws, groups)
    place : int array of shape (unit,)

    Raises
    ------
    DataError
        If there is not one score and one effect for each unit.
    """
    flat = draws_of(effect)
    scores = scores_of(in_units_order(score, effect, "score") if group is None else score)
    place: Any = np.arange(len(scores)) if group is None else plain(group)
    if place.shape != scores.shape or place.dtype.kind not in "iu":
        raise DataError(
            f"score and group are one per unit, and groups whole numbers; there are {len(scores)} "
            f"scores, and group is {place.dtype} of shape {place.shape}"
        )
    if group is None and flat.shape[1] != len(scores):
        raise DataError(
            f"there are {len(scores)} scores and {flat.shape[1]} effects; give one for each unit, "
            "or to `targeting` by group= which unit has which"
        )
    if not 0 <= place.min() <= place.max() < flat.shape[1]:
        raise DataError(
            f"groups run from {place.min()} to {place.max()}; the effect has {flat.shape[1]}"
        )
    known(flat[:, place])
    return scores, flat, place.astype(np.int64)


def scores_of(given: ArrayLike) -> NDArray[np.float64]:
    """Return the score of each unit.

    Raises
    ------
    DataError
        If they are no numbers, one for each unit.
    """
    found = numbers(given)
    if found is None or found.ndim != 1 or not len(found) or np.isnan(found.astype(float)).any():
        raise DataError("score is one number for each unit, of one unit or more, and none is NaN")
    return found.astype(float)


def per_unit(given: ArrayLike, name: str, units: int) -> NDArray[np.float64]:
    """Return a number for each unit from one for all or for each.

    Parameters
    ----------
    given : array_like
    name : str
    units : int

    Raises
    ------
    DataError
        If it is neither, or infinite.

    Examples
    --------
    >>> per_unit(2.0, "cost", 3).tolist()
    [2.0, 2.0, 2.0]
    """
    found = numbers(given)
    if found is None:
        raise DataError(f"{name} is a finite number, or one for each unit, not {shown(given)}")
    array = found.astype(float)
    if array.shape not in ((), (units,)) or not np.isfinite(array).all():
        raise DataError(
            f"{name} has shape {array.shape}; give a finite number, or one for each unit"
        )
    return np.broadcast_to(array, units)


def shares_of(given: ArrayLike) -> NDArray[np.float64]:
    """Return shares of the units.

    Raises
    ------
    DataError
        If they are no numbers above 0 and at most 1.

    Examples
    --------
    >>> shares_of((0.5, 1)).tolist()
    [0.5, 1.0]
    """
    found = numbers(given)
    if found is None or found.ndim != 1 or not len(found) or not ((found > 0) & (found <= 1)).all():
        raise DataError(f"shares are above 0 and at most 1, not {shown(given)}")
    return found.astype(float)


def together(**given: Any) -> list[Any]:
    """Return what is given of the same units as arrays in one order: labels are matched.

    Parameters
    ----------
    **given : array of shape (unit, ...)
        What has labels (of a Series, say) is brought in the order of the first that has; the rest
        stands by position. None stays None.

    Raises
    ------
    DataError
        If labels differ.

    Examples
    --------
    >>> y, arm = pd.Series([1.0, 2.0], ["u", "v"]), pd.Series([0, 1], ["v", "u"])
    >>> together(outcome=y, arm=arm)[1].tolist()
    [1, 0]
    """
    arrays, _ = matched({name: values for name, values in given.items() if values is not None})
    return [arrays.get(name) for name in given]


def labels_of(
    given: ArrayLike, name: str, units: int | None = None
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the code of each unit's label, and the labels that the codes stand for.

    Parameters
    ----------
    given : array of shape (unit,)
        Of any type.
    name : str
        What they are labels of, for a message.
    units : int, optional
        How many there are.

    Raises
    ------
    DataError
        If there is not one label for each unit.

    Examples
    --------
    >>> labels_of(["b", "a", "b"], "strata")[0].tolist()
    [1, 0, 1]
    """
    labels = plain(given)
    if labels.ndim != 1 or units not in (None, len(labels)):
        many = "each unit" if units is None else f"each of {units} units"
        raise DataError(f"{name} is one label for {many}, not {shown(given)}")
    try:
        codes, levels = pd.factorize(labels, sort=True)
    except TypeError:  # lists, which are no labels; or texts beside numbers, which have no order
        try:
            codes, levels = pd.factorize(labels)
        except TypeError:
            raise DataError(f"{name} holds lists; give one number or text for each unit") from None
    if gone := int((codes < 0).sum()):
        raise DataError(
            f"{name} is missing (NaN) for {gone} of {len(codes)} units; give those a label of "
            "their own, or leave them out"
        )
    return codes.astype(np.int64), np.asarray(levels)
