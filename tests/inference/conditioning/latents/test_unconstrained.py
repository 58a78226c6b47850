"""A density over one flat vector: order, labels, and the way back to the model's variables."""

import ctypes
from types import SimpleNamespace
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

from ifonly.inference.conditioning.latents import unconstrained
from ifonly.inference.conditioning.latents.unconstrained import Unconstrained

KIND = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, *[ctypes.c_void_p] * 4)
CENTRE = np.arange(5.0)


def numbers(address: int, count: int) -> np.ndarray:
    kind = ctypes.POINTER(ctypes.c_double)
    return np.ctypeslib.as_array(ctypes.cast(address, kind), (count,))


def parabola(size: int, point: int, slope: int, value: int, _: int) -> int:
    """A C function as nutpie's: minus half the square of the distance to the centre."""
    x = numbers(point, size)
    if x[0] > 100:
        return 4  # no finite density
    if x[0] < -100:
        return 1  # an error
    off = x - CENTRE
    numbers(value, 1)[0] = -(off**2).sum() / 2
    numbers(slope, size)[:] = -off
    return 0


@pytest.fixture
def density(monkeypatch: pytest.MonkeyPatch) -> Unconstrained:
    function = KIND(parabola)

    def fake(*_: Any) -> Any:
        return SimpleNamespace(
            compiled_logp_func=SimpleNamespace(
                address=ctypes.cast(function, ctypes.c_void_p).value, kept=function
            ),
            user_data=np.zeros(1),
            shared_var_keys={pytensor.shared(np.zeros(2), name="y"): "data0"},
            shared_data={"data0": np.zeros(2)},
            with_data=lambda **values: SimpleNamespace(
                user_data=np.zeros(1), given=values, shared_var_keys={}, shared_data={}
            ),
        )

    monkeypatch.setattr(unconstrained, "compiled_density", fake)
    with pm.Model(coords={"group": ["a", "b", "c"]}) as model:
        pm.Normal("mean", 2.0, dims="group")
        sd = pm.HalfNormal("sd")
        pm.Uniform("share", 1.0, 5.0)
        pm.Deterministic("variance", sd**2)
    return Unconstrained(model, ["mean", "sd", "share", "variance"], cores=2)


def test_values_and_slopes(density: Unconstrained) -> None:
    x = np.array([1.0, 1.0, 2.0, 3.0, 2.0])
    value, slope = density(x)
    assert value == density.value(x) == -(1.0 + 4.0) / 2
    np.testing.assert_array_equal(slope, CENTRE - x)
    values, slopes = density.many(np.stack([x, CENTRE]))
    np.testing.assert_array_equal(values, [-2.5, 0.0])
    np.testing.assert_array_equal(slopes, [CENTRE - x, np.zeros(5)])


@pytest.mark.parametrize("far", [1e3, -1e3])
def test_where_there_is_no_density_there_is_no_number(density: Unconstrained, far: float) -> None:
    value, slope = density(np.array([far, 0, 0, 0, 0]))
    assert np.isnan(value)
    assert np.isnan(slope).all()


def test_the_vector_is_the_model_s_variables(density: Unconstrained) -> None:
    found = density.variables(np.array([1.0, 2.0, 3.0, np.log(0.5), 0.0]))
    np.testing.assert_allclose(found["mean"], [1.0, 2.0, 3.0])
    assert float(found["sd"]) == pytest.approx(0.5)
    assert float(found["share"]) == pytest.approx(3.0)  # the middle of its interval
    assert float(found["variance"]) == pytest.approx(0.25)
    assert [density.label(k) for k in range(5)] == [
        "mean[0]", "mean[1]", "mean[2]", "sd_log__", "share_interval__",
    ]  # fmt: skip
    with pytest.raises(IndexError):
        density.label(5)
    np.testing.assert_allclose(density.start, [2.0, 2.0, 2.0, 0.0, 0.0])


def test_only_what_the_density_reads_is_replaced(density: Unconstrained) -> None:
    other = density.with_data({"y": np.ones(2), "z": np.ones(3)})
    assert set(other.compiled.given) == {"y"}
    assert other is not density
    assert density.compiled.shared_var_keys, "the first is left as it was"


def test_a_density_in_pieces_is_their_sum_less_what_each_repeats(density: Unconstrained) -> None:
    """Of three equal pieces, the first without units, two are taken away again."""
    piece = {"y": np.ones(0)}
    x = np.arange(5.0) / 2
    value, slope = density.with_data({"y": np.ones(2)}, [piece] * 3)(x)
    assert value == pytest.approx(density.value(x))
    np.testing.assert_allclose(slope, CENTRE - x)


def test_the_variables_of_many_points_are_those_of_each(density: Unconstrained) -> None:
    points = np.random.default_rng(1).normal(size=(3, 5))
    found = density.variables_of_many(points)
    assert list(found) == list(density.names)
    for k, point in enumerate(points):
        for name, value in density.variables(point).items():
            np.testing.assert_allclose(found[name][k], value, rtol=1e-15)


def test_a_constant_has_a_value_for_each_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        unconstrained,
        "compiled_density",
        lambda *_: SimpleNamespace(compiled_logp_func=SimpleNamespace(address=1)),
    )
    with pm.Model() as model:
        pm.Normal("a")
        pm.Deterministic("two", pt.constant([2.0, 2.0]))
    found = Unconstrained(model, ["a", "two"]).variables_of_many(np.zeros((3, 1)))
    np.testing.assert_array_equal(found["two"], np.full((3, 2), 2.0))


def test_many_points_of_much_data_are_valued_without_their_gradients(
    density: Unconstrained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is compiled for that is compiled once, for other data too; unknown releases go on."""
    points = np.arange(10.0).reshape(2, 5)
    expected = [density.value(p) for p in points]
    made = []

    def compiled(model: pm.Model) -> Any:
        made.append(model)
        return SimpleNamespace(at=lambda data: lambda x: x.sum(axis=1))

    monkeypatch.setattr(unconstrained, "compiled_values", compiled)
    np.testing.assert_array_equal(density.values(points), expected)
    assert not made
    monkeypatch.setattr(unconstrained, "WORTH_COMPILING", 4)  # two numbers of data, two points
    for _ in range(2):
        np.testing.assert_array_equal(density.values(points), points.sum(axis=1))
    assert len(made) == 1
    density._alone[0] = None
    np.testing.assert_array_equal(density.values(points), expected)
