"""Where a propensity fails: separation and overlap."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import (
    AssumptionWarning,
)
from ifonly.inference.estimators import (
    AIPW,
    IPW,
    Roles,
)
from ifonly.inference.estimators.design import read_design
from ifonly.inference.estimators.propensity import (
    fit_propensity,
    overlap_problems,
    separation_problems,
)

from .made import SEEN, UNITS, binary, of, told


@pytest.mark.parametrize("estimator", [IPW(), AIPW()])
def test_perfect_separation_is_named(estimator):
    data = binary().assign(w=lambda d: d["w"].where(d["t"] == 0, d["w"].abs() + 10))
    data.loc[data["t"] == 0, "w"] = -data.loc[data["t"] == 0, "w"].abs()
    with pytest.warns(AssumptionWarning, match="separation: w alone tells units with t = 1"):
        answer = estimator.estimate(data, SEEN)
    assert np.isnan(of(answer))


def test_separation_by_a_level_and_by_a_combination_is_named():
    data = binary(units=400)
    data["kind"] = np.where((np.arange(400) % 4 == 0) & (data["t"] == 1), "vip", "casual")
    messages = told(IPW(), data, SEEN.adding("kind"))
    assert "separation: every unit with kind = vip has t = 1" in messages[0]
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 400))
    pair = pd.DataFrame({"a": a, "b": b, "t": (a + b > 0).astype(int), "y": a})
    [message] = told(IPW(), pair, Roles("t", "y", ("a", "b")))
    assert "separation: a, b together tell treated from untreated" in message


def test_no_overlap_is_counted():
    rng = np.random.default_rng(3)
    w = rng.normal(size=UNITS) * 4
    t = rng.binomial(1, 1 / (1 + np.exp(-2 * w)))
    data = pd.DataFrame({"w": w, "t": t, "y": t + w})
    [message] = told(IPW(), data, SEEN)
    assert "no overlap: " in message
    share = np.mean(abs(2 * w) > np.log(99))
    count = int(message.split("no overlap: ")[1].split(" ")[0])
    assert count / UNITS == pytest.approx(share, abs=0.03)
    assert told(IPW(), binary(), SEEN) == []


def test_too_many_without_a_counterpart():
    some = np.r_[np.full(97, 0.5), 0.001, 0.999, 0.01]
    assert overlap_problems(some) == [
        "no overlap: 2 of 100 units are treated with a probability below 0.01 or above 0.99"
    ]
    assert overlap_problems(np.r_[np.full(99, 0.5), 0.001]) == []


def test_a_fit_and_its_absence():
    data = {"t": [0, 0, 1, 1, 0, 1], "w": [0, 0, 0, 0, 1, 1], "y": [0.0] * 6}
    found, problems = fit_propensity(read_design(data, SEEN))
    np.testing.assert_allclose(found.predict(), 0.5, atol=1e-9)
    assert problems == []
    data["w"] = data["t"]
    found, problems = fit_propensity(read_design(data, SEEN))
    assert found is None
    assert problems == separation_problems(read_design(data, SEEN))
    assert problems[0] == "separation: no unit with w = 0 has t = 1"
