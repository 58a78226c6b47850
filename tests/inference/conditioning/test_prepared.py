"""A prepared model gives the posterior that the model itself gives, and compiles once."""

from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import Prepared, World, condition


def test_a_prepared_model_serves_data_with_other_labels_and_gaps() -> None:
    """What is reused belongs to the data: labels, missing values, unit data, the latents' draws."""
    with pm.Model(coords={"unit": range(1)}) as model:
        age = pm.Data("age", [0.0], dims="unit")
        u = pm.Normal("u", age, 1.0, dims="unit")
        pm.Normal("y", u + pm.Normal("a"), 0.5, dims="unit")
    options = {"draws": 20, "tune": 30, "chains": 1, "seed": 4, "progress": False, "method": "nuts"}
    frames = [
        pd.DataFrame({"age": [1.0, 2.0, 3.0], "y": [0.5, 1.0, 2.0]}),
        pd.DataFrame({"age": [3.0, 1.0, 1.0], "y": [0.5, 9.0, 2.0]}),
        pd.DataFrame({"age": [3.0, 1.0, 1.0], "y": [0.5, 9.0, 2.0]}, index=list("abc")),
        pd.DataFrame({"age": [3.0, 1.0, 1.0], "y": [0.5, np.nan, 2.0]}),
    ]
    kept = Prepared(model)
    for frame in frames:
        one, alone = (condition(m, frame, **options) for m in (kept, model))
        for name in ("a", "u"):
            xr.testing.assert_identical(
                one.idata["posterior"][name].drop_attrs(),
                alone.idata["posterior"][name].drop_attrs(),
            )
        given = one.model["age"].get_value()
        np.testing.assert_array_equal(given, frame["age"])


def test_latents_are_integrated_out_again_without_a_compiler(monkeypatch: Any) -> None:
    """With data of one shape the second posterior is the one that it would be on its own."""
    from ifonly.inference.conditioning.compiled.callbacks import Callbacks

    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.HalfNormal("slope", 2.0)
        u = pm.Normal("u", dims="unit")
        pm.Normal("x", slope * u, 0.5, dims="unit")
        pm.Bernoulli("y", logit_p=u + pm.Normal("a"), dims="unit")
    data = [
        World.simulate(model, {"slope": 1.0, "a": 0.3}, units=n, seed=k, hidden=("u",)).data
        for k, n in enumerate((40, 40, 30))
    ]
    options = {"draws": 50, "tune": 50, "chains": 2, "seed": 1, "progress": False}
    options["method"] = "marginal"
    kept = Prepared(model)
    first = condition(kept, data[0], **options)
    monkeypatch.setattr(Callbacks, "_callback", lambda *_: pytest.fail("compiled again"))
    again = [condition(kept, d, **options) for d in data[1:]]
    monkeypatch.undo()
    assert first.latents["u"].sizes["unit"] == 40, "drawn after the others were conditioned"
    for found, fresh in zip(again, data[1:], strict=True):
        alone = condition(model, fresh, **options)
        xr.testing.assert_identical(
            found.idata["posterior"]["slope"], alone.idata["posterior"]["slope"]
        )
        np.testing.assert_array_equal(found.latents["u"], alone.latents["u"])
