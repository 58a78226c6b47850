"""The PyMC model of a mechanism: its density by SciPy, and that blocks compute its posterior."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from ifonly.inference import condition
from ifonly.inference.generators.laws import LAWS, Law
from ifonly.inference.generators.regression import regression

UNITS = 60
RNG = np.random.default_rng(1)
GROUPS = {"level": np.ones((UNITS, 1)), "line": RNG.normal(size=(UNITS, 3))}
POINT = {
    "response_level_weight": np.array([0.3]),
    "response_line_weight": np.array([0.2, -0.1, 0.4]),
    "response_line_scale": np.array([0.7]),
    "response_noise": np.array(1.3),
}
SPREAD = 1.5
ETA = 0.3 + GROUPS["line"] @ POINT["response_line_weight"]
VALUES: dict[Law, np.ndarray] = {
    "bernoulli": RNG.integers(0, 2, UNITS),
    "normal": RNG.normal(size=UNITS),
    "lognormal": np.exp(RNG.normal(size=UNITS)),
    "negative_binomial": RNG.poisson(2.0, UNITS),
}


def by_scipy(law: Law) -> float:
    noise = 1.3
    seen = {
        "bernoulli": lambda y: stats.bernoulli(ndtr(ETA)).logpmf(y),
        "normal": lambda y: stats.norm(ETA, noise).logpdf(y),
        "lognormal": lambda y: stats.lognorm(noise, scale=np.exp(ETA)).logpdf(y),
        "negative_binomial": lambda y: stats.nbinom(noise, noise / (noise + np.exp(ETA))).logpmf(y),
    }[law](VALUES[law]).sum()
    prior = stats.norm(0, 10 * SPREAD).logpdf(0.3)
    prior += stats.norm(0, 0.7).logpdf(POINT["response_line_weight"]).sum()
    prior += stats.halfcauchy(scale=SPREAD).logpdf(0.7)
    if law != "bernoulli":
        wide = 10.0 if law == "negative_binomial" else SPREAD
        prior += stats.halfcauchy(scale=wide).logpdf(noise)
    return float(seen + prior)


@pytest.mark.parametrize("law", LAWS)
def test_the_density_is_that_of_scipy(law: Law) -> None:
    import pymc as pm

    model = pm.observe(regression(law, GROUPS, SPREAD), {"response": VALUES[law]})
    point = {
        model.rvs_to_values[rv].name: np.log(POINT[rv.name])
        if model.rvs_to_transforms[rv] is not None
        else POINT[rv.name]
        for rv in model.free_RVs
    }
    found = model.compile_logp(jacobian=False, mode="FAST_COMPILE")(point)
    assert float(found) == pytest.approx(by_scipy(law), rel=1e-8)


@pytest.mark.parametrize("law", ["bernoulli", "normal", "lognormal"])
def test_blocks_compute_the_posterior_without_a_compiler(law: Law) -> None:
    posterior = condition(
        regression(law, GROUPS, SPREAD),
        {"response": VALUES[law]},
        draws=30,
        tune=30,
        chains=2,
        seed=1,
        progress=False,
    )
    assert posterior.facts["blocks"].startswith("gibbs: ")
