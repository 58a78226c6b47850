"""Our models under the contract of estimators of unit effects."""

import numpy as np

from ifonly.inference.estimators import Roles
from ifonly.inference.estimators.effects import estimator, registered, unregister
from ifonly.scenarios.analyses.effects.estimators import ESTIMATORS, register_effect_models

from .small import table


def test_they_answer_for_the_units_and_for_others() -> None:
    assert set(ESTIMATORS) >= {"linear", "splines", "process", "ifonly"}
    roles = Roles("t", "y", adjust=("x", "place"))
    whole = ESTIMATORS["linear"].unit_effects(table(), roles, ci_prob=0.9)
    assert whole.ci_prob == 0.9
    assert len(whole) == 400
    rows = table()[["x", "place"]].iloc[:7]
    some = ESTIMATORS["linear"].unit_effects(table(), roles, at=rows, ci_prob=0.9)
    np.testing.assert_allclose(some.mean, whole.mean[:7])
    np.testing.assert_allclose(some.low, whole.low[:7])


def test_they_are_found_by_name_once_registered() -> None:
    register_effect_models()
    register_effect_models()  # twice is once
    try:
        assert estimator("process") is ESTIMATORS["process"]
        assert set(ESTIMATORS) <= set(registered())
    finally:
        for name in ESTIMATORS:
            unregister(name)
