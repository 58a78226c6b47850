"""An intervention that is felt along chosen paths only, against the algebra."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import set_to

from .small import A, B, C, M, T, Y, known, number, state_of

DOS = {"do": {"t": set_to(1.0)}, "versus": {"t": set_to(0.0)}}
DIRECT, MEDIATED = ("t", "y"), ("t", "m", "y")


def outcome(direct: float, mediated: float) -> np.ndarray:
    """y with t at `direct` in its own equation, and at `mediated` in that of m."""
    moved = M + A * (mediated - T)
    return Y + C * (direct - T) + B * (moved - M)


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ((), outcome(0.0, 0.0)),
        ((DIRECT,), outcome(1.0, 0.0)),
        ((MEDIATED,), outcome(0.0, 1.0)),
        ((DIRECT, MEDIATED), outcome(1.0, 1.0)),
    ],
    ids=["none", "direct", "mediated", "both"],
)
def test_each_choice_of_paths(routes, expected):
    state = known()
    cross = state.cross_world({}, False, DOS)
    found = number(state, cross, cross.along(frozenset(routes))["y"])
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-14)


def test_a_variable_on_two_paths_has_a_value_for_each():
    """The recanting witness: m is as `do` makes it on its way over w, and as in `versus` else."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Normal("t", dims="unit")
        m = pm.Normal("m", 2.0 * t, 1.0, dims="unit")
        w = pm.Normal("w", 3.0 * m, 1.0, dims="unit")
        pm.Normal("y", 5.0 * m + 7.0 * w, 1.0, dims="unit")
    zero = np.zeros(2)
    state = state_of(model, dict.fromkeys("tmwy", zero), {})
    cross = state.cross_world({}, False, DOS)
    ways = {("t", "m", "w", "y"): 7.0 * 3.0 * 2.0, ("t", "m", "y"): 5.0 * 2.0}
    for way, effect in ways.items():
        found = number(state, cross, cross.along(frozenset({way}))["y"])
        np.testing.assert_allclose(found, zero + effect, rtol=1e-14)
    both = number(state, cross, cross.along(frozenset(ways))["y"])
    np.testing.assert_allclose(both, zero + sum(ways.values()), rtol=1e-14)
