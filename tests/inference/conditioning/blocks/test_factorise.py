"""Blocks, held against the log-density: across blocks all its mixed second differences are zero."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

from .random_models import by_force, random_model


@pytest.mark.parametrize("seed", range(40))
def test_blocks_are_those_of_the_density(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, columns = random_model(rng)
    evidence = read_evidence(Equations(model), columns, allow_missing=True)
    observed, equations = observe(model, evidence, "unit")
    seen = set(evidence.columns) - set(evidence.missing)
    found = [(set(b.unknowns), set(b.seen), set(b.potentials)) for b in blocks_of(equations, seen)]
    expected = by_force(observed, rng)
    assert sorted(map(_sortable, found)) == sorted(map(_sortable, expected))


def _sortable(block: tuple[set[str], set[str], set[str]]) -> list[list[str]]:
    return [sorted(names) for names in block]


def test_a_latent_joins_what_it_reads_and_what_reads_it() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b, c = (pm.Normal(n) for n in "abc")
        u = pm.Normal("u", a, 1.0, dims="unit")
        pm.Normal("x", b * u, 1.0, dims="unit")
        pm.Normal("y", c, 1.0, dims="unit")
    found = {frozenset(b.unknowns): b.seen for b in blocks_of(Equations(model), {"x", "y"})}
    assert found == {frozenset("abu"): ("x",), frozenset("c"): ("y",)}
