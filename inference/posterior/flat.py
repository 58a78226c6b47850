"""Draws of all chains in one row, one chain after the other."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

__all__ = ["flat"]


def flat(variable: Any) -> NDArray[Any]:
    """Return the draws of a variable, of shape (chain * draw, ...).

    Parameters
    ----------
    variable : xarray.DataArray or xarray.Variable
        With dims chain and draw, in any place.

    Examples
    --------
    >>> import xarray as xr
    >>> draws = xr.DataArray([[[1, 2], [3, 4]]], dims=("z", "draw", "chain"))
    >>> flat(draws)[:, 0]
    array([1, 3, 2, 4])
    """
    values = variable.transpose("chain", "draw", ...).to_numpy()
    return values.reshape(len(values) * values.shape[1], *values.shape[2:])  # may hold nothing
