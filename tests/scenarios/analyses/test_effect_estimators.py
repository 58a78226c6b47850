"""Our models under the contract of estimators of unit effects."""

import numpy as np

from ifonly.inference.estimators import Roles
from ifonly.scenarios.analyses.effect_estimators import ESTIMATORS

from .small import table


def test_they_answer_for_the_units_and_for_others() -> None:
    assert set(ESTIMATORS) >= {"linear", "splines", "process", "ifonly"}
    roles = Roles("t", "y", adjust=("x", "place"))
    whole = ESTIMATORS["linear"].unit_effects(table(), roles, level=0.9)
    assert whole.level == 0.9
    assert len(whole) == 400
    rows = table()[["x", "place"]].iloc[:7]
    some = ESTIMATORS["linear"].unit_effects(table(), roles, at=rows, level=0.9)
    np.testing.assert_allclose(some.mean, whole.mean[:7])
    np.testing.assert_allclose(some.low, whole.low[:7])
