"""Parameters that are whole numbers, beside a value that is missing: when a rate switched."""

import warnings

import arviz as az
import numpy as np
import pymc as pm
import pytest
from scipy.special import gammaln, softmax

from ifonly.inference import ModelError, condition

COUNT = np.array([4, 5, 3, 6, 4, -9, 5, 1, 0, 2, 1, 1, 0, 2])
YEAR = 1900 + np.arange(len(COUNT))
SEEN = COUNT >= 0


def switched() -> pm.Model:
    """The model of PyMC's mining disasters, which observes a masked array."""
    with warnings.catch_warnings(), pm.Model() as model:
        warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
        switch = pm.DiscreteUniform("switch", lower=YEAR.min(), upper=YEAR.max())
        early, late = pm.Exponential("early", 1.0), pm.Exponential("late", 1.0)
        rate = pm.math.switch(switch >= YEAR, early, late)
        pm.Poisson("disasters", rate, observed=np.ma.masked_equal(COUNT, -9))
    return model


def test_latents_are_not_integrated_out_beside_them() -> None:
    with pytest.raises(ModelError, match="switch are whole numbers"):
        condition(switched(), method="marginal", draws=10, tune=10, seed=1, progress=False)


@pytest.mark.slow
def test_they_are_sampled_by_themselves() -> None:
    options = {"draws": 1000, "tune": 500, "chains": 4, "seed": 2, "progress": False}
    draws = condition(switched(), **options).idata["posterior"]
    # Gamma priors: the rates integrate out, switch by switch; a count that is missing says nothing.
    sides = [
        np.stack([(s >= YEAR) & SEEN for s in YEAR]),
        np.stack([(s < YEAR) & SEEN for s in YEAR]),
    ]
    total, many = ([side @ v for side in sides] for v in (COUNT, np.ones(len(COUNT))))
    parts = [gammaln(t + 1) - (t + 1) * np.log(m + 1) for t, m in zip(total, many, strict=True)]
    chance = softmax(sum(parts))
    for name, t, m in zip(("early", "late"), total, many, strict=True):
        mean = chance @ ((t + 1) / (m + 1))
        square = chance @ ((t + 1) * (t + 2) / (m + 1) ** 2)
        ess = float(az.ess(draws[name].to_numpy()))
        assert ess > 200
        error = np.sqrt((square - mean**2) / ess)
        assert float(draws[name].mean()) == pytest.approx(mean, abs=5 * error)
    found = float((draws["switch"] == 1906).mean())
    likeliest = chance[YEAR == 1906].item()
    ess = float(az.ess((draws["switch"] == 1906).to_numpy().astype(float)))
    assert found == pytest.approx(likeliest, abs=5 * np.sqrt(likeliest * (1 - likeliest) / ess))
