"""The log of a randomised policy, held against its algebra."""

import numpy as np
import pymc as pm
from scipy.stats import norm

from ifonly.models.logged_bandit import TILT, logged_bandit

TRUTH = {
    "alpha": [1.0, 1.2, 0.8],
    "beta": [-0.5, 0.0, 0.8],
    "gamma": [3.0, 2.5, 2.6],
    "delta": 0.5,
    "sigma_r": 0.7,
    "sigma_k": 1.3,
}


def test_parameters_and_mechanisms() -> None:
    found = {v.name for v in logged_bandit().free_RVs}
    assert found == {*TRUTH, "x", "arm", "revenue", "retention"}


def test_each_density_is_the_algebra() -> None:
    model = pm.do(logged_bandit(), TRUTH)
    x, arm, revenue, retention = np.array([0.7]), np.array([2]), np.array([2.0]), np.array([1.5])
    observed = pm.observe(model, {"x": x, "arm": arm, "revenue": revenue, "retention": retention})
    found = observed.point_logps(observed.initial_point())
    odds = np.exp(0.7 * np.array(TILT))
    expected = {
        "x": norm.logpdf(0.7),
        "arm": np.log(odds[2] / odds.sum()),
        "revenue": norm.logpdf(2.0, 0.8 + 0.8 * 0.7, 0.7),
        "retention": norm.logpdf(1.5, 2.6 + 0.5 * 0.7, 1.3),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=0.005)  # rounded by PyMC
