"""What is handed to the compiler: gradients by algebra, and where the C function finds its data."""

import ctypes
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

from ifonly.inference.conditioning.compiled.callbacks import Callbacks, _placed, _sliced, _turned
from ifonly.inference.conditioning.compiled.rewrite import changed

PLAIN = Mode(linker="py", optimizer=None)


def make() -> tuple[pm.Model, Callbacks, list[Any]]:
    shared = [
        pytensor.shared(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), name="y"),
        pytensor.shared(np.array(7), name="k"),
    ]
    with pm.Model() as model:
        pm.Normal("mean", 0.0, 1.0, shape=2)
        pm.HalfNormal("sd")
    values = {v.name: v for v in model.value_vars}
    shapes = {"mean": (2,), "sd_log__": ()}
    return model, Callbacks(model, values, shapes, shared), shared


def test_the_gradient_stands_beside_the_density() -> None:
    """Of two standard normals and the logarithm of a half-normal."""
    model, callbacks, _ = make()
    assert callbacks.length == 3
    found = callbacks.with_gradient([model.logp()])
    mean, log_sd = np.array([0.3, -1.2]), 0.4
    value, slope = pytensor.function(model.value_vars, found, mode=PLAIN)(mean, log_sd)
    expected = -(mean**2).sum() / 2 - np.log(2 * np.pi)
    expected += np.log(2) - np.log(2 * np.pi) / 2 - np.exp(2 * log_sd) / 2 + log_sd
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    np.testing.assert_allclose(slope, [*-mean, 1 - np.exp(2 * log_sd)], rtol=1e-12)


def test_values_stand_one_after_the_other() -> None:
    _, callbacks, _ = make()
    [whole] = callbacks.in_one_vector([pt.constant([[1, 2], [3, 4]]), pt.constant(0.5)])
    assert whole.dtype == "float64"
    np.testing.assert_array_equal(whole.eval(mode=PLAIN), [1, 2, 3, 4, 0.5])


def test_the_c_function_reads_its_data_where_nutpie_puts_them() -> None:
    from nutpie.compile_pymc import make_user_data

    _, callbacks, shared = make()
    frame = [np.arange(3.0), np.arange(9.0).reshape(3, 3)]
    data = {f"data{k}": np.asarray(v.get_value(), order="C") for k, v in enumerate(shared)}
    data |= {f"data{k}": v for k, v in enumerate(frame, start=2)}
    variables = [*shared, *(pytensor.shared(v) for v in frame)]
    words = make_user_data(dict(zip(variables, data, strict=True)), data)
    words = np.frombuffer(words.tobytes(), dtype=np.uintp)

    def carray(address: int, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        size = int(np.prod(shape)) * dtype.itemsize
        held = (ctypes.c_char * size).from_address(int(address))
        return np.frombuffer(held, dtype).reshape([int(n) for n in shape])

    names = {"words": words, "carray": carray, "pointer": int, "np": np, "at": None}
    code = callbacks._arguments()
    _, *given = eval(f"[{code['arguments']}]", names)
    for found, expected in zip(given, shared, strict=True):
        np.testing.assert_array_equal(found, expected.get_value())
    np.testing.assert_array_equal(eval(code["centre"], names), frame[0])
    np.testing.assert_array_equal(eval(code["root"], names), frame[1])


def test_a_split_is_taken_as_slices() -> None:
    x = pt.matrix("x")
    parts = pt.split(x, [1, 3, 2], n_splits=3, axis=1)
    found = changed(parts, _sliced)
    assert not any("Split" in str(v.owner.op) for v in found)
    at = np.arange(12.0).reshape(2, 6)
    for part, expected in zip(found, np.split(at, [1, 4], axis=1), strict=True):
        np.testing.assert_array_equal(part.eval({x: at}, mode=PLAIN), expected)


def test_a_point_in_a_frame_and_a_slope_there() -> None:
    rng = np.random.default_rng(1)
    z, centre, root = rng.normal(size=3), rng.normal(size=3), rng.normal(size=(3, 3))
    nothing = np.zeros(0), np.zeros((0, 0))
    np.testing.assert_allclose(_placed.py_func(z, centre, root), centre + root @ z)
    np.testing.assert_allclose(_turned.py_func(z, root), root.T @ z)
    assert _placed.py_func(z, *nothing) is z
    assert _turned.py_func(z, nothing[1]) is z
