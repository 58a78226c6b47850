import pymc as pm
import pytest


@pytest.fixture(scope="session")
def model() -> pm.Model:
    """Units with a covariate that explains half of the outcome's variance."""
    with pm.Model(coords={"unit": range(1)}) as made:
        effect = pm.Normal("effect", 0.2, 0.2)
        x = pm.Normal("x", dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", effect * t + x, 1, dims="unit")
    return made
