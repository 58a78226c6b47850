"""A latent with two narrow modes is drawn from both, and from nowhere between."""

from types import MappingProxyType

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import ModelError, condition
from ifonly.inference.conditioning.latents.grid import Axis, Grid
from ifonly.inference.conditioning.latents.recovery import recovered

UNITS, NODES, WIDTH = 4_000, 63, 0.04


def two_modes(_, values):
    u = values["u"]
    return np.logaddexp(stats.norm.logpdf(u, -1, WIDTH), stats.norm.logpdf(u, 1, WIDTH))


def test_two_narrow_modes():
    grid = Grid.standard((Axis("u"),), UNITS)
    rng = np.random.default_rng(1)
    drawn, _ = recovered(two_modes, grid, NODES, [MappingProxyType({})], rng)
    [u] = drawn["u"]
    off = np.abs(np.abs(u) - 1) > 4 * WIDTH
    # The truth is 6e-5 of the draws; 1 % is far above its Monte Carlo error.
    assert off.mean() < 0.01
    assert abs((u > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(UNITS)


@pytest.mark.parametrize("method", ["marginal", "laplace"])
def test_an_integral_that_misses_modes_is_refused(method):
    """Given y, u is near two values, each in a fiftieth of the prior's width."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=100) ** 2 + 0.05 * rng.normal(size=100)
    with pm.Model(coords={"unit": range(1)}) as model:
        scale = pm.HalfNormal("scale", 2)
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("y", scale * u**2, 0.05, dims="unit")
    short = {"draws": 100, "tune": 100, "chains": 2, "seed": 1, "progress": False}
    with pytest.raises(ModelError, match=r"off by .* of a unit.*several places.*method='nuts'"):
        condition(model, {"y": y}, method=method, **short)
