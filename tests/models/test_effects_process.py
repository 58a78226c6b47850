"""The model with processes: its prior is the kernel, and it is conditioned by Gibbs sampling."""

import numpy as np
import pymc as pm

from ifonly.inference import condition
from ifonly.models.effects_process import effects_process

RNG = np.random.default_rng(8)
X = np.sort(RNG.uniform(-2, 2, 150))
KERNEL = np.exp(-0.5 * (X[:, None] - X) ** 2)
COLUMNS = np.linalg.cholesky(KERNEL + 1e-6 * np.eye(150))[:, :25]
LINE = X[:, None]


def model(**options: object) -> pm.Model:
    terms = {"line": LINE, "process": COLUMNS}
    return effects_process(terms, terms, np.full(150, 0.5), **options)


def test_the_process_has_the_covariance_of_its_columns() -> None:
    world = pm.do(
        model(scale=2.0),
        {"effect_process_amplitude": 0.5, "effect_line_weight": [0.0], "effect_intercept": 0.0},
    )
    draws = pm.draw(world["effect"], 3_000, random_seed=1, mode="FAST_COMPILE")
    found = np.cov(draws[:, [0, 70, 149]].T)
    truth = (COLUMNS @ COLUMNS.T)[np.ix_([0, 70, 149], [0, 70, 149])]  # (2.0 * 0.5)^2 is 1
    np.testing.assert_allclose(found, truth, atol=5 * np.sqrt(2 / 3_000))


def test_it_is_conditioned_without_a_compiler_and_finds_a_curve() -> None:
    t = RNG.binomial(1, 0.5, 150)
    effect = np.sin(2 * X)
    y = X + t * effect + 0.2 * RNG.normal(size=150)
    posterior = condition(model(), {"t": t, "y": y}, draws=150, tune=150, seed=1, progress=False)
    assert posterior.idata.attrs["sampler"] == "gibbs"
    drawn = posterior.idata["posterior"]
    found = drawn["effect_process_weight"].to_numpy() @ COLUMNS.T
    found += drawn["effect_line_weight"].to_numpy() @ LINE.T
    found += drawn["effect_intercept"].to_numpy()[..., None]
    error = np.sqrt(np.mean((found.mean(axis=(0, 1)) - effect) ** 2))
    # Some ten effective terms, noise 0.2, 75 units an arm: 0.2 * sqrt(2 * 10 / 75) is 0.1.
    assert error < 0.15
