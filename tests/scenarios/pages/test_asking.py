"""What a page asks is what the algebra of the model says."""

import numpy as np

from ifonly.scenarios.pages.asking import Asking

from .worlds import A, T, Y, mean_effect, quadratic

SETTINGS = [{"a": (0.5, 1.0)}, {"a": (1.0, 0.0), "t": (1.0, 0.0)}, {"a": (0.0, 1.5)}]
EXPECTED = [mean_effect(A + 0.5, T), mean_effect(np.ones(50), np.ones(50)), mean_effect(1.5 * A, T)]


def test_means_and_units_are_those_of_the_algebra():
    asking = Asking(quadratic().state, "y")
    np.testing.assert_allclose(asking.means(SETTINGS)[0], EXPECTED, rtol=1e-12)
    rows = np.array([7, 3])
    each = asking.each(SETTINGS, rows)
    assert each.shape == (1, 3, 2)
    changed = (A + 0.5) ** 2 + (A + 0.5) * T - A**2 - A * T
    np.testing.assert_allclose(each[0, 0], changed[rows], rtol=1e-12)
    np.testing.assert_allclose(asking.natural(rows)[0], Y[rows])
    np.testing.assert_allclose(asking.natural()[0], Y.mean())


def test_rules_set_each_unit_as_they_say():
    rule = (A > 2.0).astype(int)
    found = Asking(quadratic().state, "y").rules("t", [rule, 1 - rule])
    expected = [mean_effect(A, rule), mean_effect(A, 1 - rule)]
    np.testing.assert_allclose(found[0], expected, rtol=1e-12)
