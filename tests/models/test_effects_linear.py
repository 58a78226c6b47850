"""The linear model of effects, held against Bayesian least squares in NumPy."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference import condition
from ifonly.models.effects_linear import effects_linear

RNG = np.random.default_rng(4)
X = RNG.normal(size=(200, 2))
P = np.full(200, 0.5)


def test_the_posterior_is_that_of_least_squares() -> None:
    t = RNG.binomial(1, P)
    y = 1.0 + X @ [0.5, -1.0] + t * (2.0 + X[:, 0]) + RNG.normal(size=200)
    model = effects_linear({"line": X}, {"line": X}, P, scale=y.std(), location=y.mean())
    posterior = condition(model, {"t": t, "y": y}, seed=1, progress=False)
    assert posterior.idata.attrs["sampler"] == "independent draws"
    design = np.column_stack([np.ones(200), X, t, t[:, None] * X])
    least, left, *_ = np.linalg.lstsq(design, y, rcond=None)
    error = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * left[0] / 194)
    drawn = posterior.idata["posterior"]
    found = [drawn["effect_intercept"].mean(), *drawn["effect_line_weight"].mean(("chain", "draw"))]
    # The prior, of standard deviation 2 to 5, pulls by less than a twentieth of an error.
    np.testing.assert_array_less(np.abs(np.array(found, float) - least[3:]), 0.15 * error[3:])
    assert float(drawn["effect_intercept"].std()) == pytest.approx(error[3], rel=0.1)


def test_a_binary_outcome_is_a_probit() -> None:
    t = RNG.binomial(1, P)
    eta = -0.5 + X @ [0.5, 0.0] + t * (1.0 + 0.5 * X[:, 0])
    y = RNG.binomial(1, stats.norm.cdf(eta))
    model = effects_linear({"line": X}, {"line": X}, P, family="bernoulli")
    posterior = condition(model, {"t": t, "y": y}, draws=250, tune=250, seed=1, progress=False)
    assert posterior.idata.attrs["sampler"] == "independent draws"
    effect = posterior.idata["posterior"]["effect_intercept"]
    assert abs(float(effect.mean()) - 1.0) < 3 * float(effect.std())
