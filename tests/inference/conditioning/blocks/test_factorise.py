"""Blocks, held against the log-density: across blocks all its mixed second differences are zero."""

from itertools import combinations

import numpy as np
import pymc as pm
import pytest
from pytensor.compile.mode import Mode

from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

UNITS = 4


def random_model(rng: np.random.Generator) -> tuple[pm.Model, dict[str, np.ndarray]]:
    """A random graph of parameters, mechanisms, Deterministics and Potentials; some unseen."""
    count = int(rng.integers(3, 7))
    seen = {}
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        parameters = [pm.Normal(f"p{k}") for k in range(count)]
        if rng.random() < 0.5:
            parameters.append(pm.Normal("child", parameters[0], 1.0))
        named = [pm.Deterministic("d", parameters[1] * parameters[2])] if rng.random() < 0.4 else []
        mechanisms: list = []
        for k in range(int(rng.integers(2, 5))):
            reads = [*parameters, *named]
            picks = rng.choice(len(reads), size=min(2, len(reads)), replace=False)
            mean = reads[picks[0]] + pm.math.sin(reads[picks[1]])
            if mechanisms and rng.random() < 0.7:
                mean = mean * mechanisms[int(rng.integers(len(mechanisms)))]
            mechanisms.append(pm.Normal(f"m{k}", mean, 1.0, dims="unit"))
            if rng.random() < 0.8:
                seen[f"m{k}"] = rng.normal(size=UNITS)
        if rng.random() < 0.3:
            pm.Potential("both", parameters[0] * parameters[-1])
    seen.setdefault("m0", rng.normal(size=UNITS))
    return model, seen


@pytest.mark.parametrize("seed", range(25))
def test_blocks_are_those_of_the_density(seed: int) -> None:
    rng = np.random.default_rng(seed)
    model, seen = random_model(rng)
    evidence = read_evidence(Equations(model), seen)
    observed, equations = observe(model, evidence, "unit")
    found = [set(b.unknowns) for b in blocks_of(equations, set(seen))]
    assert sorted(n for b in found for n in b) == sorted(v.name for v in observed.free_RVs)
    assert sorted(map(sorted, found)) == sorted(map(sorted, dependent(observed, rng)))


def dependent(model: pm.Model, rng: np.random.Generator) -> list[set[str]]:
    """The groups of variables whose mixed second differences are not zero."""
    function = model.compile_fn(
        model.logp(), inputs=model.value_vars, mode=Mode(linker="py", optimizer=None)
    )
    point = {v.name: rng.normal(size=UNITS if v.type.ndim else None) for v in model.value_vars}

    def at(*moved: str) -> float:
        values = {n: v + (0.7 if n in moved else 0.0) for n, v in point.items()}
        return float(function(values))

    groups = [{n} for n in point]
    for one, two in combinations(point, 2):
        difference = at(one, two) - at(one) - at(two) + at()
        if abs(difference) > 1e-8:
            first = next(g for g in groups if one in g)
            second = next(g for g in groups if two in g)
            if first is not second:
                groups = [g for g in groups if g not in (first, second)] + [first | second]
    return groups


def test_a_latent_joins_what_it_reads_and_what_reads_it() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b, c = (pm.Normal(n) for n in "abc")
        u = pm.Normal("u", a, 1.0, dims="unit")
        pm.Normal("x", b * u, 1.0, dims="unit")
        pm.Normal("y", c, 1.0, dims="unit")
    found = {frozenset(b.unknowns): b.seen for b in blocks_of(Equations(model), {"x", "y"})}
    assert found == {frozenset("abu"): ("x",), frozenset("c"): ("y",)}
