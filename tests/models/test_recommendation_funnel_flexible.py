"""The flexible funnel: its basis, that it can be the linear one, and that it finds it."""

from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

from ifonly.inference import ITE, condition, shift
from ifonly.models.recommendation_funnel_flexible import (
    recommendation_funnel_flexible,
    spline_basis,
)

Basis = Callable[[np.ndarray], np.ndarray]
OUTCOMES = ["recommendation_quality", "watch_time", "next_week_value"]


@pytest.fixture(scope="module")
def basis() -> Basis:
    z = pt.vector("z")
    return pytensor.function([z], spline_basis(z), mode="FAST_COMPILE")


def second_differences(basis: Basis, z: np.ndarray, step: float = 1e-3) -> np.ndarray:
    return (basis(z - step) - 2.0 * basis(z) + basis(z + step)) / step**2


def test_the_first_function_is_the_argument(basis: Basis) -> None:
    z = np.linspace(-50.0, 50.0, 101)
    np.testing.assert_array_equal(basis(z)[:, 0], z)


def test_functions_are_orthonormal_under_the_normal_law(basis: Basis) -> None:
    grid = np.linspace(-10.0, 10.0, 20_001)
    weight = np.exp(-0.5 * grid**2) / np.exp(-0.5 * grid**2).sum()
    values = np.column_stack([np.ones_like(grid), basis(grid)])
    np.testing.assert_allclose(values.T @ (weight[:, None] * values), np.eye(7), atol=1e-6)
    bends = second_differences(basis, grid)
    penalty = bends.T @ (weight[:, None] * bends)
    roughness = np.diag(penalty)
    np.testing.assert_allclose(penalty, np.diag(roughness), atol=1e-3)
    assert (np.diff(roughness) > 0.5).all()  # the smoothest first


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_functions_go_on_as_straight_lines(basis: Basis, side: float) -> None:
    z = side * np.linspace(3.0, 30.0, 28)
    steps = np.diff(basis(z), axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=1e-8)


def test_functions_are_twice_continuously_differentiable(basis: Basis) -> None:
    """The second derivative is piecewise linear, so it moves by no more than slope times step."""
    z = np.arange(-4.0, 4.0, 1e-3)
    bends = second_differences(basis, z)
    assert np.abs(np.diff(bends, axis=0)).max() < 0.1
    assert np.abs(bends).max() > 1.0  # they do bend


def zeros(model: pm.Model) -> dict[str, np.ndarray]:
    """Zero for every parameter."""
    return {
        variable.name: np.zeros(tuple(variable.shape.eval()))
        for variable in model.free_RVs
        if "unit" not in model.named_vars_to_dims.get(variable.name, ())
    }


def test_the_linear_funnel_is_a_special_case() -> None:
    model = recommendation_funnel_flexible()
    truth = zeros(model) | {
        "quality_line": np.array([0.55, 0.35]),
        "quality_product": np.array([0.18]),
        "value_intercept": np.array(0.6 * 1.2),
        # watch_time stands in a reference scale with centre 1.2, quality in one with scale 0.75
        "value_line": np.array([0.35 * 0.75, 0.60, 0.20 + 0.08 * 1.2, -0.10]),
        "value_product": np.array([0.0, 0.0, 0.0, 0.08, 0.0, 0.0]),
    }
    known = pm.do(model, truth)
    inputs = ["user_intent", "catalog_match", "tutorial_prompt", *OUTCOMES[:2]]
    means = pytensor.function(
        [known[name] for name in inputs],
        [known["recommendation_quality_mu"], known["next_week_value_mu"]],
        mode="FAST_COMPILE",
    )
    intent, catalog, prompt, quality, watch = np.random.default_rng(1).normal(size=(5, 50)) * 2.0
    found_quality, found_value = means(intent, catalog, prompt, quality, watch)
    np.testing.assert_allclose(
        found_quality, 0.55 * intent + 0.35 * catalog + 0.18 * intent * catalog, atol=1e-12
    )
    expected = 0.35 * quality + 0.60 * watch + 0.20 * intent - 0.10 * prompt
    np.testing.assert_allclose(found_value, expected + 0.08 * watch * intent, atol=1e-12)


@pytest.mark.parametrize("scale", [0.001, 0.3])
def test_a_weight_has_the_stated_law(basis: Basis, scale: float) -> None:
    """One standard deviation of a curve's parameter is scale / sqrt(roughness) of its weight."""
    grid = np.linspace(-10.0, 10.0, 20_001)
    weight = np.exp(-0.5 * grid**2) / np.exp(-0.5 * grid**2).sum()
    roughness = weight @ second_differences(basis, grid)[:, 1:] ** 2

    model = recommendation_funnel_flexible()
    fixed = pm.do(model, {"quality_curve_scale": np.array(scale)})
    sd = fixed["quality_curve"].owner.inputs[-1].eval().ravel()  # one for each curve
    parameters = zeros(model) | {"quality_curve_scale": np.array(scale)}
    z = np.array([-2.0, 0.3, 1.7])
    for curve in range(5):
        value = np.zeros((2, 5))
        value[0, curve] = sd[curve]
        known = pm.do(model, parameters | {"quality_curve": value})
        inputs = [known["user_intent"], known["catalog_match"]]
        mean = pytensor.function(inputs, known["recommendation_quality_mu"], mode="FAST_COMPILE")
        expected = scale / np.sqrt(roughness[curve]) * basis(z)[:, curve + 1]
        np.testing.assert_allclose(mean(z, np.zeros(3)), expected, rtol=1e-4)


@pytest.mark.slow
def test_row_level_effects_are_near_the_truth() -> None:
    """On System 1's data: RMSE and correlation, which DoWhy gcm leaves at 0.171 and 0.373."""
    rng = np.random.default_rng(2026)
    units = 4_000
    intent, catalog, prompt = (rng.normal(0.0, 1.0, units) for _ in range(3))
    noises = [rng.normal(0.0, sd, units) for sd in (0.35, 0.45, 0.50)]
    quality = 0.55 * intent + 0.35 * catalog + 0.18 * intent * catalog + noises[0]
    watch = 1.1 + 0.75 * quality + 0.25 * prompt + 0.35 * intent + 0.18 * quality * intent
    watch = watch + noises[1]
    value = 0.35 * quality + 0.60 * watch + 0.20 * intent - 0.10 * prompt
    value = value + 0.08 * watch * intent + noises[2]
    data = {
        "user_intent": intent,
        "catalog_match": catalog,
        "tutorial_prompt": prompt,
        "recommendation_quality": quality,
        "watch_time": watch,
        "next_week_value": value,
    }
    posterior = condition(recommendation_funnel_flexible(), data, draws=250, seed=1, progress=False)
    assert posterior.facts["sampler"] == "independent draws"  # no block is left to NUTS
    effects = posterior.ask(ITE("next_week_value", do={"recommendation_quality": shift(0.5)}))
    truth = 0.4 + 0.084 * intent + 0.0072 * intent**2
    low, high = effects.mean("unit").quantile([0.05, 0.95]).to_numpy()
    rows = effects.mean(("chain", "draw")).to_numpy()
    assert low < truth.mean() < high
    assert np.sqrt(np.mean((rows - truth) ** 2)) < 0.04
    assert np.corrcoef(rows, truth)[0, 1] > 0.95
