"""Refusals name the region of the covariates where it fails."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from ifonly.inference.errors import KnobError
from ifonly.inference.generators.knobs.feasibility import (
    check_confounding,
    check_finite,
    check_means,
    region,
)
from ifonly.inference.generators.knobs.outcomes import Bernoulli, Normal

AGE = np.arange(20, 60)
TABLE = pd.DataFrame(
    {
        "age": AGE,
        "sex": np.where(AGE % 2, "f", "m"),
        "bmi": np.where(AGE < 30, np.nan, 25.0),
        "name": [f"n{k}" for k in AGE],
    }
)


@pytest.mark.parametrize(
    ("failing", "words"),
    [
        (AGE >= 50, "25% of the rows (10 of 40), all with age from 50 to 59"),
        (AGE < 30, "25% of the rows (10 of 40), all with bmi missing"),
        (TABLE["sex"] == "f", "50% of the rows (20 of 40), all with sex f"),
        (AGE > 0, "all 40 rows"),
        (
            np.isin(AGE, [20, 21, 58, 59]),
            "10% of the rows (4 of 40), all with name n20 or n21 or n58 or n59",
        ),
        (np.arange(40) % 13 != 5, "92.5% of the rows (37 of 40)"),
    ],
)
def test_a_region_in_words(failing: np.ndarray, words: str) -> None:
    assert region(TABLE, np.asarray(failing)) == words


def test_missing_values_are_pointed_at() -> None:
    with pytest.raises(KnobError, match=r"the effect is no finite number for 25% .* bmi missing"):
        check_finite(TABLE, TABLE["bmi"].to_numpy(), "the effect")


def test_a_mean_out_of_range_is_refused_with_its_worst_value() -> None:
    inside, out = np.full(40, 0.5), np.where(AGE >= 50, 1.3, 0.5)
    check_means(TABLE, Bernoulli(), (inside, inside), "the effect")
    check_means(TABLE, Normal(1.0), (inside, 100 * out), "the effect")
    with pytest.raises(KnobError, match=r"mean of Y\(1\) .* age from 50 to 59; at worst it is 1.3"):
        check_means(TABLE, Bernoulli(), (inside, out), "the effect")


def test_confounding_beyond_the_limits_or_beyond_the_latent_is_refused() -> None:
    mean, h = np.full(40, 0.1), np.full(40, ndtri(0.5))
    # The Fréchet limit is min(0.1 / 0.5, 0.9 / 0.5) = 0.2; half as strong a U reaches less.
    check_confounding(TABLE, Bernoulli(), mean, h, np.full(40, 0.19), 0.99, 0)
    with pytest.raises(KnobError, match=r"0.21 is asked where it lies from -0.2 to 0.2; no law"):
        check_confounding(TABLE, Bernoulli(), mean, h, np.where(AGE > 49, 0.21, 0.0), 0.5, 0)
    with pytest.raises(KnobError, match=r"strength 0.5, cannot make it; raise the strength"):
        check_confounding(TABLE, Bernoulli(), mean, h, np.full(40, 0.19), 0.5, 0)
