"""The spline model of effects: its equations in NumPy, and its answers through `pm.do`."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ITE, condition
from ifonly.inference.errors import ConvergenceWarning
from ifonly.models.effects_splines import effects_splines

RNG = np.random.default_rng(3)
LINE, CURVE = RNG.normal(size=(80, 2)), RNG.normal(size=(80, 3))
PROPENSITY = RNG.uniform(0.2, 0.8, 80)


def model(**options: object) -> pm.Model:
    outcome = {"line": LINE, "curve": CURVE}
    return effects_splines(outcome, {"line": LINE[:, :1]}, PROPENSITY, scale=2.0, **options)


def test_the_mean_is_baseline_and_effect_of_the_treated() -> None:
    values = {
        "outcome_intercept": 1.0,
        "effect_intercept": -0.5,
        "outcome_line_weight": np.array([0.3, 0.7]),
        "outcome_curve_weight": np.array([0.1, -0.2, 0.4]),
        "effect_line_weight": np.array([2.0]),
        "noise": 1e-9,
    }
    baseline = 1.0 + LINE @ [0.3, 0.7] + CURVE @ [0.1, -0.2, 0.4]
    effect = -0.5 + 2.0 * LINE[:, 0]
    for treated in (0, 1):
        world = pm.do(model(), {**values, "t": np.full(80, treated)})
        y, found = pm.draw([world["y"], world["effect"]], random_seed=1, mode="FAST_COMPILE")
        np.testing.assert_allclose(y, baseline + treated * effect, atol=1e-7)
        np.testing.assert_allclose(found, effect)


def test_each_group_has_a_horseshoe_of_its_own() -> None:
    """A weight divided by scale, global and local scale is standard normal."""
    draws = 400
    names = ["effect_line_weight", "effect_line_global", "effect_line_local"]
    built = model()
    weight, shared, local = pm.draw(
        [built[n] for n in names], draws, random_seed=1, mode="FAST_COMPILE"
    )
    standard = (weight / (2.0 * shared[:, None] * local)).ravel()
    assert abs(standard.mean()) < 4 / np.sqrt(draws)
    assert abs(standard.var() - 1) < 4 * np.sqrt(2 / draws)


def test_the_unit_effects_of_a_posterior_are_its_weights_times_the_columns() -> None:
    t = RNG.binomial(1, PROPENSITY)
    y = LINE @ [1.0, 0.5] + t * (1.0 + LINE[:, 0]) + 0.3 * RNG.normal(size=80)
    posterior = condition(model(), {"t": t, "y": y}, draws=100, tune=200, seed=1, progress=False)
    assert posterior.idata.attrs["sampler"] == "gibbs"
    with pytest.warns(ConvergenceWarning):  # four chains of a hundred draws are few
        answer = posterior.ask(ITE("y", do={"t": 1}, versus={"t": 0}))
    drawn = posterior.idata["posterior"]
    effect = drawn["effect_intercept"].to_numpy()[..., None]
    effect = effect + drawn["effect_line_weight"].to_numpy() @ LINE[:, :1].T
    np.testing.assert_allclose(answer.to_numpy(), effect, atol=1e-9)
    # 80 units with noise 0.3: the average effect is known to about 4 * 0.3 / sqrt(80) or better.
    assert abs(effect.mean() - (1.0 + LINE[:, 0].mean())) < 4 * 0.3 * 2 / np.sqrt(80)
