"""The laws of noise: PyMC's, NumPy's and scipy's are one."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.families.form import LAWS

from .one_family import (
    NOISE,
    numbers,
)

X = np.array([0.001, 0.3, 0.9])


def test_every_law_is_there():
    assert set(LAWS) == set(NOISE)


@pytest.mark.parametrize("name", sorted(NOISE))
def test_pymc_s_law_is_scipy_s(name):
    law = LAWS[name]
    assert law.name == name
    found = numbers(pm.logp(law.dist(shape=3), pt.constant(X)))
    np.testing.assert_allclose(found, NOISE[name].logpdf(X), rtol=1e-8)  # log 2 in 32 bits


@pytest.mark.parametrize("name", sorted(NOISE))
def test_numpy_s_draws_have_it(name):
    found = LAWS[name].sample(np.random.default_rng(3), (500, 2))
    assert found.shape == (500, 2)
    assert stats.kstest(found.ravel(), NOISE[name].cdf).pvalue > 1e-3
    again = LAWS[name].sample(np.random.default_rng(3), (500, 2))
    np.testing.assert_array_equal(found, again)
