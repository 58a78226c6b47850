"""A world prepared for many truths: as one that is simulated by itself, and as NumPy has it."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import DataError, ModelError, World
from ifonly.inference.worlds.prepared import PreparedWorld

TRUTHS = [
    {"slope": 2.0, "chance": 0.5},
    {"slope": -1.0, "chance": 0.25},
]


def make() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", pm.Beta("chance", 2.0, 2.0), dims="unit")
        pm.Normal("y", pm.Normal("slope") * t, 0.5, dims="unit")
    return model


@pytest.fixture(scope="module")
def prepared() -> PreparedWorld:
    return PreparedWorld.of(make(), TRUTHS[0], units=500, hidden=("t",))


@pytest.mark.parametrize("truth", TRUTHS)
def test_each_world_is_that_of_world_simulate(prepared, truth):
    found = World.of(prepared, truth, 3)
    alone = World.simulate(make(), truth, units=500, seed=3, hidden=("t",))
    assert found.everything.identical(alone.everything)
    assert found.noise.identical(alone.noise)
    assert list(found.data) == list(alone.data) == ["y"]


@pytest.mark.parametrize("truth", TRUTHS)
def test_its_equations_hold(prepared, truth):
    world = World.of(prepared, truth, 4)
    t, noise = (np.asarray(v) for v in (world.everything["t"], world.noise["y"]))
    np.testing.assert_allclose(world.data["y"], truth["slope"] * t + 0.5 * noise, rtol=1e-12)
    assert stats.binomtest(int(t.sum()), 500, truth["chance"]).pvalue > 1e-3


def test_noise_is_that_of_its_seed_and_variable(prepared):
    known = prepared.known(TRUTHS[0])
    (_, one), (_, same), (_, other) = (prepared.drawn(known, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one["y"], same["y"])
    assert (one["y"] != other["y"]).all()
    assert stats.pearsonr(one["t"].ravel(), one["y"].ravel()).pvalue > 1e-3


def test_each_truth_is_checked(prepared):
    with pytest.raises(ModelError, match="chance"):
        prepared.known({"slope": 1.0, "chance": 1.5})
    with pytest.raises(DataError, match="units"):
        PreparedWorld.of(make(), TRUTHS[0], units=0)


def test_what_is_hidden_is_named_and_none_is_nothing():
    for hidden, seen in ((None, ["t", "y"]), (["t"], ["y"]), (iter(["y"]), ["t"])):
        world = World.simulate(make(), TRUTHS[0], units=5, seed=1, hidden=hidden)
        assert list(world.data) == seen
    for hidden in (3, [None], np.zeros(2)):
        with pytest.raises(ModelError, match="hidden names columns or variables, not"):
            World.simulate(make(), TRUTHS[0], units=5, seed=1, hidden=hidden)
