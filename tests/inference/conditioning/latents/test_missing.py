"""What is asked of units with missing values: known parameters, groups, pandas' own gaps."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import CATE, Counterfactual, condition, shift

QUICK = {"draws": 2000, "tune": 500, "chains": 4, "seed": 1, "progress": False, "cores": 1}
GAP = np.nan
ARMS = {"do": {"t": 1}, "versus": {"t": 0}}


def moderated():
    """Return a model in which the effect of t is 1 where g is 0, and 5 where it is 1."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", 0, 1)
        g = pm.Bernoulli("g", 0.5, dims="unit")
        pm.Normal("z", g, 1, dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", a + (1 + 4 * g) * t, 1, dims="unit")
    return model


@pytest.fixture(scope="module")
def posterior():
    data = {
        "g": pd.array([True, True, False, False, pd.NA, pd.NA, pd.NA], dtype="boolean"),
        "z": [3.0, 3.1, 0.0, GAP, -8.0, 9.0, GAP],
        "t": [1, 0, 1, 0, 1, 0, 0],
        "y": [5.0, 0.0, 1.0, 0.0, 1.0, 0.0, GAP],
    }
    return condition(moderated(), data, **QUICK)


def test_a_unit_is_in_the_group_of_its_inferred_value(posterior):
    """Whichever group a unit is in, the effect on it is that group's, so each mean is exact."""
    answer = posterior.ask(CATE("y", **ARMS, by="g"))
    assert answer["g"].values.tolist() == [0, 1]
    np.testing.assert_allclose(answer, np.broadcast_to([1.0, 5.0], answer.shape), rtol=1e-9)
    # Of two units g is told by z, of one by nothing.
    drawn = posterior.latents["g"].mean(("chain", "draw")).to_numpy()
    np.testing.assert_allclose(drawn[:6], [1, 1, 0, 0, 0, 1], atol=0.01)
    assert 0.05 < drawn[6] < 0.95


def test_groups_are_made_of_the_values_that_are_seen(posterior):
    """The median of what is seen is 3: what stands for a missing value has no part in it."""
    answer = posterior.ask(CATE("y", **ARMS, by={"z": 2}))
    assert answer["z"].values.tolist() == ["Q1: <= 3", "Q2: > 3"]
    drawn = posterior.latents[["g", "z"]]
    effect = 1 + 4 * drawn["g"]
    for k, inside in enumerate((drawn["z"] <= 3.0, drawn["z"] > 3.0)):
        expected = effect.where(inside).mean("unit")
        np.testing.assert_allclose(answer.isel(z=k), expected, rtol=1e-9)
    both = posterior.ask(CATE("y", **ARMS, by={"g": None, "z": [1.5]}))
    np.testing.assert_allclose(both.sel(g=0, z="<= 1.5"), 1.0, rtol=1e-9)


def test_known_parameters_and_missing_values():
    """x is N(0, 1) and y is N(1.3 x, 1): given y = 2, x has mean 2.6 / 2.69, variance 1 / 2.69."""
    with pm.Model(coords={"unit": range(1)}) as model:
        gain = pm.Normal("gain")
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", gain * x, 1.0, dims="unit")
    data = {"x": [1.0, GAP], "y": [1.0, 2.0]}
    posterior = condition(pm.do(model, {"gain": 1.3}), data, **QUICK)
    assert posterior.diagnostics.ess_bulk > 200
    found = posterior.latents["x"].isel(unit=1)
    error = np.sqrt(1 / 2.69 / posterior.diagnostics.ess_bulk)
    assert abs(float(found.mean()) - 2.6 / 2.69) < 4 * error
    assert float(found.std()) == pytest.approx(np.sqrt(1 / 2.69), rel=0.15)
    answer = posterior.ask(Counterfactual("y", do={"x": shift(1.0)}))
    np.testing.assert_allclose(answer, np.broadcast_to([2.3, 3.3], answer.shape), rtol=1e-9)
