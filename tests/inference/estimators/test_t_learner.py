"""The T-learner of straight lines, by algebra."""

import numpy as np

from ifonly.inference.estimators import (
    TLearner,
)

from .made import SEEN, binary


def line():
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


def by_arm(data):
    """The effect of each unit by a straight line in each arm."""
    slopes = [np.polyfit(g["w"], g["y"], 1) for _, g in data.groupby("t")]
    return np.polyval(slopes[1] - slopes[0], data["w"])


def test_each_arm_has_a_line_of_its_own():
    data = binary(units=80)
    found = TLearner(regressor=line(), bootstraps=0).effects(data, SEEN)
    np.testing.assert_allclose(found, by_arm(data), rtol=1e-9)
    assert (TLearner.label, TLearner.library) == ("T-learner", "econml")
