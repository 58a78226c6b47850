"""What rankings and rules are given: draws of effects, scores, and numbers for each unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError
from ..inputs.labels import axes_of, in_order
from ..inputs.numbers import numbers, plain, shown
from ..queries.answer import DRAWS

__all__ = ["draws_of", "in_units_order", "per_unit", "scores_of"]


def draws_of(effect: xr.DataArray) -> NDArray[np.float64]:
    """Return the effects as an array of shape (draws, groups); one draw where they are known.

    Raises
    ------
    DataError
        If they are no real numbers, a summary of draws, or infinite.

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
    groups = [str(d) for d in effect.dims if d not in DRAWS]
    axes = axes_of(given)
    if len(groups) > 1 or not axes or groups[0] not in effect.coords:
        return given
    return in_order(plain(given), axes, {groups[0]: effect.get_index(groups[0])}, name, DataError)


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
