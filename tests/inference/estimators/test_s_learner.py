"""The S-learner of a straight line, by algebra."""

import numpy as np

from ifonly.inference.estimators import (
    SLearner,
)

from .made import SEEN, binary


def line():
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


def test_one_line_gives_all_units_the_coefficient():
    data = binary(units=80)
    found = SLearner(regressor=line(), bootstraps=0).effects(data, SEEN)
    rows = np.column_stack([data["t"], np.ones(80), data["w"]])
    slope = np.linalg.lstsq(rows, data["y"], rcond=None)[0][0]
    np.testing.assert_allclose(found, slope, rtol=1e-9)
    assert SLearner.label == "S-learner"
