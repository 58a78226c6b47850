"""nutpie's compiled model as it is filled: shapes, coordinates, data and where chains begin."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest

from ifonly.inference.conditioning.compiled.callbacks import Callbacks
from ifonly.inference.conditioning.compiled.filled import filled_model
from ifonly.inference.conditioning.compiled.frame import CENTRE, ROOT

Y = np.array([0.5, 1.5, -1.0])


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is compiled is left out."""
    monkeypatch.setattr(Callbacks, "density", lambda *_: None)
    monkeypatch.setattr(Callbacks, "expansion", lambda *_: pytest.fail("compiled before it is due"))
    with pm.Model(coords={"unit": range(3), "group": ["a", "b"]}) as model:
        mean = pm.Normal("mean", 2.0, dims="group")
        sd = pm.HalfNormal("sd")
        pm.Deterministic("variance", sd**2)
        y = pytensor.shared(Y, name="y")
        pm.Normal("y", mean[0], sd, observed=y, dims="unit")
    return filled_model(model, ["mean", "variance"])


def test_shapes_and_coordinates(filled: Any) -> None:
    assert (filled.n_dim, filled.n_expanded) == (3, 3)
    names, _, shapes = filled.shape_info
    assert dict(zip(names, shapes, strict=True)) == {"mean": (2,), "variance": ()}
    assert filled.dims["mean"] == ("group",)
    assert list(filled.coords["group"]) == ["a", "b"]
    assert list(filled.coords["unit"]) == [0, 1, 2]
    elements = ["mean.0", "mean.1", "sd_log__"]
    assert list(filled.coords["unconstrained_parameter"]) == elements


def test_data_are_those_of_the_model_and_an_empty_frame(filled: Any) -> None:
    held = {v.name: filled.shared_data[key] for v, key in filled.shared_var_keys.items()}
    np.testing.assert_array_equal(held["y"], Y)
    assert held[CENTRE].shape == (0,)
    assert held[ROOT].shape == (0, 0)
    other = filled.with_data(y=Y + 1.0)
    again = {v.name: other.shared_data[key] for v, key in other.shared_var_keys.items()}
    np.testing.assert_array_equal(again["y"], Y + 1.0)


def test_chains_begin_within_one_of_the_model_s_own_point(filled: Any) -> None:
    """PyMC's jitter is uniform on (-1, 1)."""
    centre = np.array([2.0, 2.0, 0.0])
    starts = np.array([filled.initial_point_func(seed) for seed in range(5)])
    assert (np.abs(starts - centre) <= 1).all()
    assert len(np.unique(starts, axis=0)) == 5
    np.testing.assert_array_equal(filled.initial_point_func(3), starts[3])
