"""A model conditioned on evidence: its units, what is observed in it, and what stays free."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

AGE, X, Y = np.array([1.0, 2.0, 4.0]), np.array([0.5, -1.0, 2.0]), np.array([3, 0, 1])


@pytest.fixture
def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        age = pm.Data("age", [0.0], dims="unit")
        slope = pm.Normal("slope", initval=0.25)
        x = pm.Normal("x", slope * age, 1.7, dims="unit")
        pm.Poisson("y", pm.math.exp(x), dims="unit")
    return model


def conditioned(model, **columns):
    evidence = read_evidence(Equations(model), {"age": AGE, **columns}, allow_missing=True)
    return observe(model, evidence, "unit")


def test_the_likelihood_is_that_of_the_data(model):
    observed, equations = conditioned(model, x=X, y=Y)
    assert {v.name for v in observed.observed_RVs} == {"x", "y"}
    assert [v.name for v in observed.free_RVs] == ["slope"]
    found = observed.compile_logp(mode="FAST_COMPILE")({"slope": 0.7})
    expected = (
        stats.norm.logpdf(0.7)
        + stats.norm.logpdf(X, 0.7 * AGE, 1.7).sum()
        + stats.poisson.logpmf(Y, np.exp(X)).sum()
    )
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert equations.model is observed
    assert equations.length("unit") == 3


def test_what_has_no_column_or_lacks_values_stays_free(model):
    latent, _ = conditioned(model, y=Y)
    assert {v.name for v in latent.free_RVs} == {"slope", "x"}
    gaps, _ = conditioned(model, x=[0.5, np.nan, 2.0], y=Y)
    assert {v.name for v in gaps.free_RVs} == {"slope", "x"}
    assert [v.name for v in gaps.observed_RVs] == ["y"]


def test_the_user_s_model_is_left_and_its_initial_values_are_kept(model):
    observed, _ = conditioned(model, x=X, y=Y)
    assert observed.initial_point()["slope"] == 0.25
    assert model.observed_RVs == []
    np.testing.assert_array_equal(model["age"].get_value(), [0.0])
    np.testing.assert_array_equal(observed["age"].get_value(), AGE)


def test_what_is_observed_can_be_exchanged(model):
    """It stands in shared variables, so that one compiled function serves other data."""
    observed, _ = conditioned(model, x=X, y=Y)
    values = observed.rvs_to_values
    for rv in observed.observed_RVs:
        assert hasattr(values[rv], "set_value")
        assert values[rv].dtype == rv.dtype
