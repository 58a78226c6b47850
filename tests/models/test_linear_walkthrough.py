"""System 2's skeleton, held against its algebra and its published units."""

import numpy as np
import pymc as pm
import pytensor
import pytest

from ifonly.models.linear_walkthrough import linear_walkthrough

TRUTH = {"beta_y0": 0.0, "beta_ay": 1.5, "beta_by": 0.7, "beta_cy": 0.3, "sigma_y": 0.2}


def test_parameters_are_those_of_the_walkthrough() -> None:
    assert {v.name for v in linear_walkthrough().free_RVs} == {*TRUTH, "a", "b", "c", "y"}


@pytest.mark.parametrize(
    ("b", "expected"), [(0.0, -0.222251), (5.0 * 0.965789, 3.158009)], ids=["b = 0", "b = 5 b"]
)
def test_the_mean_of_the_published_first_unit(b: float, expected: float) -> None:
    model = pm.do(linear_walkthrough(), TRUTH)
    mean = pytensor.function(
        [model["a"], model["b"], model["c"]], model["y_mu"], mode="FAST_COMPILE"
    )
    assert mean([0.168609], [b], [-1.583881]) == pytest.approx(expected, abs=3e-6)


def test_the_mean_is_the_algebra() -> None:
    model = pm.do(linear_walkthrough(), TRUTH | {"beta_y0": 0.25})
    a, b, c = np.random.default_rng(1).normal(size=(3, 100))
    mean = pytensor.function(
        [model["a"], model["b"], model["c"]], model["y_mu"], mode="FAST_COMPILE"
    )
    np.testing.assert_allclose(mean(a, b, c), 0.25 + 1.5 * a + 0.7 * b + 0.3 * c, atol=1e-12)


def test_the_outcome_is_normal_about_its_mean() -> None:
    model = pm.do(linear_walkthrough(), TRUTH)
    logp = pytensor.function(
        [model.rvs_to_values[model[name]] for name in "abcy"],
        model.logp(vars=[model["y"]]),
        mode="FAST_COMPILE",
    )
    mean = 1.5 * 0.168609 + 0.7 * 0.965789 + 0.3 * -1.583881
    z = (0.615137 - mean) / 0.2
    expected = -0.5 * z**2 - np.log(0.2 * np.sqrt(2.0 * np.pi))
    found = logp([0.168609], [0.965789], [-1.583881], [0.615137])
    assert found == pytest.approx(expected, abs=1e-10)
