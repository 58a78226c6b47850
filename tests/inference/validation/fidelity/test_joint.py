"""The whole of two tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import erf
from scipy.stats import norm

from ifonly.inference.validation.fidelity.joint import energy, joint
from ifonly.inference.validation.fidelity.tables import both


def test_the_energy_distance_of_two_normal_laws() -> None:
    one = norm.ppf((np.arange(800) + 0.5) / 800)[:, None]
    # E|N(m, 2)| = 2 / sqrt(pi) * exp(-m^2 / 4) + m * erf(m / 2), for m of 0 and 1.
    within = 2 / np.sqrt(np.pi)
    between = within * np.exp(-0.25) + erf(0.5)
    assert energy(one, one + 1.0) == pytest.approx((between - within) / between, abs=0.003)
    fresh = np.random.default_rng(1).normal(size=(2, 800, 1))
    assert energy(*fresh) == pytest.approx(0.0, abs=0.003)


def test_the_boosted_test_sees_what_the_logistic_one_does_not() -> None:
    rng = np.random.default_rng(2)
    x, noise = rng.normal(size=(2, 400))
    real = pd.DataFrame({"x": x, "z": x + 0.3 * noise, "g": rng.choice(["a", "b"], 400)})
    shuffled = real.assign(z=rng.permutation(real["z"]))
    found = joint(both(real, shuffled), seed=1)
    assert found["c2st_boosted"] > 0.8
    assert abs(found["c2st_logistic"] - 0.5) < 0.08
    # Of the same two tables it is 0.018; of two halves of one, nothing.
    assert found["energy"] > 0.01
    halves = joint(both(real[:200], real[200:]), seed=1)
    assert abs(halves["energy"]) < 0.005
    assert abs(halves["c2st_boosted"] - 0.5) < 0.08
