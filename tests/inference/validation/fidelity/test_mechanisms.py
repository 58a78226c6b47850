"""Mechanisms that a synthetic table keeps or loses."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from ifonly.inference.validation.fidelity.mechanisms import contrast, mechanisms
from ifonly.inference.validation.fidelity.tables import both


def sample(seed: int, number: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1_500, 6))
    arm = (rng.random(1_500) < expit(x.sum(axis=1) / 2)).astype(int)
    index = x.sum(axis=1) / 2 - arm
    y = index + rng.normal(size=1_500) if number else (rng.random(1_500) < expit(index)) * 1
    return pd.DataFrame(x, columns=list("abcdef")).assign(arm=arm, y=y)


def test_a_fresh_sample_teaches_the_same_and_a_shuffled_one_nothing() -> None:
    real = sample(1)
    found = mechanisms(both(real, sample(2)), "arm", "y", seed=1)
    assert found["treatment_auc"] == pytest.approx(0.0, abs=0.02)
    assert found["outcome_auc"] == pytest.approx(0.0, abs=0.02)
    assert found["contrast"] == pytest.approx(0.0, abs=0.1)
    rng = np.random.default_rng(3)
    shuffled = real.assign(y=rng.permutation(real["y"]), arm=rng.permutation(real["arm"]))
    lost = mechanisms(both(real, shuffled), "arm", "y", seed=1)
    # A rule learnt from noise points anywhere; here it is no better than a coin.
    assert lost["treatment_auc"] < -0.1
    assert lost["contrast"] == pytest.approx(-contrast(real["arm"], real["y"]), abs=0.1)


def test_an_outcome_that_is_a_number() -> None:
    found = mechanisms(both(sample(1, True), sample(2, True)), None, "y", seed=1)
    assert list(found) == ["outcome_r2"]
    assert found["outcome_r2"] == pytest.approx(0.0, abs=0.02)


def test_the_contrast_is_the_difference_of_two_means() -> None:
    assert contrast([0, 0, 1, 1], [1.0, 3.0, 5.0, 9.0]) == 5.0
