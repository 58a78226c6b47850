"""The model of spillovers, held against a matrix product."""

import numpy as np
import pymc as pm
import pytest
from scipy import sparse
from scipy.stats import norm

from ifonly.inference import ModelError, World
from ifonly.models.interference import interference

TRUTH = {"level": 2.0, "direct": 1.0, "spill": 0.5, "sigma": 0.3}
RNG = np.random.default_rng(1)


def exposure(model: pm.Model, t: np.ndarray) -> np.ndarray:
    return model["exposure"].eval({model["t"]: t}, mode="FAST_COMPILE")


@pytest.mark.parametrize("as_given", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_the_exposure_is_a_matrix_product(as_given: type) -> None:
    """Weighted edges in one direction, and a unit without neighbours."""
    network = RNG.random((12, 12)) * (RNG.random((12, 12)) < 0.3)
    np.fill_diagonal(network, 0.0)
    network[4] = 0.0
    t = RNG.integers(0, 2, 12)
    whole = network.sum(axis=1)
    expected = np.divide(network @ t, whole, out=np.zeros(12), where=whole > 0)
    np.testing.assert_allclose(exposure(interference(as_given(network)), t), expected)


@pytest.mark.parametrize("units", [1, 3, 10])
def test_the_ring_has_any_length(units: int) -> None:
    model = interference()
    model.set_dim("unit", units, coord_values=range(units))
    t = RNG.integers(0, 2, units)
    np.testing.assert_allclose(exposure(model, t), (np.roll(t, 1) + np.roll(t, -1)) / 2)


def test_the_outcome_is_normal_about_what_reaches_it() -> None:
    model = interference(np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]]))
    t, y = np.array([0, 1, 0]), np.array([2.1, 3.0, 1.5])
    observed = pm.observe(pm.do(model, TRUTH), {"t": t, "y": y})
    found = observed.compile_logp(sum=False, vars=[observed["y"]], mode="FAST_COMPILE")({})[0]
    np.testing.assert_allclose(found, norm.logpdf(y, [2.25, 3.0, 2.0], 0.3))


def test_a_network_fixes_how_many_units_there_are() -> None:
    with pytest.raises(ModelError, match="3"):
        World.simulate(interference(np.ones((3, 3)) - np.eye(3)), TRUTH, units=4, seed=1)
