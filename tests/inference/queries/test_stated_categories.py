"""The expectation of a category: the probability of each."""

import numpy as np
import pymc as pm
import pytest
from scipy.special import softmax

from ifonly.inference import ATE, ITE, Counterfactual, PotentialOutcome, World, set_to, shift

pytestmark = pytest.mark.usefixtures("quick_compile")


def _chances(x):
    return softmax(np.stack([0 * x, 0.5 + x, -x], axis=-1), axis=-1)


@pytest.fixture(scope="module")
def world():
    with pm.Model(coords={"unit": range(1), "plan_level": ["free", "basic", "pro"]}) as model:
        x = pm.Normal("x", dims="unit")
        p = pm.math.softmax(pm.math.stack([0 * x, 0.5 + x, -x], axis=-1), axis=-1)
        plan = pm.Categorical("plan", p, dims="unit")
        hurdle = {"psi": pm.math.sigmoid(x), "alpha": 2.0, "beta": 1.0 + plan}
        pm.HurdleGamma("spent", **hurdle, default_transform=None, dims="unit")
    return World.simulate(model, {}, units=40, seed=1)


def test_each_category_of_each_unit(world):
    x = world.everything["x"].to_numpy()
    answer = world.ask(Counterfactual("plan", do={"x": shift(1.0)}, expectation=True))
    assert answer.dims == ("unit", "plan_category")
    assert answer["plan_category"].to_numpy().tolist() == ["free", "basic", "pro"]
    assert answer.attrs["of"] == "probability of each category"
    np.testing.assert_allclose(answer, _chances(x + 1.0), rtol=1e-12)
    effect = world.ask(ITE("plan", do={"x": shift(1.0)}, expectation=True))
    np.testing.assert_allclose(effect, _chances(x + 1.0) - _chances(x), atol=1e-12)


def test_means_and_doses(world):
    doses = ATE("plan", do=[{"x": 0.0}, {"x": 2.0}], versus={"x": 1.0}, expectation=True)
    answer = world.ask(doses)
    assert answer.dims == ("dose", "plan_category")
    of = [_chances(np.array(v)) for v in (0.0, 2.0, 1.0)]
    np.testing.assert_allclose(answer, [of[0] - of[2], of[1] - of[2]], rtol=1e-12)


def test_a_category_that_is_set_has_all_the_probability(world):
    query = PotentialOutcome("plan", do={"plan": set_to("basic")}, expectation=True)
    answer = world.ask(query)
    np.testing.assert_array_equal(answer, np.tile([0.0, 1.0, 0.0], (40, 1)))


def test_a_hurdle_reads_the_category_itself(world):
    x = world.everything["x"].to_numpy()
    query = ATE("spent", do={"plan": "pro"}, versus={"plan": "free"}, expectation=True)
    share = 1 / (1 + np.exp(-x))
    assert float(world.ask(query)) == pytest.approx((share * (2 / 3 - 2)).mean(), rel=1e-12)


def test_some_units(world):
    x = world.everything["x"].to_numpy()
    plan = world.everything["plan"].to_numpy()
    query = ATE("plan", do={"x": shift(1.0)}, where={"plan": "pro"}, expectation=True)
    moved = (_chances(x + 1.0) - _chances(x))[plan == 2].mean(axis=0)
    np.testing.assert_allclose(world.ask(query), moved, atol=1e-12)
