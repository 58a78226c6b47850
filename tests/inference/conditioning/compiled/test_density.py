"""The density that nutpie walks on: its value and slope by algebra, and that it is kept on disk."""

import ctypes

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.conditioning.compiled.callbacks import Callbacks
from ifonly.inference.conditioning.compiled.density import compiled_density, framed

NUMBERS = ctypes.POINTER(ctypes.c_double)


def make_model(units: int, seed: int, prior: float = 1.0) -> pm.Model:
    """Means by group on a flag, one standard deviation; all data are shared variables."""
    rng = np.random.default_rng(seed)
    with pm.Model(coords={"unit": range(units), "group": range(3)}) as model:
        group = pm.Data("group_of", rng.integers(0, 3, units), dims="unit")
        flag = pm.Data("flag", rng.random(units) < 0.5, dims="unit")
        mean = pm.Normal("mean", 0.0, prior, dims="group")
        sd = pm.HalfNormal("sd", 1.0)
        pm.Deterministic("variance", sd**2)
        y = pytensor.shared(rng.normal(size=units), name="y")
        pm.Normal("y", pt.switch(flag, mean[group], 0.0), sd, observed=y, dims="unit")
    return model


def evaluated(found, point):
    value, slope = np.zeros(1), np.zeros(found.n_dim)
    code = found.compiled_logp_func.ctypes(
        found.n_dim,
        *(a.ctypes.data_as(NUMBERS) for a in (point, slope, value)),
        found.user_data.ctypes.data,
    )
    return code, float(value[0]), slope


def by_algebra(model, point):
    """Return the log-density of the means and of the logarithm of the sd, and its slope."""
    group, flag = (model[n].get_value() for n in ("group_of", "flag"))
    y = model.rvs_to_values[model["y"]].get_value()
    mean, sd = point[:3], np.exp(point[3])
    rest = y - np.where(flag, mean[group], 0.0)
    value = stats.norm.logpdf(mean).sum() + stats.halfnorm.logpdf(sd) + point[3]
    value += stats.norm.logpdf(rest, scale=sd).sum()
    slope = [-m + (rest * flag * (group == k)).sum() / sd**2 for k, m in enumerate(mean)]
    return value, np.array([*slope, 1 - sd**2 - len(y) + (rest**2).sum() / sd**2])


POINT = np.array([0.3, -0.2, 0.7, -0.4])
KEEP = ["mean", "sd", "variance"]


@pytest.fixture(scope="module")
def small():
    """A first compilation, so that the disk has it."""
    found = compiled_density(make_model(6, seed=1), KEEP)
    assert found.compiled_expand_func.address
    return found


def check(found, model):
    code, value, slope = evaluated(found, POINT)
    expected, expected_slope = by_algebra(model, POINT)
    assert code == 0
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(slope, expected_slope, rtol=1e-10)


def test_value_and_slope_are_those_of_the_algebra(small):
    check(small, make_model(6, seed=1))


def test_other_data_compile_nothing(small, monkeypatch):
    """Also of another length: what is on disk is the model's."""

    def compiled(*_):
        raise AssertionError("compiled again")

    monkeypatch.setattr(Callbacks, "compiled", compiled)
    other = make_model(9, seed=2)
    found = compiled_density(other, KEEP)
    check(found, other)
    values = np.zeros(found.n_expanded)
    code = found.compiled_expand_func.function.ctypes(
        found.n_dim,
        found.n_expanded,
        *(a.ctypes.data_as(NUMBERS) for a in (POINT, values)),
        found.user_data.ctypes.data,
    )
    assert code == 0
    sd = np.exp(POINT[3])
    np.testing.assert_allclose(values, [*POINT[:3], sd, sd**2], rtol=1e-14)


def test_another_constant_is_another_density(small, monkeypatch):
    def compiled(*_):
        raise RuntimeError("compiled anew")

    monkeypatch.setattr(Callbacks, "compiled", compiled)
    with pytest.raises(RuntimeError, match="compiled anew"):
        compiled_density(make_model(6, seed=1, prior=2.0), KEEP)


def test_data_that_are_replaced_are_read(small):
    other = make_model(6, seed=3)
    names = ("group_of", "flag", "y")
    values = {n: model_value(other, n) for n in names}
    check(small.with_data(**values), other)


def model_value(model, name):
    variable = model[name]
    return model.rvs_to_values.get(variable, variable).get_value()


def test_a_point_without_a_density_is_stepped_back_from(small):
    code, _, _ = evaluated(small, np.array([0.0, np.nan, 0.0, 0.0]))
    assert code in (3, 4)


def test_a_frame_is_a_change_of_coordinates(small):
    """With x = centre + root z, the slope in z is the root's transpose times that in x."""
    rng = np.random.default_rng(4)
    centre, root, z = rng.normal(size=4), rng.normal(size=(4, 4)) / 3, rng.normal(size=4)
    inside = framed(small, centre, root, z[None])
    code, value, slope = evaluated(inside, z)
    expected, expected_slope = by_algebra(make_model(6, seed=1), centre + root @ z)
    assert code == 0
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(slope, root.T @ expected_slope, rtol=1e-10)
    kept = np.zeros(inside.n_expanded)
    inside.compiled_expand_func.function.ctypes(
        4,
        inside.n_expanded,
        *(a.ctypes.data_as(NUMBERS) for a in (z, kept)),
        inside.user_data.ctypes.data,
    )
    np.testing.assert_allclose(kept[:3], (centre + root @ z)[:3], rtol=1e-14)
    np.testing.assert_array_equal(inside.initial_point_func(7), z)
    check(small, make_model(6, seed=1))  # as it was
