"""The X-learner of straight lines, by algebra."""

import numpy as np

from ifonly.inference.estimators import (
    XLearner,
)

from .made import SEEN, binary


def line():
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


def by_arm(data):
    """The effect of each unit by a straight line in each arm."""
    slopes = [np.polyfit(g["w"], g["y"], 1) for _, g in data.groupby("t")]
    return np.polyval(slopes[1] - slopes[0], data["w"])


def test_lines_of_imputed_effects_are_the_difference_of_the_lines():
    """The line of y less the other arm's line is the difference of both, whatever the weights."""
    data = binary(units=80)
    found = XLearner(regressor=line(), bootstraps=0).effects(data, SEEN)
    np.testing.assert_allclose(found, by_arm(data), rtol=1e-8)
    assert XLearner.label == "X-learner"
