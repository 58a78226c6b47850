"""What the effect models share."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.models.effects_parts import outcome_of, treatment_of


def drawn(family: str) -> float:
    with pm.Model(coords={"unit": range(20_000)}) as model:
        outcome_of("y", family, pt.full(20_000, 0.3))
    return float(pm.draw(model["y"], random_seed=1, mode="FAST_COMPILE").mean())


def test_links() -> None:
    p, m = stats.norm.cdf(0.3), np.exp(0.3)
    assert drawn("bernoulli") == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 20_000))
    assert drawn("poisson") == pytest.approx(m, abs=4 * np.sqrt(m / 20_000))
    with pytest.raises(ValueError, match="family is one of normal, bernoulli, poisson, not 'beta'"):
        drawn("beta")


def test_the_treatment_has_its_propensity_and_covariates_stay_data() -> None:
    propensity = np.repeat([0.1, 0.9], 10_000)
    with pm.Model(coords={"unit": range(20_000)}) as model:
        treatment_of("t", propensity, {"age": np.arange(20_000.0)})
    t = pm.draw(model["t"], random_seed=1, mode="FAST_COMPILE")
    assert t[:10_000].mean() == pytest.approx(0.1, abs=4 * 0.3 / 100)
    assert t[10_000:].mean() == pytest.approx(0.9, abs=4 * 0.3 / 100)
    assert model.named_vars_to_dims["age"] == ("unit",)
