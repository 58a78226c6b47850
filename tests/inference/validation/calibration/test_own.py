"""A model of one's own is calibrated like a scenario."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ModelError, QueryError, calibrate
from ifonly.inference.validation.calibration.own import own_model

QUERY = ATE("y", do={"t": 1}, versus={"t": 0})
SHORT = {"units": 20, "draws": 50, "jobs": 1, "progress": False}


def model(prior_sd=1.0, observed=None):
    with pm.Model() as made:
        effect = pm.Normal("effect", 0.0, prior_sd)
        t = pm.Bernoulli("t", 0.5, observed=None if observed is None else np.arange(4) % 2)
        pm.Normal("y", effect * t, 1.0, observed=observed)
    return made


def with_dims():
    with pm.Model(coords={"row": range(1)}) as made:
        t = pm.Bernoulli("t", 0.5, dims="row")
        pm.Normal("y", pm.Normal("effect") * t, 1.0, dims="row")
    return made


@pytest.mark.slow
def test_from_the_prior_and_at_the_truth():
    found = calibrate(with_dims(), QUERY, 15, seed=1, unit="row", **SHORT)
    assert found.failed == 0
    assert found.p_value > 1e-3
    # A flat answer of the posterior's at a truth far in the prior's tail: shrunk, so it misses.
    far = calibrate(with_dims(), QUERY, 8, seed=1, unit="row", parameters={"effect": 6.0}, **SHORT)
    assert far.about["true_parameters"] == {"effect": 6.0}
    assert float(far.coverage.reset_index().set_index("ci_prob").loc[0.9, "share"]) < 0.6


def test_a_model_that_observes_data_of_its_own():
    own = own_model(model(observed=np.zeros(4)), {"effect": 1.0}, (), "unit")
    world = own.simulate(5, 0)
    assert world.data.sizes == {"unit": 5}
    assert not own.model.observed_RVs


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"parameters": "truth"}, QueryError, "is a mapping"),
        ({"parameters": {"effekt": 1.0}}, ModelError, "did you mean 'effect'"),
        ({"hidden": ["u"], "parameters": {"effect": 1.0}}, ModelError, "hidden variables name 'u'"),
    ],
)
def test_what_is_refused(options, error, words):
    with pytest.raises(error, match=words):
        calibrate(with_dims(), QUERY, 2, unit="row", **SHORT, **options)
