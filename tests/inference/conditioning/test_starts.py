"""Chains over discrete values begin apart, where the data allow it."""

import numpy as np
import pymc as pm

from ifonly.inference.conditioning.starts import apart
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

UNITS = 40


def observed(outcome: str) -> pm.Model:
    """Return two causes of a unit, of which none, at least one, or two are needed for y = 1."""
    with pm.Model(coords={"unit": range(1)}) as model:
        p = pm.Beta("p", 2.0, 2.0)
        a = pm.Bernoulli("a", p, dims="unit")
        b = pm.Bernoulli("b", 0.5, dims="unit")
        chance = {"any": 0.2 + 0.6 * a * b, "one": pm.math.maximum(a, b), "never": 0.0 * a}
        pm.Bernoulli("y", chance[outcome], dims="unit")
    evidence = read_evidence(Equations(model), {"y": np.ones(UNITS, int)})
    return observe(model, evidence, "unit")[0]


def test_chains_begin_apart() -> None:
    """Two draws of a coin agree by half; the second chain's start agrees less with the first's."""
    one, two = apart(observed("any"), "unit", 2, np.random.default_rng(1)) or []
    assert set(one) == {"a", "b"}
    agree = np.mean([one[n] == two[n] for n in one])
    # Of a hundred draws the least like the first: some two and a half standard deviations below.
    assert agree < 0.5 - 2 * np.sqrt(0.25 / (2 * UNITS))


def test_each_unit_takes_what_its_data_allow() -> None:
    """No draw from the prior fits all units, but each unit has draws that fit it."""
    starts = apart(observed("one"), "unit", 3, np.random.default_rng(1))
    assert starts is not None
    for start in starts:
        assert (start["a"] + start["b"] >= 1).all()
    both = [s["a"] + 2 * s["b"] for s in starts]
    assert (both[0] != both[1]).mean() > 0.95


def test_where_nothing_fits_there_is_no_start() -> None:
    assert apart(observed("never"), "unit", 2, np.random.default_rng(1)) is None
