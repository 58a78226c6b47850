"""Rules with a threshold have the effects that the algebra says, for levers of two values alone."""

import base64

import numpy as np

from ifonly.scenarios.pages.asking import Asking
from ifonly.scenarios.pages.levers import levers
from ifonly.scenarios.pages.rules import rules

from .worlds import A, mean_effect, quadratic


def test_a_rule_has_the_effect_of_its_own_assignment():
    state = quadratic().state
    [found] = rules(Asking(state, "y"), levers(state, "y", ("a", "t")))
    assert (found["lever"], found["reads"]) == (1, "a")
    values = np.frombuffer(base64.b64decode(found["values"]["data"]), dtype="<f4")
    for k in (0, 7, 20):
        above = (found["cuts"][k] <= A).astype(int)
        assert found["treated"][k] == above.mean()
        np.testing.assert_allclose(values[k], mean_effect(A, above), rtol=1e-5)
        below = values[len(found["cuts"]) + k]
        np.testing.assert_allclose(below, mean_effect(A, 1 - above), rtol=1e-5)
