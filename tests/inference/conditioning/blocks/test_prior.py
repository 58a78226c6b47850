"""A block of which the data say nothing is drawn from its own equations."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.conditioning.blocks import prior as module
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.prior import prior
from ifonly.inference.conditioning.blocks.problem import Problem
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

RNG = np.random.default_rng(2)
DATA = {"x": RNG.normal(size=6), "y": RNG.normal(size=6)}


def chain() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", pm.Normal("a"), 1.0, dims="unit")
        pm.Normal("y", pm.Normal("b") * x, pm.HalfNormal("s"), dims="unit")
        pm.Normal("later", x, 1.0, dims="unit")
    return model


def test_what_nothing_seen_depends_on_is_drawn_from_its_equation() -> None:
    model = chain()
    evidence = read_evidence(Equations(model), DATA)
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, set(DATA)) if "later" in b.unknowns]
    found = prior(Problem(observed, equations, evidence, block), 2_000, np.random.default_rng(1))
    assert found is not None
    assert found.values["later"].shape == (2_000, 6)
    np.testing.assert_allclose(found.values["later"].mean(0), DATA["x"], atol=5 / np.sqrt(2_000))


def test_a_block_that_something_seen_depends_on_is_left_to_others(problem: Problem) -> None:
    assert prior(problem, 3, np.random.default_rng(1)) is None


def test_more_values_than_are_drawn_at_once_are_left_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence = read_evidence(Equations(chain()), DATA)
    observed, equations = observe(chain(), evidence, "unit")
    [block] = [b for b in blocks_of(equations, set(DATA)) if "later" in b.unknowns]
    whole = Problem(observed, equations, evidence, block)
    monkeypatch.setattr(module, "MOST_VALUES", 5)
    assert prior(whole, 3, np.random.default_rng(1)) is None
