"""Per-unit limits of censored mechanisms, infinite where nothing is censored. Truth by algebra."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ITE, Counterfactual, DataError, QueryError, World

UNITS = 300


def survival(covariate=False):
    """Time to an event, with the treatment on its scale; seen up to a limit."""
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        limit = pm.Data("limit", np.full(UNITS, np.inf), dims="unit")
        gain = pm.Normal("gain")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        scale = 2.0 * pm.math.exp(gain * t + (limit if covariate else 0.0))
        pm.Censored("y", pm.Weibull.dist(1.5, scale), None, limit, dims="unit")
    return model


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    t, limit = rng.integers(0, 2, UNITS), rng.uniform(1.0, 5.0, UNITS)
    time = 2.0 * np.exp(0.5 * t) * rng.weibull(1.5, UNITS)
    event = time < limit
    return {"t": t, "y": np.minimum(time, limit), "limit": np.where(event, np.inf, limit)}


@pytest.mark.usefixtures("quick_compile")
def test_limits_are_infinite_where_nothing_is_censored(data):
    world = World.from_evidence(survival(), {"gain": 0.5}, data, seed=3)
    treated = world.ask(Counterfactual("y", do={"t": 1})).to_numpy()
    other = world.ask(Counterfactual("y", do={"t": 0})).to_numpy()
    event, t = np.isinf(data["limit"]), data["t"]
    np.testing.assert_array_equal(other[t == 0], data["y"][t == 0])
    np.testing.assert_allclose(treated[event & (t == 0)], data["y"][event & (t == 0)] * np.exp(0.5))
    np.testing.assert_allclose(other[event & (t == 1)], data["y"][event & (t == 1)] / np.exp(0.5))
    # Who was censored under treatment lived longer than the limit; without, it is drawn how long.
    hidden = ~event & (t == 1)
    assert (other[hidden] <= data["limit"][hidden]).all()
    assert (other[hidden] >= data["limit"][hidden] / np.exp(0.5) - 1e-12).all()
    assert (treated[~event & (t == 0)] == data["limit"][~event & (t == 0)]).all()


@pytest.mark.usefixtures("quick_compile")
def test_what_a_limit_hides_takes_a_seed(data):
    model = survival()
    world = World.from_evidence(model, {"gain": 0.5}, data)
    assert not {"t", "y"} & set(world.noise)
    with pytest.raises(QueryError, match=r"noise behind y.*give a seed"):
        world.ask(ITE("y", do={"t": 1}, versus={"t": 0}))


def test_a_covariate_is_not_infinite(data):
    with pytest.raises(DataError, match="'limit' is infinite"):
        World.from_evidence(survival(covariate=True), {"gain": 0.5}, data, seed=3)
    endless = {**data, "y": np.full(UNITS, np.inf)}
    with pytest.raises(DataError, match="'y' is infinite"):
        World.from_evidence(survival(), {"gain": 0.5}, endless, seed=3)


def test_jax_and_numba_agree_on_what_a_limit_hides(data):
    """To the last bit but rounding: the noise is drawn outside."""
    world = World.from_evidence(survival(), {"gain": 0.5}, data, seed=3)
    query = Counterfactual("y", do={"t": 1})
    ours, theirs = (world.ask(query, backend=b).to_numpy() for b in ("numba", "jax"))
    np.testing.assert_allclose(theirs, ours, rtol=1e-12)
