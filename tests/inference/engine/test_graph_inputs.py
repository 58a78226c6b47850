"""The inputs of a graph."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    PotentialOutcome,
    World,
    set_to,
)


@pytest.mark.usefixtures("quick_compile")
def test_a_name_may_hold_any_text():
    """Inputs of the graph go by keys, not by texts that a variable's name could spell."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Normal("t", dims="unit")
        other = pm.Normal("t:where", dims="unit")
        comma = pm.Normal("a, b", dims="unit")  # a list of dtypes to NumPy
        pm.Deterministic("y", t + 10.0 * other + comma, dims="unit")
    data = {"t": [1.0, 2.0], "t:where": [0.0, 0.0], "a, b": [0.0, 0.0]}
    world = World.from_evidence(model, {}, data)
    do = {"t": set_to(7.0, where=np.array([True, False])), "t:where": np.array([3.0, 4.0])}
    np.testing.assert_allclose(world.ask(PotentialOutcome("y", do=do)), [37.0, 42.0])
