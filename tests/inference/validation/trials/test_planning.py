"""The power curve and the smallest sample, against the closed form."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import QueryError
from ifonly.inference.experiments import power, sample_size
from ifonly.inference.validation.trials import TwoArms, power_curve, smallest_sample

SD = np.sqrt(2.0)


def test_the_curve_is_the_power_at_each_number(model: pm.Model) -> None:
    curve = power_curve(model, TwoArms("t", "y", 100), [60, 240], parameters={"effect": 0.5},
                        replications=2_000)  # fmt: skip
    for units, row in curve.iterrows():
        expected = power(0.5, SD, float(units))  # type: ignore[arg-type]
        assert abs(row["power"] - expected) < 3.5 * row["mc_error"] + 0.01
    assert curve["exaggeration"].iloc[0] > curve["exaggeration"].iloc[1] > 1


def test_the_smallest_sample_is_found_from_far_off_with_an_honest_interval(
    model: pm.Model,
) -> None:
    exact = sample_size(0.5, SD)
    found = smallest_sample(model, TwoArms("t", "y", 60), parameters={"effect": 0.5},
                            replications=1_500).iloc[0]  # fmt: skip
    assert found["low"] < exact + 3
    assert found["high"] > exact - 3
    assert abs(found["units"] - exact) < 0.08 * exact
    assert abs(found["power"] - 0.8) < 3.5 * found["mc_error"] + 0.01


def test_no_effect_has_no_sample(model: pm.Model) -> None:
    with pytest.raises(QueryError, match="no effect in this world"):
        smallest_sample(model, TwoArms("t", "y", 60), parameters={"effect": 0.0}, replications=250)
