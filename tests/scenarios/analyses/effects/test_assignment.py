"""The probability of treatment, held against the law that made it."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from ifonly.inference.errors import DataError
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
