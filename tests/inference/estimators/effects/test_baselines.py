import numpy as np
import pytest
import statsmodels.formula.api as smf

from ifonly.inference.estimators.effects import ConstantEffect, ZeroEffect

from .worlds import ROLES, pehe, varied


def test_zero_effect_is_as_wrong_as_the_effects_are_large():
    known = varied(400)
    found = ZeroEffect().unit_effects(known.data, ROLES)
    assert found.ate == 0.0
    assert pehe(found, known.effects) == pytest.approx(np.sqrt(np.mean(known.effects**2)))


def test_constant_effect_is_the_coefficient_of_a_regression():
    known = varied(400)
    found = ConstantEffect().unit_effects(known.data, ROLES, ci_prob=0.9)
    expected = smf.ols("y ~ t + x + z + C(g)", known.data).fit(cov_type="HC3", use_t=True)
    np.testing.assert_allclose(found.mean, expected.params["t"])
    assert (found.ate_low, found.ate_high) == pytest.approx(
        tuple(expected.conf_int(0.1).loc["t"]), rel=1e-6
    )


def test_constant_effect_needs_no_covariates():
    data = {"t": [0, 0, 1, 1, 1], "y": [0.0, 1.0, 3.0, 4.0, 5.0]}
    found = ConstantEffect().unit_effects(data, ROLES.__class__("t", "y"), at={"x": [1, 2]})
    np.testing.assert_allclose(found.mean, [3.5, 3.5])
