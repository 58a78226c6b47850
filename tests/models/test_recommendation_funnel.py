"""System 1's equations, held against a NumPy simulator and its published first row."""

from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor
import pytest

from ifonly.models.recommendation_funnel import recommendation_funnel

TRUTH = {
    "intent_mean": 0.0,
    "intent_sd": 1.0,
    "catalog_mean": 0.0,
    "catalog_sd": 1.0,
    "prompt_mean": 0.0,
    "prompt_sd": 1.0,
    "quality_intercept": 0.0,
    "quality_on_intent": 0.55,
    "quality_on_catalog": 0.35,
    "quality_on_intent_x_catalog": 0.18,
    "quality_sd": 0.35,
    "watch_intercept": 1.10,
    "watch_on_quality": 0.75,
    "watch_on_prompt": 0.25,
    "watch_on_intent": 0.35,
    "watch_on_quality_x_intent": 0.18,
    "watch_sd": 0.45,
    "value_intercept": 0.0,
    "value_on_quality": 0.35,
    "value_on_watch": 0.60,
    "value_on_intent": 0.20,
    "value_on_prompt": -0.10,
    "value_on_watch_x_intent": 0.08,
    "value_sd": 0.50,
}
MECHANISMS = [
    "user_intent",
    "catalog_match",
    "tutorial_prompt",
    "recommendation_quality",
    "watch_time",
    "next_week_value",
]
OUTCOMES = MECHANISMS[3:]


def quality_mean(intent: np.ndarray, catalog: np.ndarray) -> np.ndarray:
    return 0.55 * intent + 0.35 * catalog + 0.18 * intent * catalog


def watch_mean(quality: np.ndarray, prompt: np.ndarray, intent: np.ndarray) -> np.ndarray:
    return 1.10 + 0.75 * quality + 0.25 * prompt + 0.35 * intent + 0.18 * quality * intent


def value_mean(
    quality: np.ndarray, watch: np.ndarray, intent: np.ndarray, prompt: np.ndarray
) -> np.ndarray:
    return 0.35 * quality + 0.60 * watch + 0.20 * intent - 0.10 * prompt + 0.08 * watch * intent


def simulated(units: int = 4_000, seed: int = 2026) -> dict[str, np.ndarray]:
    """The published data: the order of the draws is theirs."""
    rng = np.random.default_rng(seed)
    intent, catalog, prompt = (rng.normal(0.0, 1.0, units) for _ in range(3))
    noise_quality, noise_watch, noise_value = (rng.normal(0.0, s, units) for s in (0.35, 0.45, 0.5))
    quality = quality_mean(intent, catalog) + noise_quality
    watch = watch_mean(quality, prompt, intent) + noise_watch
    value = value_mean(quality, watch, intent, prompt) + noise_value
    columns = [intent, catalog, prompt, quality, watch, value]
    return dict(zip(MECHANISMS, columns, strict=True))


@pytest.fixture(scope="module")
def means() -> Callable[..., list[np.ndarray]]:
    """The three means of the true model, as a function of all that is upstream of them."""
    model = pm.do(recommendation_funnel(), TRUTH)
    inputs = [model[name] for name in MECHANISMS[:-1]]
    outputs = [model[f"{name}_mu"] for name in OUTCOMES]
    return pytensor.function(inputs, outputs, mode="FAST_COMPILE")


def test_the_simulator_draws_the_published_first_row() -> None:
    first = [round(float(values[0]), 4) for values in simulated(4_000).values()]
    assert first == [-0.7931, 1.4960, -0.1195, 0.3934, 0.4390, 0.6109]


def test_parameters_are_those_of_the_truth() -> None:
    assert {v.name for v in recommendation_funnel().free_RVs} == {*TRUTH, *MECHANISMS}


def test_means_are_the_equations(means: Callable[..., list[np.ndarray]]) -> None:
    intent, catalog, prompt, quality, watch, _ = simulated().values()
    found = means(intent, catalog, prompt, quality, watch)
    expected = [
        quality_mean(intent, catalog),
        watch_mean(quality, prompt, intent),
        value_mean(quality, watch, intent, prompt),
    ]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_row_level_effects_are_the_published_formula(
    means: Callable[..., list[np.ndarray]],
) -> None:
    intent, catalog, prompt, quality, watch, _ = simulated().values()
    _, watch_before, value_before = means(intent, catalog, prompt, quality, watch)
    _, watch_after, _ = means(intent, catalog, prompt, quality + 0.5, watch)
    new_watch = watch + watch_after - watch_before
    _, _, value_after = means(intent, catalog, prompt, quality + 0.5, new_watch)
    effect = value_after - value_before
    formula = 0.5 * (0.35 + 0.45) + 0.5 * intent * (0.60 * 0.18 + 0.08 * 0.75)
    formula += 0.5 * 0.08 * 0.18 * intent**2
    np.testing.assert_allclose(effect, formula, atol=1e-12)
    assert effect.mean() == pytest.approx(0.4060, abs=5e-5)


def test_noise_has_the_true_standard_deviations() -> None:
    model = pm.do(recommendation_funnel(), TRUTH)
    model.set_dim("unit", 4_000, coord_values=range(4_000))
    wanted = [f"{name}{suffix}" for name in OUTCOMES for suffix in ("", "_mu")]
    drawn = pm.draw([model[name] for name in wanted], random_seed=1, mode="FAST_COMPILE")
    values = dict(zip(wanted, drawn, strict=True))
    for name, sd in zip(OUTCOMES, (0.35, 0.45, 0.50), strict=True):
        noise = values[name] - values[f"{name}_mu"]
        assert noise.std() == pytest.approx(sd, rel=0.05)  # 4.5 standard errors
        assert noise.mean() == pytest.approx(0.0, abs=0.04)


@pytest.mark.slow
def test_the_truth_is_recovered() -> None:
    import nutpie

    model = recommendation_funnel()
    model.set_dim("unit", 4_000, coord_values=range(4_000))
    observed = pm.observe(model, simulated(seed=1))
    compiled = nutpie.compile_pymc_model(observed, var_names=[v.name for v in observed.free_RVs])
    tree = nutpie.sample(
        compiled, draws=500, tune=500, chains=2, cores=2, seed=1, progress_bar=False
    )
    posterior = tree.posterior.dataset
    deviations = {
        name: abs(float((posterior[name].mean() - true) / posterior[name].std()))
        for name, true in TRUTH.items()
    }
    assert max(deviations.values()) < 4.0, deviations
