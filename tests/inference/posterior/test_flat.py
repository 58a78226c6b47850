"""Draws of all chains in one row."""

import numpy as np
import xarray as xr

from ifonly.inference.posterior.flat import flat


def test_one_chain_follows_the_other_wherever_the_dims_stand() -> None:
    values = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    draws = xr.DataArray(values, dims=("chain", "draw", "group"))
    expected = np.concatenate([values[0], values[1]])
    for dims in (draws.dims, ("group", "draw", "chain"), ("draw", "group", "chain")):
        np.testing.assert_array_equal(flat(draws.transpose(*dims)), expected)
    np.testing.assert_array_equal(flat(draws[:, :, 1]), expected[:, 1])


def test_draws_of_nothing():
    nothing = xr.DataArray(np.zeros((2, 3, 0)), dims=("chain", "draw", "covariate"))
    assert flat(nothing).shape == (6, 0)
