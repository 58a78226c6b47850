"""The probability of treatment, held against the law that made it."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from ifonly.inference.errors import DataError
from ifonly.inference.inputs.basis import evenly
from ifonly.scenarios.analyses.effects import assignment
from ifonly.scenarios.analyses.effects.assignment import learn_assignment


def test_it_follows_a_curve() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(-2, 2, 4_000)
    truth = 0.2 + 0.6 * expit(6 * np.sin(2 * x))
    held = pd.DataFrame({"x": x})
    learnt = learn_assignment(held, rng.binomial(1, truth).astype(float))
    error = np.sqrt(np.mean((learnt.propensity(held) - truth) ** 2))
    # Nine terms and 4,000 units of variance at most 1/4 leave an error of 0.024 or more; the
    # spline's own is smaller than twice that. A straight line would be 0.2 off.
    assert error < 0.06
    np.testing.assert_allclose(logit(learnt.propensity(held)), learnt.logit(held))


def test_covariates_that_decide_together_are_refused() -> None:
    rng = np.random.default_rng(2)
    held = pd.DataFrame(rng.normal(size=(300, 2)), columns=["a", "b"])
    total = held["a"] + held["b"]
    keep = total.abs() > 0.3
    with pytest.raises(DataError, match="together decide the treatment"):
        learn_assignment(held[keep], (total[keep] > 0).to_numpy(float))


def test_all_units_tell_the_weights_where_some_choose_the_prior(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the mode of the posterior of all units the slope of its logarithm is zero."""
    monkeypatch.setattr(assignment, "evenly", lambda count: evenly(count, 300))
    rng = np.random.default_rng(5)
    held = pd.DataFrame({"x": rng.normal(size=2_000)})
    treated = rng.binomial(1, expit(held["x"])).astype(float)
    learnt = learn_assignment(held, treated)
    terms = learnt.basis.terms(held)
    columns = np.hstack([np.ones((2_000, 1)), *terms.values()])
    slope = columns.T @ (treated - expit(columns @ learnt.weights))
    priors = np.array([[1e-4, a, *[b] * terms["curve"].shape[1]] for a, b in assignment.PRECISIONS])
    assert abs(slope - priors * learnt.weights).max(axis=1).min() < 1e-3
