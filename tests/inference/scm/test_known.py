"""What follows from known numbers, against NumPy; and that nothing follows from unknown ones."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.known import Known


@pytest.fixture(scope="module")
def equations() -> Equations:
    """One unit in the model; what is known is known of four."""
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        weight = pm.Data("weight", [2.0, 3.0], dims="item")
        slope = pm.Normal("slope")
        x = pm.Normal("x", dims="unit")
        mean = pm.Deterministic("mean", slope * x + weight[1], dims="unit")
        pm.Normal("y", mean, pt.exp(slope), dims="unit")
        pm.Normal("z", mean[:, None] * weight, 1.0, dims=("unit", "item"))
        pm.Poisson("n", 2.0, dims="unit")
    return Equations(model)


def parameters(equations: Equations, name: str) -> list:
    node = equations[name].expression.owner
    return node.op.dist_params(node)


X = np.array([0.0, 1.0, -2.0, 4.0])


def test_numbers_of_all_units_however_many_the_model_has(equations):
    known = Known(equations, {"x": X, "slope": np.array(0.5)}, units=4)
    mean, spread = known.evaluated(*parameters(equations, "y"))
    np.testing.assert_allclose(mean, 0.5 * X + 3.0)
    np.testing.assert_allclose(np.broadcast_to(spread, 4), np.full(4, np.exp(0.5)))


def test_what_reads_an_unknown_variable_is_not_known(equations):
    known = Known(equations, {"slope": np.array(0.5)}, units=4)
    mean, spread = known.evaluated(*parameters(equations, "y"))
    assert mean is None
    np.testing.assert_allclose(np.ravel(spread), np.exp(0.5))
    assert known.evaluated(None) == [None]
    assert known.evaluated() == []


def test_a_known_deterministic_is_taken_for_its_number(equations):
    known = Known(equations, {"mean": X, "slope": np.array(0.0)}, units=4)
    np.testing.assert_array_equal(known.evaluated(equations["mean"].symbol)[0], X)


def test_the_symbol_of_a_variable_is_its_number_in_its_type(equations):
    known = Known(equations, {"n": np.array([1.0, 2.0])}, units=2)
    [number] = known.evaluated(equations["n"].symbol)
    assert number.dtype == np.int64
    np.testing.assert_array_equal(number, [1, 2])


def test_the_order_of_what_is_asked_is_kept(equations):
    known = Known(equations, {"x": X}, units=4)
    x, slope = equations["x"].symbol, equations["slope"].symbol
    found = known.evaluated(x + 1.0, slope, pt.constant(7.0), x * 2.0, None)
    np.testing.assert_array_equal(found[0], X + 1.0)
    assert found[1] is None
    assert found[2] == 7.0
    np.testing.assert_array_equal(found[3], X * 2.0)
    assert found[4] is None


def test_shapes_follow_without_the_values(equations):
    known = Known(equations, {}, units=4)
    [location, _] = parameters(equations, "z")
    assert known.following(location) is None
    shape = known.following(location, shape_only=True).shape
    np.testing.assert_array_equal(known.evaluated(shape)[0], [4, 2])
