"""Inverse probability weighting, against the weighted difference."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import (
    DataError,
)
from ifonly.inference.estimators import (
    AIPW,
    IPW,
    NaiveDifference,
    Roles,
    propensity,
)

from .made import SEEN, binary, of


def test_ipw_is_the_weighted_difference():
    data = binary(units=500)
    p = propensity(data, "t", ["w"])
    one, none = data["t"] / p, (1 - data["t"]) / (1 - p)
    expected = (one * data["y"]).sum() / one.sum() - (none * data["y"]).sum() / none.sum()
    assert of(IPW().estimate(data, SEEN)) == pytest.approx(expected, rel=1e-5)


def test_without_anything_to_hold_weighting_is_the_difference():
    data, roles = binary(units=400), Roles("t", "y")
    expected = of(NaiveDifference().estimate(data, roles))
    assert of(IPW().estimate(data, roles)) == pytest.approx(expected)
    assert of(AIPW().estimate(data, roles)) == pytest.approx(expected, rel=0.05)


def test_the_propensity_of_groups_is_their_share():
    frame = pd.DataFrame({"e": [0, 1, 0, 1, 1, 1], "w": list("aabbbb")}, index=list("uvwxyz"))
    found = propensity(frame, "e", ["w"])
    np.testing.assert_allclose(found, [0.5, 0.5, 0.75, 0.75, 0.75, 0.75], rtol=1e-6)
    assert list(found.index) == list("uvwxyz")
    assert found.name == "P(e = 1)"
    with pytest.raises(DataError, match="'e' is not of 0 and 1"):
        propensity(frame.assign(e=2), "e", ["w"])
    with pytest.raises(DataError, match="separation"):
        propensity(frame.assign(w=frame["e"]), "e", ["w"])


def test_groups_are_weighted_by_their_size():
    """The effect is 1 in four units and 4 in eight: 3 over all."""
    data = {
        "w": [0] * 4 + [1] * 8,
        "t": [0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1],
        "y": [0.0, 2.0, 1.0, 3.0, 5.0, 7.0, 8.0, 12.0, 10.0, 10.0, 9.0, 11.0],
    }
    assert of(IPW().estimate(data, SEEN)) == pytest.approx(3.0, rel=1e-5)
