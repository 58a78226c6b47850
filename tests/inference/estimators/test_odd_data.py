"""Odd data: what does not vary, what others determine, what is infinite, and few units."""

import warnings

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.estimators import AIPW, IPW, OLS, NaiveDifference, Roles, TwoStageLeastSquares

SEEN = Roles("t", "y", adjust=("w",))


def hidden(units: int) -> pd.DataFrame:
    """Return t and y with an unseen confounder, and an instrument z."""
    z, u, e, f = np.random.default_rng(1).normal(size=(4, units))
    t = 0.8 * z + u + e
    return pd.DataFrame({"z": z, "t": t, "y": 2.0 * t + 1.5 * u + f})


def seen(units: int) -> pd.DataFrame:
    """Return a binary t and y with a confounder w."""
    rng = np.random.default_rng(2)
    w = rng.normal(size=units)
    t = rng.binomial(1, 1 / (1 + np.exp(-w)))
    return pd.DataFrame({"w": w, "t": t, "y": t + 2.0 * w + rng.normal(size=units)})


def of(answer) -> float:
    return float(answer.sel(statistic="mean"))


def problems(estimator, data, roles) -> list[str]:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        estimator.estimate(data, roles)
    return [str(w.message) for w in given]


@pytest.mark.parametrize("estimator", [OLS(), TwoStageLeastSquares()])
def test_a_treatment_without_variation_of_its_own_is_refused(estimator):
    """Its coefficient would be the intercept's, or whatever a pseudo-inverse makes of it."""
    data = hidden(50).assign(w=np.arange(50.0))
    roles = Roles("t", "y", adjust=("w",), instruments=("z",))
    with pytest.raises(DataError, match="effect of 't', which is the same for all units"):
        estimator.estimate(data.assign(t=1), roles)
    with pytest.raises(DataError, match="effect of 't', which is determined by w; hold fewer"):
        estimator.estimate(data.assign(t=3.0 - 2.0 * data["w"]), roles)


@pytest.mark.parametrize("estimator", [OLS(), IPW(), AIPW(), TwoStageLeastSquares()])
def test_held_columns_that_others_determine_change_nothing(estimator):
    """Twice a confounder, and a constant, span nothing new: the answer is that without them."""
    data = seen(500)
    data["z"] = data["t"] + np.random.default_rng(0).normal(size=500)
    roles = Roles("t", "y", adjust=("w",), instruments=("z",))
    wide = data.assign(twice=2.0 * data["w"] - 7.0, one=1.0)
    expected = estimator.estimate(data, roles)
    found = estimator.estimate(wide, roles.adding("twice", "one"))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.attrs["problems"] == ""
    assert roles.adding("w").adjust == Roles("t", "y", adjust=("w", "w")).adjust == ("w",)


def test_columns_that_no_analysis_takes():
    data = seen(50)
    with pytest.raises(DataError, match="'y' is infinite for 1 of 50 values"):
        OLS().estimate(data.assign(y=data["y"].where(data.index > 0, np.inf)), SEEN)
    with pytest.raises(DataError, match=r"different lengths: .*'y': 3"):
        OLS().estimate({"t": [0, 1, 0, 1], "y": [0.0, 1.0, 2.0], "w": [1, 2, 3, 4]}, SEEN)
    numbers = data.assign(w=data["w"].astype(object))
    np.testing.assert_array_equal(OLS().estimate(numbers, SEEN), OLS().estimate(data, SEEN))


def test_few_units_with_values_of_their_own_are_no_levels():
    """Eight units are not separated by values that only one has each; they overlap in w."""
    y = np.random.default_rng(0).normal(size=8)
    data = {"t": [0, 1] * 4, "w": [0.1, 0.2, 0.3, 0.4, 0.5, 0.45, 0.6, 0.35], "y": y}
    assert not any("separation" in m for m in problems(IPW(), data, SEEN))


def test_outcomes_that_do_not_vary():
    answer = NaiveDifference().estimate({"t": [0, 0, 1, 1], "y": [1.0] * 4}, Roles("t", "y"))
    assert of(answer) == 0.0


def test_an_instrument_that_is_the_treatment():
    data = hidden(50).assign(z=lambda d: d["t"])
    answer = TwoStageLeastSquares().estimate(data, Roles("t", "y", instruments=("z",)))
    assert answer.attrs["first_stage_F"] > 1e12
    assert of(answer) == pytest.approx(np.polyfit(data["t"], data["y"], 1)[0])
