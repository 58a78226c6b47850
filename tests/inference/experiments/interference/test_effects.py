"""Effects under interference as queries: equal to the algebra, in a world and after it."""

import numpy as np
import pymc as pm
import pytensor.sparse as ps
import pytest
from scipy import sparse

from ifonly.inference import ModelError, QueryError, World, condition
from ifonly.inference.experiments.interference import spillover_effects
from ifonly.models.interference import interference

TRUTH = {"level": 2.0, "direct": 1.0, "spill": 0.5, "sigma": 0.2}
UNITS = 200
QUERIES = spillover_effects("y", "t", "exposure")


@pytest.fixture(scope="module")
def world() -> World:
    return World.simulate(interference(), TRUTH, units=UNITS, seed=1)


def algebra(t: np.ndarray, share: np.ndarray, direct: float = 1.0, spill: float = 0.5) -> dict:
    return {
        "direct": direct,
        "indirect": spill * share.mean(),
        "total": direct + spill * share.mean(),
        "overall": direct * t.mean() + spill * share.mean(),
        "everyone": direct + spill,
    }


@pytest.mark.parametrize("name", QUERIES)
def test_effects_in_the_ring_are_the_algebra(world: World, name: str) -> None:
    t = world.data["t"].to_numpy()
    expected = algebra(t, (np.roll(t, 1) + np.roll(t, -1)) / 2)
    assert float(world.ask(QUERIES[name])) == pytest.approx(expected[name], abs=1e-12)


def test_a_posterior_knows_what_a_difference_in_means_does_not(world: World) -> None:
    """The draws of the effect are the sum of its coefficients, and hold the 1.5."""
    posterior = condition(interference(), world.data, seed=1, progress=False)
    draws = posterior.idata["posterior"]
    found = posterior.ask(QUERIES["everyone"])
    np.testing.assert_allclose(
        found, (draws["direct"] + draws["spill"]).transpose(*found.dims), atol=1e-10
    )
    assert abs(float(found.mean()) - 1.5) < 3 * float(found.std())
    t, y = world.data["t"].to_numpy(), world.data["y"].to_numpy()
    naive = y[t == 1].mean() - y[t == 0].mean()
    assert float((found < naive).mean()) < 1e-3
    # With flat enough priors it is least squares on both.
    x = np.column_stack([np.ones(UNITS), t, (np.roll(t, 1) + np.roll(t, -1)) / 2])
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    assert float(found.mean()) == pytest.approx(slopes[1] + slopes[2], abs=0.01)


@pytest.mark.parametrize("kind", ["dense", pytest.param("sparse", marks=pytest.mark.slow)])
def test_a_matrix_in_the_model_is_read_as_well(kind: str) -> None:
    """A user's own model: a matrix times the treatment, dense or PyTensor's sparse; not linear."""
    rng = np.random.default_rng(3)
    network = (rng.random((12, 12)) < 0.3) * (1 - np.eye(12))
    with pm.Model(coords={"unit": range(12)}) as model:
        spill = pm.Normal("spill", 0.0, 1.0)
        t = pm.Bernoulli("t", 0.5, dims="unit")
        if kind == "dense":
            read = pm.math.dot(network, t)
        else:
            held = ps.as_sparse_variable(sparse.csr_matrix(network))
            read = ps.structured_dot(held, t.astype("float64")[:, None])[:, 0]
        reach = pm.Deterministic("reach", read, dims="unit")
        pm.Normal("y", t + spill * (1 + t) * reach**2, 1.0, dims="unit")
    world = World.simulate(model, {"spill": 0.3}, units=12, seed=1)
    t = world.data["t"].to_numpy()
    was, all_in = network @ t, network.sum(axis=1)
    expected = {
        "direct": (1 + 0.3 * was**2).mean(),
        "indirect": (0.3 * was**2).mean(),
        "total": (1 + 0.6 * was**2).mean(),
        "overall": (t + 0.3 * (1 + t) * was**2).mean(),
        "everyone": (1 + 0.6 * all_in**2).mean(),
    }
    for name, query in spillover_effects("y", "t", "reach").items():
        assert float(world.ask(query)) == pytest.approx(expected[name], abs=1e-10), name


def test_new_units_are_assigned_anew() -> None:
    """Over fresh assignments with a share of 0.5 the exposure is 0.5 on average."""
    world = World.simulate(interference(share=0.5), TRUTH, units=UNITS, seed=1)
    query = spillover_effects("y", "t", "exposure", units="new", size=20_000)["overall"]
    # The mean of 1.25 T over 20,000 units, counted once as treatment and once as exposure.
    assert float(world.ask(query)) == pytest.approx(0.75, abs=4 * 0.75 * 0.5 / np.sqrt(20_000))


def test_units_that_reach_each_other_are_not_integrated_out_one_by_one(world: World) -> None:
    """A latent that the neighbours read: the check of independence must see it."""
    with pm.Model(coords={"unit": range(1)}) as model:
        spill = pm.Normal("spill", 0.0, 1.0)
        mood = pm.Normal("mood", 0.0, 1.0, dims="unit")
        near = (pm.math.concatenate([mood[1:], mood[:1]]) + mood) / 2
        pm.Normal("y", spill * near, 1.0, dims="unit")
    data = {"y": world.data["y"].to_numpy()[:20]}
    for method in ("marginal", "laplace"):
        with pytest.raises(ModelError, match="other units"):
            condition(model, data, seed=1, progress=False, method=method)


def test_names_are_three() -> None:
    with pytest.raises(QueryError, match="three variables"):
        spillover_effects("y", "t", "t")
