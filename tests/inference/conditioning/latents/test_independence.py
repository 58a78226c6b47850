"""Units that depend on one another given the parameters cannot be integrated one by one."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ModelError, condition

UNITS = 6


def test_an_array_of_all_units_in_the_model_is_refused():
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        a = pm.Normal("a")
        low = np.linspace(-1.0, 0.0, UNITS)
        u = pm.Uniform("u", low, low + 3.0, dims="unit")
        pm.Normal("y", a + u, 1.0, dims="unit")
    with pytest.raises(ModelError, match=r"one value for each unit.*pm\.Data"):
        condition(model, {"y": np.zeros(UNITS)}, method="marginal", seed=1, progress=False)


@pytest.mark.parametrize("discrete", [False, True])
def test_units_that_depend_by_a_coefficient_of_no_effect_at_first_are_refused(discrete):
    """The prior of the coefficient has its centre at zero, where nothing shows; nor do equal
    values of a discrete latent show it."""
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        a = pm.Normal("a")
        u = pm.Bernoulli("u", 0.5, dims="unit") if discrete else pm.Normal("u", dims="unit")
        pm.Normal("y", a * u.sum() if discrete else a * u.mean(), 1.0, dims="unit")
    with pytest.raises(ModelError, match="of other units"):
        condition(model, {"y": np.zeros(UNITS)}, method="marginal", seed=1, progress=False)


def test_units_that_are_not_independent_are_refused():
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        a = pm.Normal("a")
        u = pm.Normal("u", 0, 1, dims="unit")
        pm.Normal("y", a + u - u.mean(), 1.0, dims="unit")
    with pytest.raises(ModelError, match="of other units"):
        condition(model, {"y": np.zeros(UNITS)}, method="marginal", seed=1, progress=False)
